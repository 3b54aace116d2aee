import type { Attempt, Draft, EffectRecord, Stamp, Stored } from '../record.ts';
import type { AuditBody } from './audit.ts';
import { countOf, firstOf } from './attempts.ts';
import { change, diverged, withoutPauses, type Change } from './change.ts';
import {
  absenceGap,
  absencesNeeded,
  currentAttempts,
  hasHappened,
  isArbitrated,
  isNameless,
  landingEnd,
  namesLost,
  stateOf,
  unknownAttempts,
} from './state.ts';

/** A definite answer of the vendor to "did it happen?". */
export type Finding =
  | { readonly kind: 'found'; readonly matches: readonly { readonly vendorId: string; readonly result: Stored }[] }
  /** What the attempts made is there, and the vendor's no stands on it. */
  | { readonly kind: 'refused'; readonly reason: string; readonly vendorIds: readonly string[] }
  /** A complete look found nothing: all pages, far enough back, with the right to read. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'cannot_know'; readonly reason: string };

/**
 * Draws the consequence of a probe. `attempts` is how many the record had when the probe began: absence says nothing
 * of an attempt that was made since, nor of what could still land after `begunAt`, the time as of which the probe was
 * decided. Returns `undefined` when the answer changes nothing.
 */
export function applyProbe(
  record: EffectRecord,
  finding: Finding,
  attempts: number,
  now: number,
  begunAt: number = now,
): Change | undefined {
  const state = stateOf(record, now);
  if (hasHappened(record)) return verify(record, finding, now, begunAt);
  const doubtful = state === 'in_doubt' || state === 'stopped';
  if (!doubtful && finding.kind !== 'found') return undefined;
  const probed: AuditBody = {
    type: 'probed',
    answer: finding.kind,
    ...(finding.kind === 'found' ? { vendorIds: finding.matches.map((match) => match.vendorId) } : {}),
    ...(finding.kind === 'refused' ? { vendorIds: finding.vendorIds } : {}),
  };
  switch (finding.kind) {
    case 'found':
      return found(
        record,
        doubtful ? unknownAttempts(record) : believedAbsent(record, attempts),
        finding.matches,
        probed,
        now,
        doubtful ? toVerify(record, begunAt) : {},
      );
    case 'refused':
    case 'absent': {
      if (countOf(record.attempts) !== attempts) return undefined;
      if (finding.kind === 'refused' && speaksForAll(record, finding.vendorIds.length)) {
        const { request: _request, ...rest } = withoutPauses(record);
        const attempts = closed(record, 'rejected', 'probe', finding.reason);
        return change({ ...rest, attempts, result: { kind: 'omitted', reason: 'unknown' } }, [probed], now);
      }
      // What it was named by is lost, so that it may be there all the same.
      if (isNameless(record)) return halted(record, `nothing was found of it, and ${namesLost}`, probed, now);
      const absences: Stamp[] = [...record.absences, { after: 0 }];
      // What is on its way may still land, but it cannot double: the attempts stay unknown and it is performed.
      if (isArbitrated(record)) return change({ ...record, absences }, [probed], now);
      const lastAbsence = record.absences.at(-1);
      const early = lastAbsence !== undefined && begunAt < lastAbsence + absenceGap(record);
      if (early || begunAt < landingEnd(record)) return undefined;
      if (absences.length < absencesNeeded(record)) return change({ ...record, absences }, [probed], now);
      return change({ ...withoutPauses(record), attempts: closed(record, 'not_applied') }, [probed], now);
    }
    case 'cannot_know':
      return halted(record, finding.reason, probed, now);
  }
}

function halted(record: EffectRecord, reason: string, probed: AuditBody, now: number): Change | undefined {
  if (record.halt) return undefined;
  return change({ ...record, halt: { at: { after: 0 }, reason } }, [probed, { type: 'halted', reason }], now);
}

/** Whether so many objects with a no on them are all that the unknown attempts can have made. */
function speaksForAll(record: EffectRecord, refusals: number): boolean {
  return record.safety.kind === 'keyed' || refusals >= unknownAttempts(record).length;
}

/**
 * A look that did not reach the vendor is written down with a pause that grows, so that whoever comes next, in whatever
 * process, looks for the others first.
 */
