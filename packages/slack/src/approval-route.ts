import { OncelyError } from '@oncely/core';

import type { ApprovalHandler, ApprovalOutcome } from './handle-approval.ts';

export interface ApprovalRouteOptions {
  /** Given the work that goes on behind the answer: `(outcome) => context.waitUntil(outcome)` where functions end. */
  readonly after?: (outcome: Promise<ApprovalOutcome>) => void;
  /** Answers the clicks on your other buttons, checked to be Slack's. Default: 404. */
  readonly otherwise?: (payload: unknown) => Response | Promise<Response>;
}

const maxBody = 1_000_000;

/**
 * A handler as a web-standard route, for Hono, Next.js, Bun, Deno or workers.
 *
 * @example
 * const route = approvalRoute(handleApproval({ oncely, signingSecret }));
 * app.post('/slack', (context) => route(context.req.raw));
 */
export function approvalRoute(
  handler: ApprovalHandler,
  { after, otherwise }: ApprovalRouteOptions = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'POST') return new Response('', { status: 405, headers: { allow: 'POST' } });
    if (request.bodyUsed) {
      throw new OncelyError('invalid_config', {
        message: 'approvalRoute was given a request whose body was read already. Nothing was decided.',
        fix: 'route(request)  // before request.text() or a body parser',
      });
    }
    const body = await bodyOf(request);
    if (!body) return new Response('', { status: 413 });
    const answer = await handler({ headers: request.headers, body });
    after?.(answer.outcome);
    if (answer.status === 404 && otherwise) {
      const outcome = await answer.outcome;
      if (outcome.kind === 'not_ours') return otherwise(outcome.payload);
    }
    return new Response(answer.body, { status: answer.status });
  };
}

/** At most so much of it that a stranger cannot fill the memory; `undefined` where it is larger. */
async function bodyOf(request: Request): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body ?? []) {
    length += (piece as Uint8Array).length;
    if (length > maxBody) return undefined;
    pieces.push(piece as Uint8Array);
  }
  return Buffer.concat(pieces);
}
