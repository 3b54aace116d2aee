import {
  defineAdapter,
  type Adapter,
  type AdapterRuntime,
  type Operation,
  type Permit,
  type ProbeAnswer,
  type Verdict,
  type WireResponse,
} from '@oncely/core';
import { copyInput } from '@oncely/core/adapter';
import { exchange } from '@oncely/core/transport';

import { classify } from './classify.ts';
import { operations } from './operations.ts';

export interface Issue {
  readonly id: string;
  readonly project: string;
  readonly state: 'open' | 'closed';
}

/** The client that `oncely.clients.tracker` is. */
export interface Tracker {
  createIssue(input: { readonly project: string; readonly title: string; readonly body?: string }): Promise<Issue>;
  closeIssue(issue: string): Promise<Issue>;
  issues(): Promise<readonly Issue[]>;
}

/** What the ledger keeps of a write while it is open: everything that a fresh process needs, and no credential. */
interface Stored {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Puts the tracker under the ledger. */
export function oncelyTracker(options: {
  readonly url: string;
  readonly token: string;
  readonly landingBoundMs?: number;
}): Adapter<Tracker, 'one'> {
  const { url, token, landingBoundMs = 10_000 } = options;
  const known = operations(landingBoundMs);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  /** Sends once: no retry of its own, and the permission is checked right before the first byte. */
  const send = async (request: string, permit: Permit): Promise<Verdict> => {
    const { method, path, body } = JSON.parse(request) as Stored;
    const timeoutMs = Math.min(30_000, permit.remainingMs());
    const end = await exchange({ url: url + path, method, headers, body: JSON.stringify(body), timeoutMs, permit });
    if (end.kind === 'answered') return classify(end.response);
    return { evidence: end.kind === 'lost' ? 'unknown' : 'not_applied', reason: end.reason, cause: end.cause };
  };

  const read = async (path: string): Promise<WireResponse> => {
    const answer = await fetch(url + path, { headers });
    if (!answer.ok) throw new Error(`the tracker answered ${answer.status}`);
    return { status: answer.status, headers: {}, body: await answer.text() };
  };

  const find = async (path: string): Promise<readonly Issue[]> =>
    (JSON.parse((await read(path)).body) as { readonly issues: readonly Issue[] }).issues;

  const write = async (
    runtime: AdapterRuntime,
    operation: Operation,
    parameters: object,
    request: (marker: string) => Stored,
  ): Promise<Issue> => {
    const response = await runtime.perform({
      operation,
      parameters,
      prepare: ({ marker }) => JSON.stringify(request(marker)),
      send,
      passThrough: async () => {
        const free = { check: () => undefined, remainingMs: () => 30_000 };
        const verdict = await send(JSON.stringify(request('')), free);
        if ('response' in verdict && verdict.response) return verdict.response;
        throw new Error('the tracker gave no answer', { cause: verdict });
      },
    });
    if (response.status >= 400) throw new Error(`the tracker refused it: ${response.body}`);
    return JSON.parse(response.body) as Issue;
  };

  return defineAdapter<Tracker, 'one'>({
    vendor: 'tracker',
    accounts: 'one',
    connect: (runtime) => ({
      client: {
        createIssue: async (given) => {
          // At once: what is judged and approved is what is sent, whatever the caller does with its object meanwhile.
          const input = copyInput(given);
          return write(runtime, known.create, input, (reference) => ({
            method: 'POST',
            path: '/issues',
            body: { ...input, reference },
          }));
        },
        closeIssue: (issue) =>
          write(runtime, known.close, { issue }, () => ({
            method: 'PATCH',
            path: `/issues/${encodeURIComponent(issue)}`,
            body: { state: 'closed' },
          })),
        issues: () => find('/issues'),
      },
      resend: (target, permit) => send(target.request, permit),
      probe: async ({ operation, marker, request }): Promise<ProbeAnswer> => {
        try {
          const { path } = JSON.parse(request ?? '{}') as Partial<Stored>;
          if (operation === known.close.name && path === undefined)
            return { kind: 'cannot_know', reason: 'the request was not kept' };
          const matches =
            operation === known.create.name
              ? await find(`/issues?reference=${marker}`)
              : [JSON.parse((await read(path ?? '')).body) as Issue].filter(({ state }) => state === 'closed');
          if (matches.length === 0) return { kind: 'absent' };
          return {
            kind: 'found',
            matches: matches.map((issue) => ({
              vendorId: issue.id,
              response: { status: 200, headers: {}, body: JSON.stringify(issue) },
            })),
          };
        } catch (error) {
          return { kind: 'unreachable', reason: String(error) };
        }
      },
      restore: ({ vendorId = '' }) => read(`/issues/${encodeURIComponent(vendorId)}`),
    }),
  });
}
