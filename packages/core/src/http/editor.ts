import type { Keys } from '../adapter.ts';
import { copyInput } from '../adapter-kit/copy-input.ts';
import { withValue } from '../adapter-kit/with-value.ts';
import { canonicalJson } from '../fingerprint.ts';
import type { RequestEditor } from '../request-editor.ts';
import { inputOf, storedRequest, type HttpRequest } from './stored.ts';
import type { Known } from './table.ts';

/** How a kept request is changed by who approves it: it is made anew of the edited input, for the same place. */
export function requestEditor(known: ReadonlyMap<string, Known>): RequestEditor {
  return {
    fixed: [],
    set: (stored: string, path: readonly string[], value: unknown, keys: Keys): string => {
      const { operation, input } = inputOf(stored);
      const of = known.get(operation)?.of;
      if (!of) throw new Error(`${operation} is no operation of this client`);
      const edited = copyInput(withValue(input, path, value));
      const made = storedRequest(operation, edited, of.request(copyInput(edited), keys) as HttpRequest);
      if (placeOf(made) !== placeOf(stored)) throw new Error('it stands in the address or the headers of the request');
      return made;
    },
  };
}

/** Where a request goes and under which names: what it says of itself beside its body. */
function placeOf(stored: string): string {
  const { method, path, headers = {} } = JSON.parse(stored) as HttpRequest;
  return canonicalJson({ method, path, headers });
}
