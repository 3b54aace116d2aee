import type { Verdict } from './adapter.ts';
import { effectKeyOf } from './contract.ts';
import type { OncelyError } from './errors.ts';
import { holderName, inHand } from './in-hand.ts';
import type { Job } from './job.ts';
import type { Seen } from './ledger-session.ts';
import { unknownAttempts } from './lifecycle/state.ts';
import type { Attempt, EffectRecord } from './record.ts';
import { about, known, named, saidBy } from './refusals.ts';

// The errors of an effect that a call leaves unsettled: what is known of it, in the vendor's own words, and what to do.

export function waiting(
  job: Job,
  seen: Seen,
  why: 'executing' | 'retry_at' | 'landing',
  waitMs: number,
  cause: unknown,
): OncelyError {
  const inDoubt = seen.record !== undefined && unknownAttempts(seen.record).length > 0;
  const retryAfterMs = Math.max(0, Math.ceil(waitMs));
  if (why === 'executing') {
    return about(job, 'in_progress', {
      message: `${named(job)} ${whoIsAtIt(seen)}. This call sent nothing.`,
      retryAfterMs,
      fix: 'call again with the same input: it waits for, or replays, that outcome',
    });
  }
  if (!inDoubt) {
    const what =
      why === 'landing'
        ? 'was not sent; one more look at the version before it is due'
        : 'was not applied; the vendor asks to wait';
    return about(job, 'not_sent', {
      message: `${named(job)} ${what}.`,
      retryAfterMs,
      fix: 'call again with the same input after retryAfterMs',
      cause,
    });
  }
  const { end, fix } = endOfDoubt(job);
  return about(job, 'in_doubt', {
    message: `${named(job)} was sent and may have happened: ${known(seen.record as EffectRecord, cause)}. ${end}`,
    retryAfterMs,
    fix,
    cause,
  });
}

/** How a doubt comes to its end: where no look can end it, that is a person's, and nobody is told otherwise. */
function endOfDoubt({ claim }: Job): { readonly end: string; readonly fix: string } {
  const { safety, onDoubt, contract } = claim;
  const again = 'call again with the same input after retryAfterMs, or await oncely.recover()';
  if (safety.kind !== 'unverifiable' || safety.findable === true) {
    return { end: 'It is settled by evidence from the vendor, not by sending anew.', fix: again };
  }
  if (onDoubt === 'resend') {
    const end =
      "No program can find out whether it did. Once nothing of it can be on its way any more, it is sent again, as onDoubt: 'resend' says.";
    return { end, fix: 'call again with the same input after retryAfterMs' };
  }
  return {
    end: 'No program can find out whether it did, and it is not sent anew. Once nothing of it can be on its way any more, it is stopped for a person who looks.',
    fix: `${again}, which stops it; then await oncely.effects.resolve('${effectKeyOf(contract)}', { happened: { vendorId: '...' } }, { by: 'name' })  // or { happened: false }`,
  };
}

function whoIsAtIt({ record }: Seen): string {
  const { token = '', holder = 'unknown' } = record?.attempts.at(-1) ?? {};
  if (inHand.has(token)) return 'is being sent by another call in this process';
  return holder === holderName
    ? `was begun by a process of this one's name before (${holder}), which has not reported what became of it`
    : `is being sent by another process (${holder})`;
}

/** Everybody who waited has stopped waiting, and nothing of it may have happened: so nothing is sent. */
export function abandoned(job: Job): OncelyError {
  return about(job, 'aborted', {
    message: `${named(job)} was aborted by everybody who waited for it before anything of it may have happened. Nothing more was sent.`,
    fix: 'call again with the same input where it is wanted after all',
  });
}

/** A caller that joined another one's call, and whose own time was over first. */
export function outlasted(job: Job): OncelyError {
  return about(job, 'in_progress', {
    message: `${named(job)} is still under way for another caller in this process, and the time of this call is over. This call sent nothing.`,
    retryAfterMs: 1_000,
    fix: 'call again with the same input: it waits for, or replays, that outcome',
  });
}

