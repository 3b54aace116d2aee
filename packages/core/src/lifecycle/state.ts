import { isSpent } from './attempts.ts';
import type { Attempt, EffectRecord, EffectState } from '../record.ts';

/** The state of a record at a ledger time; everything else about it is evidence. */
export function stateOf(record: EffectRecord, now: number): EffectState {
  const attempts = currentAttempts(record);
  const last = attempts.at(-1);
  if (hasHappened(record)) {
    if (!record.undo) return 'succeeded';
    return record.undo.state === 'done' ? 'compensated' : 'compensating';
  }
  if (last && isLive(last, now)) return 'executing';
  if (attempts.some((attempt) => attempt.evidence === 'unknown')) return record.halt ? 'stopped' : 'in_doubt';
  if (record.noMoreAttempts) return record.noMoreAttempts.why;
  if (record.tombstone) return record.tombstone.state;
  // Whichever attempt it answered: reports may come in any order.
  if (attempts.some((attempt) => attempt.generation === record.generation && attempt.evidence === 'rejected'))
    return 'rejected';
  // In doubt it is looked for; without doubt nothing but a person can go on.
  if (isSpent(record)) return 'stopped';
  if (record.approval && record.approval.state !== 'approved') return 'awaiting_approval';
  return 'ready';
}

/** Whether its attempts are used up and nothing of it is in doubt: it did not happen, and is not sent by itself. */
export function isUsedUp(record: EffectRecord): boolean {
  return isSpent(record) && !mayHaveHappened(record);
}

/** Whether the effect is proven at the vendor, taken back since or not. */
export function hasHappened(record: EffectRecord): boolean {
  const accepted = currentAttempts(record).some((attempt) => attempt.evidence === 'accepted');
  return accepted || record.tombstone?.state === 'succeeded';
}

/** Whether nothing of the effect stands at the vendor, and nothing of it will by itself. */
export function isNothing(state: EffectState): boolean {
  switch (state) {
    case 'rejected':
    case 'declined':
    case 'cancelled':
    case 'compensated':
      return true;
    case 'awaiting_approval':
    case 'ready':
    case 'executing':
    case 'succeeded':
    case 'in_doubt':
    case 'stopped':
    case 'compensating':
      return false;
  }
}

/** The attempts of the logic version that the record is at; earlier versions' are kept for late evidence. */
export function currentAttempts(record: EffectRecord): readonly Attempt[] {
  return record.attempts.filter((attempt) => attempt.logicVersion === record.contract.logicVersion);
}

/** Those that may have happened, as far as anybody knows. */
export function unknownAttempts(record: EffectRecord): readonly Attempt[] {
  return currentAttempts(record).filter((attempt) => attempt.evidence === 'unknown');
}

/** Whether anything of it has happened, or may have. */
export function mayHaveHappened(record: EffectRecord | undefined): boolean {
  return record !== undefined && (hasHappened(record) || unknownAttempts(record).length > 0);
}

/** Whether the attempt's holder may still be at it. */
function isLive(attempt: Attempt, now: number): boolean {
  return isOpen(attempt) && now < attempt.leaseUntil;
}

/** Whether the attempt's holder never reported. */
export function isOpen(attempt: Attempt): boolean {
  return attempt.evidence === 'unknown' && attempt.settledAt === undefined;
}

/** From when on an unknown attempt's request can no longer take effect: abandonment plus the landing bound. */
export function landingEnd(record: EffectRecord): number {
  return Math.max(0, ...unknownAttempts(record).map((attempt) => landingEndOf(attempt, record.landingBoundMs)));
}

export function landingEndOf(attempt: Attempt, landingBoundMs: number): number {
  return (attempt.settledAt ?? attempt.leaseUntil) + landingBoundMs;
}

/**
 * Whether the vendor's constraint may settle the doubt: performing it again meets what may have happened. After a no
 * of the vendor, or of a person, or once its attempts are used up, it is not performed again.
 */
export function isArbitrated(record: EffectRecord): boolean {
  const answered = currentAttempts(record).some(
    (attempt) => attempt.generation === record.generation && attempt.evidence === 'rejected',
  );
  const mayBeSent = !record.noMoreAttempts && !answered && !isSpent(record);
  return record.safety.kind === 'constrained' && mayBeSent && !isNameless(record);
}

/** Why an attempt that was lost cannot be found by a name. */
export const namesLost = 'it stands under a key that the ledger has lost';

/**
 * Whether it may stand at the vendor under names that nobody can make any more: no key of ours arbitrates then, and not
 * finding it proves nothing.
 */
export function isNameless(record: EffectRecord): boolean {
  return (
    record.safety.kind !== 'natural' &&
    unknownAttempts(record).some(({ basis, reason }) => basis === 'lost_ledger' && reason === namesLost)
  );
}

/** How far apart two complete probes must be to count as two. */
export function absenceGap(record: EffectRecord): number {
  return record.landingBoundMs / 2;
}

/** How many complete probes must find nothing before absence is believed. */
export function absencesNeeded(record: EffectRecord): number {
  switch (record.safety.kind) {
    case 'constrained':
    case 'natural':
      return 1;
    case 'keyed':
    case 'probed':
    case 'unverifiable':
      return 2;
  }
}
