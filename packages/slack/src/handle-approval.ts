import { OncelyError, type Clock, type Effect, type Effects } from '@oncely/core';
import { setTimeout as wait } from 'node:timers/promises';

import { defaultNamespace, refuseBadNamespace } from './approval-button.ts';
import { payloadIn, readClick, type ApprovalClick, type SlackActor } from './approval-click.ts';
import { decideByClick, type Decided, type RefusedWhy } from './approval-decision.ts';
import { tellOf } from './approval-reply.ts';
import { headerOf, refused, secretsIn, signatureProblem, type RequestHeaders } from './slack-signature.ts';

export interface HandleApprovalOptions {
  /** Of the ledger in which the effects are. */
  readonly oncely: { readonly effects: Pick<Effects, 'get' | 'approve' | 'decline'> };
  /** The app's signing secret; while it is rotated, the new one and the old one. It is never shown or kept. */
  readonly signingSecret: string | readonly string[];
  /**
   * Who may decide about what. Default: whoever sees the message and belongs to the workspace in which the app is
   * installed, so nobody of another company in a shared channel.
   */
  readonly mayDecide?: (actor: SlackActor, effect: Effect) => boolean | Promise<boolean>;
  /**
   * Who a person of Slack is to you, as `by` of the audit, always the same for the same person: where several people
   * must approve, they are told apart by it. Default: `slack:U0123456789`.
   */
  readonly identify?: (actor: SlackActor) => string | Promise<string>;
  /** Performs what is then fully approved, at once. Default: the agent's replay or `oncely.recover()` does. */
  readonly perform?: boolean;
  /** How long an approval by a click holds, in milliseconds. Default: as core has it. */
  readonly ttlMs?: number;
  /** What the message says beside the facts, as it was given to `approvalMessage`. */
  readonly detail?: (effect: Effect) => string | undefined;
  /** As it was given to `approvalMessage`. Default `oncely`. */
  readonly namespace?: string;
  /** After how long Slack is answered though the decision is not in the ledger yet. Default 2,000, of Slack's 3,000. */
  readonly ackWithinMs?: number;
  /** For a proxy, and for tests. Default: the runtime's. */
  readonly fetch?: typeof fetch;
  /** For tests. */
  readonly clock?: Pick<Clock, 'wall' | 'sleep'>;
}

/** An interactivity request as it came. */
export interface SlackRequest {
  readonly headers: RequestHeaders;
  /** Unparsed: the signature is over these very bytes. */
  readonly body: string | Uint8Array;
}

/** What came of a request. `by`: as the audit has it. `told`: whether the message, or the person, was told of it. */
export type ApprovalOutcome =
  /** `recorded`: this approval counts, and another person has to approve as well. */
  | {
      readonly kind: 'approved' | 'declined' | 'recorded';
      readonly by: string;
      readonly actor: SlackActor;
      readonly effect: Effect;
      readonly told: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly why: RefusedWhy;
      readonly actor: SlackActor;
      readonly effect?: Effect;
      readonly told: boolean;
    }
  /** Nothing is known to be recorded: the person was asked to click again. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly actor: SlackActor; readonly told: boolean }
  /** Slack's, and not about an approval of ours: the payload, for your other handlers. */
  | { readonly kind: 'not_ours'; readonly payload: unknown }
  /** Not a request of Slack's, or not one that can be read. */
  | { readonly kind: 'rejected'; readonly error: OncelyError };

/** The answer to send, and what comes after it. */
export interface SlackAnswer {
  /** 200; 400, 401, 413 or 415 for what was rejected; 404 for what is not ours; 500 where the decision failed. */
  readonly status: number;
  /** Empty: Slack shows nothing else well, and a stranger is told nothing. */
  readonly body: '';
  /** Resolves once the message says what came of it; never rejects. A serverless function has to wait for it. */
  readonly outcome: Promise<ApprovalOutcome>;
}

export type ApprovalHandler = (request: SlackRequest) => Promise<SlackAnswer>;

const maxBody = 1_000_000;

/**
 * Handles the clicks on the buttons of `approvalMessage`: checks that Slack made the request, records the decision
 * once however often Slack delivers the click, and says in the message who decided, or why the click changed nothing.
 * Slack is answered when the decision is in the ledger, within `ackWithinMs` at the latest; the message is changed
 * after that.
 *
 * @throws OncelyError `invalid_config` for options that cannot work, and for a body that was parsed before
 * @example
 * const approvals = handleApproval({ oncely, signingSecret: process.env.SLACK_SIGNING_SECRET! });
 * app.post('/slack', express.text({ type: '*\/*' }), async (request, response) => {
 *   const { status, body } = await approvals({ headers: request.headers, body: request.body });
 *   response.status(status).send(body);
 * });
 */
export function handleApproval(options: HandleApprovalOptions): ApprovalHandler {
  const { namespace = defaultNamespace, ackWithinMs = 2_000, fetch: send = fetch, clock = realClock } = options;
  const secrets = secretsIn(options.signingSecret);
  refuseBadNamespace(namespace);
  if (!(ackWithinMs >= 0 && ackWithinMs <= 3_000)) {
    throw new OncelyError('invalid_config', {
      message: 'handleApproval: ackWithinMs must be 0 to 3,000: Slack waits for three seconds.',
      fix: 'ackWithinMs: 2_000',
    });
  }
  return async ({ headers, body }) => {
    const bytes = bytesOf(body);
    if (bytes.length > maxBody) return rejected(413, refused('it is larger than 1 MB', 'send it from Slack'));
    const problem = signatureProblem({ headers, body: bytes }, secrets, clock.wall());
    if (problem) return rejected(401, problem);
    const type = headerOf(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/x-www-form-urlencoded') {
      return rejected(
        415,
        refused('it is not of application/x-www-form-urlencoded', 'give Slack this URL under Interactivity only'),
      );
    }
    const payload = payloadIn(bytes);
    if (payload === undefined)
      return rejected(400, refused('it has no payload in JSON', 'give Slack this URL under Interactivity only'));
    const click = readClick(payload, namespace);
    if (!click) return { status: 404, body: '', outcome: Promise.resolve({ kind: 'not_ours', payload }) };
    return answerClick(click);
  };

  async function answerClick(click: ApprovalClick): Promise<SlackAnswer> {
    const deciding = decideByClick(click, options);
    const over = new AbortController();
    const inTime = await Promise.race([deciding, clock.sleep(ackWithinMs, over.signal)]);
    over.abort('over');
    const tell = tellOf({ oncely: options.oncely, detail: options.detail, namespace, fetch: send, clock });
    return {
      status: inTime?.kind === 'failed' ? 500 : 200,
      body: '',
      outcome: deciding.then(async (decided) => outcomeOf(click, decided, await tell(click, decided))),
    };
  }
}

function outcomeOf({ actor }: ApprovalClick, decided: Decided, told: boolean): ApprovalOutcome {
  return { ...decided, actor, told };
}

function rejected(status: number, error: OncelyError): SlackAnswer {
  return { status, body: '', outcome: Promise.resolve({ kind: 'rejected', error }) };
}

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  throw new OncelyError('invalid_config', {
    message:
      'handleApproval was given a body that is parsed already, so that its signature cannot be checked. Nothing was decided.',
    fix: "app.post('/slack', express.text({ type: '*/*' }), ...)  // before any other body parser",
  });
}

const realClock: Pick<Clock, 'wall' | 'sleep'> = {
  wall: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
};