export function exhausted(job: Job, seen: Seen, sends: number, cause: unknown): OncelyError {
  if (seen.record && unknownAttempts(seen.record).length > 0) {
    return about(job, 'in_doubt', {
      message: `${named(job)} was ${howOften(seen.record, sends)} and may have happened: ${known(seen.record, cause)}.`,
      fix: 'call again with the same input later, or await oncely.recover()',
      retryAfterMs: 5_000,
      cause,
    });
  }
  return about(job, 'not_sent', {
    message: `${named(job)} was not sent: the time for it was over${sends === 0 ? '' : ` after ${sends === 1 ? 'an attempt that was' : `${sends} attempts that were`} not applied`}.`,
    fix: 'call again with the same input',
    cause,
  });
}

/** How often a call has tried, and how much of that is in doubt: what is proven not to have happened is no part of it. */
function howOften(record: EffectRecord, sends: number): string {
  if (sends === 0) return 'sent earlier without a clear answer';
  const own = record.attempts.slice(-sends);
  const isNo = ({ evidence }: Attempt): boolean => evidence === 'not_applied' || evidence === 'rejected';
  const noes = own.filter(isNo).length;
  const unclear = own.length - noes;
  if (noes === 0) {
    const isOneKey = new Set(own.map(({ generation }) => generation)).size === 1;
    return `sent ${times(sends)}${isOneKey && sends > 1 ? ' under one key' : ''} without a clear answer`;
  }
  const tried = `tried ${times(sends)}, of which ${noes} did not happen`;
  return unclear === 0
    ? `sent earlier without a clear answer, then ${tried}`
    : `${tried} and ${unclear} had no clear answer`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** `doubted`: the record, where an earlier attempt may have happened, of which the vendor `said` something. */
export function notSent(
  job: Job,
  verdict: Verdict & { evidence: 'not_applied' },
  doubted: EffectRecord | undefined,
  said: unknown,
): OncelyError {
  if (doubted) {
    return about(job, 'in_doubt', {
      message: `${named(job)} was sent earlier and may have happened: ${known(doubted, said)}. This attempt was not applied (${verdict.reason}), which says nothing of the earlier one.`,
      fix: 'call again with the same input, or await oncely.recover()',
      ...(verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs }),
      cause: said ?? verdict.cause,
    });
  }
  return about(job, 'not_sent', {
    message: `${named(job)} did not reach the vendor (${whyNot(verdict)}). Nothing happened there.`,
    fix: verdict.fix ?? 'call again with the same input',
    ...(verdict.fix === undefined ? {} : { next: 'fix-code' as const }),
    ...(verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs }),
    cause: verdict.cause,
  });
}

/** Why it was not sent, with the words of what failed: `no_credentials` alone does not say what to mend. */
function whyNot({ reason, cause }: Verdict & { evidence: 'not_applied' }): string {
  const said = saidBy(cause);
  if (said === undefined || said === reason) return reason;
  return said.includes(reason) ? said : `${reason}: ${said}`;
}

export function notRecorded(job: Job, verdict: Verdict, cause: unknown): OncelyError {
  const vendorId = verdict.evidence === 'accepted' ? verdict.vendorId : undefined;
  const what = {
    accepted: `was accepted by the vendor${vendorId === undefined ? '' : ` (${vendorId})`}`,
    rejected: 'was rejected by the vendor',
    not_applied: 'was not applied',
    unknown: 'was sent and may have happened',
  }[verdict.evidence];
  return about(job, 'not_recorded', {
    message: `${named(job)} ${what}, but the ledger did not take that yet. This process keeps it and records it once the ledger answers; should it end before, ${job.claim.safety.kind === 'unverifiable' ? 'a person will be asked whether it happened' : 'evidence from the vendor settles it'}. It is not sent anew.`,
    fix: 'call again with the same input once the ledger answers; let the process live, or end it by oncely.close()',
    ...(vendorId === undefined ? {} : { vendorId }),
    cause,
  });
}
