import type { AuditEntry, RecordIndex } from '../ledger.ts';
import { resolveTimes, type Attempt, type Draft, type EffectRecord, type EffectState, type Stamp } from '../record.ts';
import { attentionAt } from './standing.ts';
import { appendEvents, type AuditBody } from './audit.ts';
import { absenceGap, currentAttempts, landingEnd, stateOf, unknownAttempts } from './state.ts';

/** A record's next version with its audit events and index: what one write to the ledger carries. */
export interface Change {
  readonly draft: Draft;
  readonly events: readonly AuditEntry[];
  readonly index: RecordIndex;
}

/** Completes a changed draft. `now` is the ledger's time as last heard; new times in the draft are offsets. */
export function change(draft: Draft, bodies: readonly AuditBody[], now: number): Change {
  const chained = appendEvents(draft, bodies);
  const index = indexOf(chained.draft, now);
  const shown = over.has(index.state) ? withoutPreview(chained.draft) : chained.draft;
  return { ...chained, draft: never.has(index.state) ? withoutRequest(shown) : shown, index };
}

const over: ReadonlySet<string> = new Set<EffectState>([
  'succeeded',
  'rejected',
  'declined',
  'cancelled',
  'compensating',
  'compensated',
]);

/** Nothing is sent here any more; to open it again forgets the input as well. */
const never: ReadonlySet<string> = new Set<EffectState>(['rejected', 'declined', 'cancelled']);

function withoutRequest({ request: _request, ...draft }: Draft): Draft {
  return draft;
}

/** What a person was shown is kept no longer than the question. */
function withoutPreview(draft: Draft): Draft {
  if (!draft.approval?.preview) return draft;
  const { preview: _preview, ...approval } = draft.approval;
  return { ...draft, approval };
}

function indexOf(draft: Draft, now: number): RecordIndex {
  const record = resolveTimes(draft, now);
  const state = stateOf(record, now);
  const due = dueAt(record, now);
  return {
    state,
    ...(due === undefined ? settledOf(record, state) : { dueAfterMs: Math.max(0, Math.ceil(due - now)) }),
  };
}

/** What retention goes by, of what is over. */
function settledOf(record: EffectRecord, state: EffectState): Pick<RecordIndex, 'settled'> {
  switch (state) {
    case 'succeeded':
    case 'rejected':
    case 'declined':
    case 'cancelled':
    case 'compensated': {
      const { operation, result, tombstone } = record;
      const hasResult = result !== undefined && result.kind !== 'omitted';
      return { settled: { operation, keeps: hasResult ? 'result' : tombstone ? 'tombstone' : 'attempts' } };
    }
    case 'awaiting_approval':
    case 'ready':
    case 'executing':
    case 'in_doubt':
    case 'stopped':
    case 'compensating':
      return {};
  }
}

/** When somebody should look at a record next without being asked; `undefined`: never by itself. */
function dueAt(record: EffectRecord, now: number): number | undefined {
  switch (stateOf(record, now)) {
    case 'executing':
      return record.attempts.at(-1)?.leaseUntil;
    case 'in_doubt': {
      const lastAbsence = record.absences.at(-1);
      const afterGap = lastAbsence === undefined ? 0 : lastAbsence + absenceGap(record);
      const landing = record.safety.kind === 'keyed' || record.safety.kind === 'constrained' ? 0 : landingEnd(record);
      return Math.max(now, record.retryAt ?? 0, afterGap, landing);
    }
    case 'ready':
      return isToBeFinished(record, now) ? Math.max(now, record.retryAt ?? 0) : undefined;
    case 'succeeded':
    case 'compensated':
      return record.verifyAt;
    case 'compensating':
      return record.undo?.state === 'by_hand' ? record.verifyAt : now;
    case 'awaiting_approval':
      return record.approval && attentionAt(record.approval);
    case 'rejected':
    case 'stopped':
    case 'declined':
    case 'cancelled':
      return undefined;
  }
}

/**
 * Whether an effect that is open waits for nobody: it was handed in or approved with its request, or a probe opened it
 * again: it was begun, and nobody was told that it failed.
 */
function isToBeFinished(record: EffectRecord, now: number): boolean {
  if (wasFoundAbsent(record)) return true;
  const { approval, request, submitted } = record;
  // One that is handed in now is given its request right before it is stored.
  if (request?.kind === 'omitted') return false;
  if (submitted) return true;
  return approval?.state === 'approved' && (approval.expiresAt === undefined || now < approval.expiresAt);
}

/** Whether the last that is known of the effect is that a probe did not find it. */
function wasFoundAbsent(record: EffectRecord): boolean {
  const absent = currentAttempts(record).some(
    (attempt) => attempt.basis === 'probe' && attempt.evidence === 'not_applied',
  );
  return absent && unknownAttempts(record).length === 0;
}

/** The record without what only held until now: waiting times, halts and half-made absence proofs. */
export function withoutPauses(record: EffectRecord): EffectRecord {
  const { retryAt: _retryAt, halt: _halt, verifyAt: _verifyAt, unreached: _unreached, ...rest } = record;
  return { ...rest, absences: [] };
}

/**
 * The record without what belongs to the input and generation at hand: the stored request carries their key, and an
 * approval is used up. That one was asked for stays, so whoever claims next must ask anew.
 */
export function withoutOpenWork(record: EffectRecord): EffectRecord {
  const { approval, request: _request, submitted: _submitted, edited: _edited, ...rest } = withoutPauses(record);
  if (!approval) return rest;
  const {
    preview: _shown,
    approvedBy: _by,
    approvedIn: _in,
    breakGlass: _broken,
    changed: _changed,
    told: _told,
    twin: _twin,
    lapsed: _lapsed,
    delegates: _delegates,
    editable: _editable,
    ...used
  } = approval;
  return { ...rest, approval: { ...used, state: 'expired' } };
}

/** A change that raises the alarm: more than one effect is proven, or one that was believed not to have happened. */
export function diverged(
  draft: Draft,
  vendorIds: readonly (string | undefined)[],
  bodies: readonly AuditBody[],
  now: number,
): Change {
  const all = [...(draft.divergence?.vendorIds ?? []), ...vendorIds].filter((id) => id !== undefined);
  const ids = [...new Set(all)];
  return change(
    { ...draft, divergence: { at: { after: 0 }, vendorIds: ids } },
    [...bodies, { type: 'diverged', vendorIds: ids }],
    now,
  );
}

/** An attempt's part of an audit event. */
export function attemptBody(type: 'settled' | 'taken_over', attempt: Attempt<Stamp>, number: number): AuditBody {
  return {
    type,
    attempt: number,
    generation: attempt.generation,
    logicVersion: attempt.logicVersion,
    holder: attempt.holder,
    claimedAt: typeof attempt.claimedAt === 'number' ? attempt.claimedAt : 0,
    evidence: attempt.evidence,
    ...(attempt.basis === undefined ? {} : { basis: attempt.basis }),
    ...(attempt.reason === undefined ? {} : { reason: attempt.reason }),
    ...(attempt.vendorId === undefined ? {} : { vendorId: attempt.vendorId }),
    ...(attempt.run === undefined ? {} : { run: attempt.run }),
  };
}
