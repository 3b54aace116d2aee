import type { Said, WriteToSay } from '@oncely/core';
import { isThere, plain, sentence, verbOf } from '@oncely/core/adapter';

/** A property whose value is a text for people. */
const isText =
  /^properties\.(hs_[a-z_]*(body|subject|title|text|html|notes)|description|content|message|subject|dealname|name)$/;

/** A write at HubSpot in words: what, of which objects by their ids, and what it sets. */
export function sayWrite({ operation, parameters, account }: WriteToSay): Said {
  const parts = operation.replace(/^hubspot\./, '').split('.');
  const verb = parts.pop() ?? operation;
  const path = typeof parameters['$path'] === 'string' ? parameters['$path'] : '';
  const given = Object.keys(parameters).filter((name) => !name.startsWith('$') && isThere(parameters[name]));
  const sets = given.map((name) => `${name.replace(/^properties\./, '')} ${plain(parameters[name])}`).join(', ');
  const content = ['$body', '$content'].find((name) => isThere(parameters[name]));
  return {
    summary: sentence(
      `${verbOf(verb)} ${parts.join(' ')}${objectsIn(path)}`,
      sets === '' ? undefined : `(${sets})`,
      content === undefined ? undefined : `with ${plain(parameters[content])}`,
      isThere(parameters['$base']) ? `at ${plain(parameters['$base'])}` : undefined,
      isThere(parameters['$credential']) ? 'with credentials of the call' : undefined,
      account === '' ? undefined : `in portal ${account}`,
      path.includes('?') ? `with ${plain(path.split('?')[1])}` : undefined,
    ),
    texts: given.filter((name) => isText.test(name) || name === 'message'),
  };
}

/** The ids in a path: numbers, keys and whatever stands where a name cannot. */
function idsIn(path: string): readonly string[] {
  return (path.split('?')[0] ?? '')
    .split('/')
    .map((segment) => segment.trim())
    .filter((segment) => /[^a-z_-]/.test(segment) && !/^v\d+$/.test(segment))
    .map((segment) => decoded(segment));
}

/** `undefined` where a property of the caller's choice stands for the id, which may look like a name. */
export function pathIds(path: string): readonly string[] | undefined {
  if (/[?&]idProperty=/i.test(path)) return undefined;
  // A version by its month is none.
  return idsIn(path).filter((id) => !/^\d{4}-\d{2}$/.test(id));
}

function objectsIn(path: string): string {
  const ids = idsIn(path);
  return ids.length === 0 ? '' : ` ${ids.map((id) => plain(id)).join(', ')}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
