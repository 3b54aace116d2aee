import type { WireResponse } from './adapter.ts';
import { pathsOf, picked, redacted, type Path } from './json-paths.ts';
import { matching } from './operation-patterns.ts';
import type { Retention } from './retention.ts';

/** Ours: what an answer was found to prove, so that a replay says the same whatever its status. Never the vendor's. */
export const provesHeader = 'oncely-proves';

/** By operation or pattern, the paths whose values are replaced before anything is stored: `email`, `metadata.*`. */
export type Redact = Readonly<Record<string, readonly string[]>>;

/** What is kept of an operation's requests and results. */
export interface Keeping {
  /** Whether the exact request is kept while the effect is open. */
  readonly request: boolean;
  /** What is kept of an answer that means yes; `undefined`: nothing. */
  readonly result: (
    response: WireResponse,
  ) => { readonly response: WireResponse; readonly projection?: string } | undefined;
  /** What is kept of an answer that means no: whole, or under any rule but `full` not at all. */
  readonly rejection: (response: WireResponse) => { readonly response: WireResponse } | undefined;
  /** Parameters as a person may be shown them. */
  readonly preview: (parameters: unknown) => unknown;
}

export function createKeeping(retention: Retention, redact: Redact = {}): (operation: string) => Keeping {
  const known = new Map<string, Keeping>();
  return (operation) => {
    let keeping = known.get(operation);
    if (!keeping) known.set(operation, (keeping = keepingOf(operation, retention, redact)));
    return keeping;
  };
}

function keepingOf(operation: string, retention: Retention, redact: Redact): Keeping {
  const hidden = matching(redact, operation).flatMap(pathsOf);
  const { result = 'full' } = retention.ruleOf(operation);
  const whole = (response: WireResponse): { response: WireResponse } | undefined =>
    hidden.length === 0 ? { response } : withBody(response, response.headers, (body) => redacted(body, hidden));
  return {
    request: retention.keepsRequests,
    result: (response) => {
      if (result === 'full') return whole(response);
      if (result === 'none') return undefined;
      // Headers may say as much as a body does.
      const said = Object.entries(response.headers).filter(([name]) => ['content-type', provesHeader].includes(name));
      const headers = Object.fromEntries(said);
      const part = projectionOf(result);
      const kept = withBody(response, headers, (body) => part.project(redacted(body, hidden)));
      return kept && { ...kept, projection: part.name };
    },
    rejection: (response) => (result === 'full' ? whole(response) : undefined),
    preview: (parameters) => redacted(parameters, hidden),
  };
}

function projectionOf(
  rule:
    | { readonly paths: readonly string[] }
    | { readonly project: (body: unknown) => unknown; readonly version: string },
): { readonly name: string; project(body: unknown): unknown } {
  if ('project' in rule) return { name: rule.version, project: (body) => rule.project(body) };
  const paths: readonly Path[] = pathsOf(rule.paths);
  return { name: `paths ${rule.paths.join(' ')}`, project: (body) => picked(body, paths) };
}

/** The response with another JSON body; `undefined` where it has none, or the caller's function fails on it. */
function withBody(
  response: WireResponse,
  headers: WireResponse['headers'],
  change: (body: unknown) => unknown,
): { response: WireResponse } | undefined {
  try {
    const body = JSON.stringify(change(JSON.parse(response.body))) as string | undefined;
    return body === undefined ? undefined : { response: { status: response.status, headers, body } };
  } catch {
    return undefined;
  }
}