export function postponed(record: EffectRecord, retryAfterMs: number | undefined, now: number): Change | undefined {
  const unreached = (record.unreached ?? 0) + 1;
  const pauseMs = Math.max(retryAfterMs ?? 0, Math.min(1_000 * 2 ** unreached, 300_000));
  if (hasHappened(record)) {
    if (record.verifyAt === undefined) return undefined;
    return change({ ...record, unreached, verifyAt: { after: pauseMs } }, [], now);
  }
  if (stateOf(record, now) !== 'in_doubt') return undefined;
  return change({ ...record, unreached, retryAt: { after: pauseMs } }, [], now);
}

/** Attempts of before the probe that others' looks, or a person, closed meanwhile: proof wins over both. */
function believedAbsent(record: EffectRecord, attempts: number): readonly Attempt[] {
  const before = new Set(firstOf(record.attempts, attempts));
  return currentAttempts(record).filter(
    (attempt) =>
      before.has(attempt) &&
      attempt.evidence === 'not_applied' &&
      (attempt.basis === 'probe' || attempt.basis === 'person'),
  );
}

function found(
  record: EffectRecord,
  candidates: readonly Attempt[],
  matches: readonly { readonly vendorId: string; readonly result: Stored }[],
  probed: AuditBody,
  now: number,
  verifying: Pick<Draft, 'verifyAt' | 'request'>,
): Change | undefined {
  const [first] = matches;
  const last = candidates.at(-1);
  if (!first || !last) return undefined;
  const { request: _request, noMoreAttempts: _end, ...rest } = withoutPauses(record);
  const attempts: Attempt<Stamp>[] = record.attempts.map((attempt) =>
    attempt === last || attempt.token === last.token
      ? {
          ...attempt,
          evidence: 'accepted',
          settledAt: attempt.settledAt ?? { after: 0 },
          basis: 'probe',
          vendorId: first.vendorId,
        }
      : attempt,
  );
  const draft: Draft = { ...rest, attempts, vendorId: first.vendorId, result: first.result, ...verifying };
  return matches.length < 2
    ? change(draft, [probed], now)
    : diverged(
        draft,
        matches.map((match) => match.vendorId),
        [probed],
        now,
      );
}

/**
 * What a ledger forgot may have been claimed by another right before, who sends for one lease more: where it was found
 * sooner, one more look afterwards is for two.
 */
function toVerify(record: EffectRecord, begunAt: number): Pick<Draft, 'verifyAt' | 'request'> {
  const isLost = unknownAttempts(record).some(({ basis }) => basis === 'lost_ledger');
  const end = landingEnd(record);
  if (!isLost || begunAt >= end || record.safety.kind === 'keyed') return {};
  return { verifyAt: { after: end - begunAt }, ...(record.request === undefined ? {} : { request: record.request }) };
}

/** The look for two, after a resend from "absent" or an early find. */
function verify(record: EffectRecord, finding: Finding, now: number, begunAt: number): Change | undefined {
  if (record.verifyAt === undefined) return undefined;
  const two = finding.kind === 'found' && finding.matches.length > 1;
  // What began before the time may have looked before the second one landed.
  if (!two && begunAt < record.verifyAt) return undefined;
  const { verifyAt: _verifyAt, request: _request, ...draft } = record;
  const probed: AuditBody = { type: 'probed', answer: finding.kind };
  if (!two) return change(draft, [probed], now);
  return diverged(
    draft,
    finding.matches.map((match) => match.vendorId),
    [probed],
    now,
  );
}

/** The attempts with every unknown one closed by the probes. */
export function closed(
  record: EffectRecord,
  evidence: 'not_applied' | 'rejected',
  basis: 'probe' | 'person' = 'probe',
  reason?: string,
): Attempt<Stamp>[] {
  const unknown = new Set(unknownAttempts(record).map((attempt) => attempt.token));
  return record.attempts.map((attempt) =>
    unknown.has(attempt.token)
      ? {
          ...attempt,
          evidence,
          settledAt: attempt.settledAt ?? { after: 0 },
          basis,
          ...(reason === undefined ? {} : { reason }),
          ...(evidence === 'rejected' && record.safety.kind === 'keyed' ? { keyBurned: true } : {}),
        }
      : attempt,
  );
}
