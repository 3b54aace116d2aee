import { loudFrom, loudUntil, type QuietHours } from '../quiet-hours.ts';
import type { Approval, EffectState, Stamp } from '../record.ts';

/** Who is reminded of a question when, and who else is asked after how long. Times count from the question. */
export interface Care {
  readonly remindAfterMs?: number;
  /** How long after each reminder the next one is due. Absent: there is one. */
  readonly remindEveryMs?: number;
  readonly escalateAfterMs?: number;
  /** Groups whose people are asked then as well: each may take any seat of the quorum. */
  readonly to?: readonly string[];
  readonly quietHours?: QuietHours;
}

/** What becomes of a question while nobody answers it. */
export interface Attended {
  readonly care?: Care;
  /** What was told of it so far, so that each is told once whoever looks. */
  readonly told?: { readonly reminders?: number; readonly escalated?: true };
  /** That this question, or the one before it, ran out: when, and whether it had its answer and was not used. */
  readonly lapsed?: { readonly at: number; readonly was: 'asked' | 'approved' };
  /** What another workflow has done, or is about to do, with the same substance for the same business case. */
  readonly twin?: Twin;
  /** Whose word was given to whom. */
  readonly delegates?: readonly Delegation[];
}

/** The other one of two that do the same, as it stood when the question was asked. */
export interface Twin {
  readonly key: string;
  readonly operation: string;
  readonly state: EffectState;
  /** When it happened, or may have; of one that waits, when it was begun. */
  readonly at: number;
  readonly vendorId?: string;
}

/** One person's word in the hands of another. */
export interface Delegation {
  readonly from: string;
  readonly to: string;
  /** For whom the first one speaks. */
  readonly groups?: readonly string[];
}

/** How a question stands at a time of the ledger; the same for whoever looks. */
export interface Standing {
  /** How many reminders were due by then. */
  readonly reminders: number;
  /** Who is asked beside those whom the rule names, since it was escalated. */
  readonly escalatedTo?: readonly string[];
  /** Nobody can answer it any more; the next run asks anew. */
  readonly expired?: true;
  /** When this changes by time alone. */
  readonly nextAt?: number;
}

/** What was told to whoever watches, once. */
export interface Notice {
  readonly what: 'reminded' | 'escalated' | 'expired';
  readonly to?: readonly string[];
}

/** How a question stands; `undefined` where none is open, or nothing becomes of it by time. */
export function standingOf(approval: Approval, at: number): Standing | undefined {
  const { state, care, expiresAt } = approval;
  if (state !== 'pending') return undefined;
  const expired = expiresAt !== undefined && at >= expiresAt;
  if (!care && !expired) return undefined;
  const reminders = remindersBy(approval, at);
  const escalated = isEscalated(approval, at);
  const next = nextOf(approval, { reminders, escalated });
  return {
    reminders,
    ...(escalated ? { escalatedTo: care?.to ?? [] } : {}),
    ...(expired ? { expired } : {}),
    ...(expired || next === undefined ? {} : { nextAt: next }),
  };
}

/** Whether others than the first ones may answer by then. */
export function isEscalated({ requestedAt, care }: Approval, at: number): boolean {
  if (care?.escalateAfterMs === undefined) return false;
  return loudUntil(at, care.quietHours) >= requestedAt + care.escalateAfterMs;
}

/** When somebody must look at a question that nobody answers, without being asked. */
export function attentionAt(approval: Approval): number | undefined {
  if (approval.state !== 'pending') return undefined;
  const { reminders = 0, escalated = false } = approval.told ?? {};
  return nextOf(approval, { reminders, escalated });
}

/** That a question, or the answer to it, ran out. */
export function lapsedOf({ state, expiresAt, lapsed }: Approval<Stamp>): Pick<Attended, 'lapsed'> {
  if (state === 'expired' || typeof expiresAt !== 'number') return lapsed === undefined ? {} : { lapsed };
  return { lapsed: { at: expiresAt, was: state === 'approved' ? 'approved' : 'asked' } };
}

/** Said to whoever waits: that the question before ran out, when, and that it is asked anew. '' where it did not. */
export function lapsedWords({ state, lapsed }: Pick<Approval, 'state' | 'lapsed'>): string {
  if (!lapsed) return '';
  const at = new Date(lapsed.at).toISOString();
  const what =
    lapsed.was === 'approved'
      ? `The approval expired at ${at} before it was used`
      : `The question expired at ${at} without an answer`;
  return `${what}${state === 'expired' ? '; the next run asks anew' : ', so it is asked anew'}.`;
}

/** How many reminders of a question were due by then. */
export function remindersBy({ requestedAt, care, expiresAt = Infinity }: Approval, at: number): number {
  const { remindAfterMs, remindEveryMs, quietHours } = care ?? {};
  if (remindAfterMs === undefined) return 0;
  const since = Math.min(loudUntil(at, quietHours), expiresAt - 1) - (requestedAt + remindAfterMs);
  if (since < 0) return 0;
  return remindEveryMs === undefined ? 1 : 1 + Math.floor(since / remindEveryMs);
}

function nextOf(
  { requestedAt, care, expiresAt }: Approval,
  { reminders, escalated }: { readonly reminders: number; readonly escalated: boolean },
): number | undefined {
  const { remindAfterMs, remindEveryMs, escalateAfterMs, quietHours } = care ?? {};
  const isOver = remindAfterMs === undefined || (reminders > 0 && remindEveryMs === undefined);
  const times = [
    ...(isOver ? [] : [loudFrom(requestedAt + remindAfterMs + reminders * (remindEveryMs ?? 0), quietHours)]),
    ...(escalateAfterMs === undefined || escalated ? [] : [loudFrom(requestedAt + escalateAfterMs, quietHours)]),
    ...(expiresAt === undefined ? [] : [expiresAt]),
  ];
  return times.length === 0 ? undefined : Math.min(...times);
}
