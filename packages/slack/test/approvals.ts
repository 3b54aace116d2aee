import type { Effect, OncelyOptions } from '@oncely/core';
import {
  approvalMessage,
  approvalStep,
  handleApproval,
  type ApprovalOutcome,
  type HandleApprovalOptions,
  type SlackAnswer,
} from '@oncely/slack';
import {
  slackClick,
  takeSlackReplies,
  type SlackClickRequest,
  type SlackReply,
} from '@oncely/testing/fakes/slack-click';

import { scope, slot, startWorld, type Process, type World } from './world.ts';

export const secret = '8f742231b10e8888abcd99yyyzzz85a5';
export const ann = { id: 'U0ANN', name: 'ann' } as const;
export const bob = { id: 'U0BOB', name: 'bob' } as const;

/** A post that waits for approval, and the message in which people are asked for it. */
export interface Desk {
  readonly world: World;
  readonly process: Process;
  /** The wish for the post, as an agent makes it again and again. */
  readonly wish: (text?: string) => Promise<unknown>;
  readonly effect: () => Promise<Effect>;
  readonly replies: readonly SlackReply[];
  /** The request of a click on the message that asks. */
  readonly click: (
    button: 'Approve' | 'Decline',
    user?: { readonly id: string; readonly name?: string; readonly team?: string },
    at?: number,
  ) => SlackClickRequest;
  readonly handler: (options?: Partial<HandleApprovalOptions>) => ReturnType<typeof handleApproval>;
  /** Hands a request to a handler and waits for the end of it. */
  readonly send: (request: SlackClickRequest, options?: Partial<HandleApprovalOptions>) => Promise<Ended>;
  readonly now: () => number;
}

export type Ended = SlackAnswer & { readonly ended: ApprovalOutcome };

export async function openDesk(
  options: {
    readonly ttlMs?: number;
    readonly statuses?: number[];
    readonly text?: string;
    readonly approvals?: NonNullable<OncelyOptions<Record<never, never>>['approvals']>;
  } = {},
): Promise<Desk> {
  const world = await startWorld();
  const process = world.process(options.approvals === undefined ? {} : { approvals: options.approvals });
  const { oncely, slack } = process;
  const channel = 'C0DESK';
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const { replies, fetch } = takeSlackReplies(options.statuses);
  const approval = options.ttlMs === undefined ? 'required' : ({ ttlMs: options.ttlMs } as const);
  const wish = (text = options.text ?? 'Dear customer'): Promise<unknown> =>
    oncely.scope(scope, () =>
      oncely.effect('write', { approval }, () => slack.chat.postMessage({ channel: 'C0CUSTOMER', text })),
    );
  const effect = async (): Promise<Effect> => {
    const found = await oncely.effects.get(slot);
    if (!found) throw new Error('no effect');
    return found;
  };
  await wish().catch(() => undefined);
  const asked = await effect();
  await oncely.scope(scope, () =>
    oncely.effect(approvalStep(asked), () => slack.chat.postMessage({ channel, ...approvalMessage(asked) })),
  );
  const history = await world.raw.conversations.history({ channel });
  const message = history.messages?.[0] ?? {};
  const handler: Desk['handler'] = (given) =>
    handleApproval({
      oncely,
      signingSecret: secret,
      fetch,
      clock: { wall: now, sleep: (_ms, signal) => aborted(signal) },
      ...given,
    });
  const later = world.later;
  return {
    world: {
      ...world,
      later: (ms) => {
        ahead += ms;
        later(ms);
      },
    },
    process,
    wish,
    effect,
    replies,
    now,
    click: (button, user = ann, at = now()) =>
      slackClick({
        message: message as Parameters<typeof slackClick>[0]['message'],
        channel,
        button,
        user,
        signingSecret: secret,
        now: at,
      }),
    handler,
    send: async (request, given) => {
      const answer = await handler(given)(request);
      return { ...answer, ended: await answer.outcome };
    },
  };
}

/** The posts to the customer: the effect that people decide about. */
export function customerPosts({ world }: Desk): number {
  return world.posts().filter(({ channel }) => channel === 'C0CUSTOMER').length;
}

export function wordsIn(value: unknown): string {
  return JSON.stringify(value);
}

/** Who decided what, by the audit. */
export async function decisions(desk: Desk): Promise<readonly unknown[]> {
  const events = await desk.process.oncely.effects.history((await desk.effect()).slot);
  return events.flatMap(({ event }) =>
    event['type'] === 'decided' ? [[event['decision'], event['by']].join(' ')] : [],
  );
}

/** No time passes in these tests: what waits does so until it is called off. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
