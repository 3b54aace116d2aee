import type { Clock, Effect } from '@oncely/core';

import { isAbout, type ApprovalClick } from './approval-click.ts';
import { isWaiting, type Decided } from './approval-decision.ts';
import { approvalMessage, closedMessage, decidedMessage, type ApprovalMessage } from './approval-message.ts';
import type { HandleApprovalOptions } from './handle-approval.ts';
import { literal, person } from './mrkdwn.ts';
import { replyTo, type Reply } from './response-url.ts';

const nothing = 'Your click changed nothing:';

/** Says by the message, or to the person who clicked, what came of a click. Never rejects: whether it arrived. */
export function tellOf(parts: {
  readonly oncely: HandleApprovalOptions['oncely'];
  readonly detail: HandleApprovalOptions['detail'];
  readonly namespace: string;
  readonly fetch: typeof fetch;
  readonly clock: Pick<Clock, 'sleep'>;
}): (click: ApprovalClick, decided: Decided) => Promise<boolean> {
  const { oncely, detail, namespace } = parts;

  const replace = async (click: ApprovalClick, decided: Decided, effect: Effect): Promise<boolean> => {
    let shown = effect;
    // Two clicks may change the message in another order than the ledger: whoever is last looks once more.
    for (let left = 2; ; left -= 1) {
      const told = await reply(click, { kind: 'replace', message: messageOf(click, decided, shown) });
      const now = left > 1 && told ? await oncely.effects.get(click.slot).catch(() => undefined) : undefined;
      if (!now || signOf(click, now) === signOf(click, shown)) return told;
      shown = now;
    }
  };

  const messageOf = (click: ApprovalClick, decided: Decided, effect: Effect): ApprovalMessage => {
    const { approval } = effect;
    const options = { detail: detail?.(effect), namespace };
    if (!isAbout(click, effect)) return closedMessage(effect, 'Out of date: something else stands here now', options);
    if (approval && approval.state !== 'pending') return decidedMessage(effect, options);
    if (!isWaiting(effect)) return closedMessage(effect, `No longer to be decided: ${effect.state}`, options);
    if (decided.kind === 'refused' && decided.why === 'expired')
      return closedMessage(effect, 'Expired before it was decided', options);
    return approvalMessage(effect, options);
  };

  const reply = (click: ApprovalClick, said: Reply): Promise<boolean> => replyTo(click.responseUrl, said, parts);
  const whisper = (click: ApprovalClick, text: string): Promise<boolean> => reply(click, { kind: 'whisper', text });

  return async (click, decided) => {
    try {
      switch (decided.kind) {
        case 'approved':
        case 'declined':
        case 'recorded':
          return await replace(click, decided, decided.effect);
        case 'failed':
          return await whisper(click, 'Your click may not be recorded. Please click again: it counts once.');
        case 'refused': {
          const told = await whisper(click, `${nothing} ${sentenceOf(decided)}`);
          const { effect, why } = decided;
          const over = why === 'decided' || why === 'expired' || why === 'changed';
          return effect && over ? (await replace(click, decided, effect)) || told : told;
        }
      }
    } catch {
      // Only `detail` is not ours here: what was decided stands, whatever it throws.
      return false;
    }
  };
}

function sentenceOf({ why, effect, says }: Decided & { kind: 'refused' }): string {
  switch (why) {
    case 'decided': {
      const { state, by } = effect?.approval ?? {};
      if (state === 'approved' || state === 'declined' || state === 'revoked')
        return `it was ${state}${by === undefined ? '' : ` by ${person(by, 300)}`} before.`;
      return `the effect is ${effect?.state} already.`;
    }
    case 'expired':
      return 'the request had expired. Run the agent again to ask anew.';
    case 'changed':
      return 'what would be done has changed since it was shown here, or was asked for anew. Look at the newer message.';
    case 'not_allowed':
      return 'you may not decide this.';
    case 'not_found':
      return 'the ledger does not know this effect.';
    case 'refused':
      return says === undefined ? 'it was refused.' : literal(says, 1_000);
  }
}

/** What the message would say of this effect, in short. */
function signOf(click: ApprovalClick, effect: Effect): string {
  return JSON.stringify([
    isAbout(click, effect),
    effect.approval?.state,
    effect.approval?.by,
    effect.approval?.approvedBy,
  ]);
}
