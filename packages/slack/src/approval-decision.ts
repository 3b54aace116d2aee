import { isOncelyError, type Effect, type OncelyError } from '@oncely/core';

import { isAbout, type ApprovalClick, type SlackActor } from './approval-click.ts';
import type { HandleApprovalOptions } from './handle-approval.ts';

/** Why a click changed nothing. */
export type RefusedWhy =
  /** Somebody decided before, or the effect was cancelled or has ended. */
  | 'decided'
  | 'expired'
  /** Other input, another version, or a newer request for the same stands there now. */
  | 'changed'
  /** By `mayDecide` of the handler, or of core. */
  | 'not_allowed'
  /** This ledger does not know the effect. */
  | 'not_found'
  /** Core refused it for a reason of its own. */
  | 'refused';

/** What a click came to in the ledger. */
export type Decided =
  | { readonly kind: 'approved' | 'declined' | 'recorded'; readonly by: string; readonly effect: Effect }
  | {
      readonly kind: 'refused';
      readonly why: RefusedWhy;
      readonly effect?: Effect;
      /** Core's own words. */
      readonly says?: string;
    }
  | { readonly kind: 'failed'; readonly error: unknown };

type Parts = Pick<HandleApprovalOptions, 'oncely' | 'mayDecide' | 'identify' | 'perform' | 'ttlMs' | 'clock'>;

/** Records the decision of a click in the ledger, once. Never rejects. */
export async function decideByClick(click: ApprovalClick, parts: Parts): Promise<Decided> {
  try {
    const effect = await parts.oncely.effects.get(click.key);
    if (!effect) return { kind: 'refused', why: 'not_found' };
    const allowed = await (parts.mayDecide ?? isOfTheWorkspace)(click.actor, effect);
    if (allowed !== true) return { kind: 'refused', why: 'not_allowed', effect };
    if (!isAbout(click, effect)) return { kind: 'refused', why: 'changed', effect };
    const by = await (parts.identify ?? byIdAlone)(click.actor);
    return await decide(click, by, effect, parts);
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** A person of another company, in a channel that is shared with it, sees the buttons too. */
function isOfTheWorkspace({ team, appTeam }: SlackActor): boolean {
  return team !== undefined && team === appTeam;
}

/** Whether a person's word still counts: also where what was sent, or may have been, needs an approval to be sent anew. */
export function isWaiting({ state, approval }: Effect): boolean {
  const open: readonly Effect['state'][] = ['awaiting_approval', 'in_doubt', 'stopped', 'executing'];
  return approval?.state === 'pending' && open.includes(state);
}

/** Without the name: who changes theirs between two clicks must not count as two people. */
function byIdAlone({ user }: SlackActor): string {
  return `slack:${user}`;
}

async function decide(click: ApprovalClick, by: string, seen: Effect, parts: Parts): Promise<Decided> {
  const open = seen.approval?.state === 'pending';
  // Core would take an approval of what was cancelled, and then send nothing.
  if (open && !isWaiting(seen)) return { kind: 'refused', why: 'decided', effect: seen };
  // And a decline after an approval as its revocation, which nobody who clicked here has meant.
  if (!open && click.choice === 'decline') return standing(click, by, seen);
  try {
    return standing(click, by, await record(click, by, parts));
  } catch (error) {
    const { oncely, clock } = parts;
    const effect = await oncely.effects.get(click.key).catch(() => undefined);
    if (!effect) throw error;
    if (!isAbout(click, effect)) return { kind: 'refused', why: 'changed', effect };
    // What the record says is more than the error: the answer was lost, or somebody was first.
    const { state, approvedBy = [], expiresAt } = effect.approval ?? {};
    if (state !== 'pending' || approvedBy.includes(by)) return standing(click, by, effect);
    if (!isRefusal(error)) throw error;
    if (error.code === 'not_allowed') return { kind: 'refused', why: 'not_allowed', effect };
    // By this machine's clock, in words only: the ledger's clock has decided.
    const expired = expiresAt !== undefined && (clock?.wall() ?? Date.now()) >= expiresAt;
    return { kind: 'refused', why: expired ? 'expired' : 'refused', effect, says: wordsOf(error) };
  }
}

function record(click: ApprovalClick, by: string, { oncely, perform, ttlMs }: Parts): Promise<Effect> {
  const { choice, key, fingerprint, decisionId, actor } = click;
  const who = { by, id: decisionId, reason: actor.name === undefined ? 'in Slack' : `in Slack, as ${actor.name}` };
  if (choice === 'decline') return oncely.effects.decline(key, who);
  return oncely.effects.approve(key, {
    ...who,
    fingerprint,
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(perform === undefined ? {} : { perform }),
  });
}

/** What stands there now, as an answer to the click: ours, or somebody else's. */
function standing({ choice }: ApprovalClick, by: string, effect: Effect): Decided {
  const { state, by: decidedBy, approvedBy = [] } = effect.approval ?? {};
  if (state === 'pending') return { kind: 'recorded', by, effect };
  const wanted = choice === 'approve' ? 'approved' : 'declined';
  const ours = decidedBy === by || (choice === 'approve' && approvedBy.includes(by));
  if (state === wanted && ours) return { kind: wanted, by, effect };
  return { kind: 'refused', why: state === 'expired' ? 'expired' : 'decided', effect };
}

/** A no of core's, not a ledger that could not be reached. */
function isRefusal(error: unknown): error is OncelyError {
  return isOncelyError(error) && error.next !== 'retry' && error.next !== 'wait' && error.code !== 'ledger_unusable';
}

/** Core's message without its code and the line for programmers. */
function wordsOf(error: OncelyError): string {
  return error.message.replace(/^\[\w+\] /, '').replace(/\n {2}fix: [^]*$/, '');
}
