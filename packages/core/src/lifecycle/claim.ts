import { changedFields, compare } from '../fingerprint.ts';
import type { Attempt, Draft, EffectRecord } from '../record.ts';
import { attemptBody, change, withoutOpenWork, withoutPauses, type Change } from './change.ts';
import type { AuditBody } from './audit.ts';
import type { ClaimRequest } from './claim-request.ts';
import { asksForEdited } from './edit.ts';
import { doubtWhatWasLost, mayBeForgotten } from './forgotten.ts';
import { countOf, isSpent, spentReason } from './attempts.ts';
import { atGate, permission, unasked } from './gate.ts';
import { answeredForItself, keyIsGood } from './vendor-key.ts';
import {
  absenceGap,
  currentAttempts,
  hasHappened,
  isArbitrated,
  isNameless,
  isOpen,
  isUsedUp,
  landingEnd,
  stateOf,
  unknownAttempts,
} from './state.ts';

export type ClaimDecision =
  /** Store the change; then this caller alone may send, the stored request or a newly prepared one. */
  | {
      readonly kind: 'send';
      readonly change: Change;
      readonly generation: number;
      readonly request: 'prepare' | 'stored';
    }
  /** Store the change, then decide again. */
  | { readonly kind: 'write'; readonly change: Change }
  /** This token's attempt is already stored: the answer to the claim was lost. */
  | { readonly kind: 'own'; readonly attempt: Attempt }
  | { readonly kind: 'replay'; readonly drifted: boolean }
  /** It is handed in: whoever recovers or completes it performs it. */
  | { readonly kind: 'submitted' }
  | {
      readonly kind: 'wait';
      readonly until: number;
      readonly why: 'executing' | 'retry_at' | 'landing';
      /** A look at once may end the wait: what it finds counts, and nothing else that it says does. */
      readonly look?: true;
    }
  /** Ask the vendor; a definite answer goes through `applyProbe`. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

export type Refusal =
  | { readonly code: 'input_changed'; readonly fields: readonly string[]; readonly wordingOnly: boolean }
  | { readonly code: 'outdated_logic'; readonly recorded: number }
  | { readonly code: 'approval_required' }
  | { readonly code: 'declined' | 'cancelled' | 'compensated'; readonly by: string }
  | { readonly code: 'in_doubt'; readonly recorded: number }
  /** `spent`: nothing of it is in doubt, and it was tried as often as it may be. */
  | { readonly code: 'stopped'; readonly reason: string; readonly spent?: true };

/** Decides one claim. Pure: the same record, request and ledger time always give the same decision. */
export function decideClaim(record: EffectRecord | undefined, request: ClaimRequest, now: number): ClaimDecision {
  if (!record) return firstClaim(request, now);
  const own = record.attempts.find((attempt) => attempt.token === request.token);
  if (own) return { kind: 'own', attempt: own };
  if (mayBeForgotten(record, request, now)) {
    return { kind: 'write', change: doubtWhatWasLost(record, request, now) };
  }
  if (request.contract.logicVersion !== record.contract.logicVersion) return otherVersion(record, request, now);
  const difference = asksForEdited(record, request) ? 'same' : compare(record.fingerprint, request.fingerprint);
  const refuseChange: ClaimDecision = {
    kind: 'refuse',
    refusal: {
      code: 'input_changed',
      fields: changedFields(record.fingerprint, request.fingerprint),
      wordingOnly: difference === 'wording',
    },
  };
  const acceptable = difference === 'same' || (difference === 'wording' && request.drift === 'first');
  const state = stateOf(record, now);
  if (state === 'stopped' && isUsedUp(record)) {
    return { kind: 'refuse', refusal: { code: 'stopped', reason: spentReason(record), spent: true } };
  }
  switch (state) {
    case 'succeeded':
      return acceptable ? { kind: 'replay', drifted: difference !== 'same' } : refuseChange;
    case 'rejected':
      if (difference === 'same' && request.onRejected !== 'again') return { kind: 'replay', drifted: false };
      return reopened(record, request, now);
    case 'compensating':
    case 'compensated':
      return { kind: 'refuse', refusal: { code: 'compensated', by: record.undo?.by ?? 'unknown' } };
    case 'executing': {
      if (!acceptable) return refuseChange;
      const question = unasked(record, request, now);
      if (question) return { kind: 'write', change: question };
      if (request.submit) return { kind: 'submitted' };
      return { kind: 'wait', until: record.attempts.at(-1)?.leaseUntil ?? now, why: 'executing' };
    }
    case 'in_doubt':
    case 'stopped': {
      if (!acceptable) return refuseChange;
      const question = unasked(record, request, now);
      if (question) return { kind: 'write', change: question };
      if (request.submit) return { kind: 'submitted' };
      if (state === 'in_doubt' || mayResend(record, request)) {
        const next = doubt(record, request, now);
        // Where the first request was not kept, this caller's would go out in its place.
        const reworded = next.kind === 'send' && next.request === 'prepare' && difference !== 'same';
        return reworded ? refuseChange : next;
      }
      return { kind: 'refuse', refusal: { code: 'stopped', reason: record.halt?.reason ?? 'stopped' } };
    }
    case 'declined':
    case 'cancelled':
      return { kind: 'refuse', refusal: { code: state, by: record.noMoreAttempts?.by ?? 'retention' } };
    case 'awaiting_approval':
    case 'ready': {
      const unchanged = difference === 'same';
      if (unchanged && request.submit && record.submitted) return { kind: 'submitted' };
      if (unchanged && record.retryAt !== undefined && now < record.retryAt) {
        return { kind: 'wait', until: record.retryAt, why: 'retry_at' };
      }
      return unchanged ? send(record, request, now, 'stored') : reopened(record, request, now);
    }
  }
}

function firstClaim(request: ClaimRequest, now: number): ClaimDecision {
  const blank: Draft = {
    format: 1,
    ...described(request),
    generation: 1,
    createdAt: { after: 0 },
    attempts: [],
    absences: [],
    decisions: [],
    chain: { sequence: 0, hash: '' },
  };
  if (request.suspectSince === undefined) return send(blank as EffectRecord, request, now, 'prepare');
  return { kind: 'write', change: doubtWhatWasLost(blank as EffectRecord, request, now) };
}

function otherVersion(record: EffectRecord, request: ClaimRequest, now: number): ClaimDecision {
  const from = record.contract.logicVersion;
  const to = request.contract.logicVersion;
  if (to < from) return { kind: 'refuse', refusal: { code: 'outdated_logic', recorded: from } };
  const state = stateOf(record, now);
  switch (state) {
    case 'executing':
      return { kind: 'wait', until: record.attempts.at(-1)?.leaseUntil ?? now, why: 'executing' };
    case 'in_doubt':
    case 'stopped':
      if (!isUsedUp(record)) return { kind: 'refuse', refusal: { code: 'in_doubt', recorded: from } };
      return superseded(record, request, now);
    case 'declined':
    case 'cancelled':
      return { kind: 'refuse', refusal: { code: state, by: record.noMoreAttempts?.by ?? 'retention' } };
    case 'compensating':
      return { kind: 'refuse', refusal: { code: 'compensated', by: record.undo?.by ?? 'unknown' } };
    case 'awaiting_approval':
    case 'ready':
    case 'rejected':
    case 'succeeded':
    case 'compensated':
      return superseded(record, request, now);
  }
}

function superseded(record: EffectRecord, request: ClaimRequest, now: number): ClaimDecision {
  const from = record.contract.logicVersion;
  const to = request.contract.logicVersion;
  // Beside what succeeded another attempt may be on its way still, and land on top of this version's effect.
  const landing = landingEnd(record);
  if (now < landing) return { kind: 'wait', until: landing, why: 'landing' };
  // The newer version is another effect under another marker: who looks for two of this one must do so before.
  if (hasHappened(record) && record.verifyAt !== undefined) {
    return now < record.verifyAt ? { kind: 'wait', until: record.verifyAt, why: 'landing' } : { kind: 'probe' };
  }
  const { tombstone: _stone, result: _result, vendorId: _id, undo: _undo, ...rest } = withoutOpenWork(record);
  const { allowed: _allowed, ...open } = rest;
  const next: EffectRecord = { ...open, ...described(request), generation: 1 };
  return send(next, request, now, 'prepare', [{ type: 'superseded', from, to }]);
}

function doubt(record: EffectRecord, request: ClaimRequest, now: number): ClaimDecision {
  if (record.retryAt !== undefined && now < record.retryAt) {
    return { kind: 'wait', until: record.retryAt, why: 'retry_at' };
  }
  const landing = landingEnd(record);
  const lastAbsence = record.absences.at(-1);
  const probeAt = lastAbsence === undefined ? landing : Math.max(landing, lastAbsence + absenceGap(record));
  const probe: ClaimDecision =
    now < probeAt ? { kind: 'wait', until: probeAt, why: 'landing', ...sooner(record) } : { kind: 'probe' };
  switch (record.safety.kind) {
    case 'keyed': {
      const { windowMs } = record.safety;
      const resend = mayBeSent(record) && !isNameless(record) && keyIsGood(record, windowMs, request.leaseMs, now);
      return resend && !answeredForItself(record, landing) ? send(record, request, now, 'stored') : probe;
    }
    case 'constrained':
      if (!isArbitrated(record)) return probe;
      return record.absences.length > 0 ? send(record, request, now, 'stored') : { kind: 'probe' };
    case 'natural':
    case 'probed':
      return probe;
    case 'unverifiable': {
      if (mayResend(record, request)) {
        if (now < landing) return { kind: 'wait', until: landing, why: 'landing' };
        if (record.safety.findable === true && !record.halt) return { kind: 'probe' };
        return send(record, request, now, 'stored', [{ type: 'resend_chosen' }]);
      }
      return probe;
    }
  }
}

/** What a ledger forgot has mostly happened long ago, and is there to be found while its lease is still waited for. */
function sooner(record: EffectRecord): { look?: true } {
  return unknownAttempts(record).some(({ basis }) => basis === 'lost_ledger') ? { look: true } : {};
}

function mayResend(record: EffectRecord, request: ClaimRequest): boolean {
  return record.safety.kind === 'unverifiable' && request.onDoubt === 'resend' && mayBeSent(record);
}

function mayBeSent(record: EffectRecord): boolean {
  return !record.noMoreAttempts && !isSpent(record);
}

/** The permission to send, or what must come before it: an approval of exactly this input. */
function send(
  record: EffectRecord,
  request: ClaimRequest,
  now: number,
  source: 'prepare' | 'stored',
  bodies: readonly AuditBody[] = [],
): ClaimDecision {
  const passage = atGate(record, request, now, bodies);
  if (passage.kind === 'waits') return { kind: 'refuse', refusal: { code: 'approval_required' } };
  if (passage.kind === 'ask') return { kind: 'write', change: passage.change };
  const passed = passage.record;
  if (request.submit) {
    return { kind: 'write', change: change(passed, [...bodies, { type: 'submitted', by: request.holder }], now) };
  }
  const generation = nextGeneration(record);
  const attempt = permission(passed, request, generation);
  const previous = record.attempts.at(-1);
  const dead = previous && isOpen(previous) ? [attemptBody('taken_over', previous, countOf(record.attempts))] : [];
  const draft: Draft = {
    ...withoutPauses(passed),
    ...(request.epoch === undefined ? {} : { epoch: request.epoch }),
    generation,
    attempts: [...record.attempts, attempt],
  };
  const opened: AuditBody[] = generation === record.generation ? [] : [{ type: 'reopened', generation, changed: [] }];
  const usable = source === 'stored' && generation === record.generation && record.request?.kind !== 'omitted';
  return {
    kind: 'send',
    change: change(draft, [...bodies, ...opened, ...dead], now),
    generation,
    request: usable && record.request !== undefined ? 'stored' : 'prepare',
  };
}

/** A key under which the vendor stored a failure, or which a probe proved unused after its window, is given up. */
function nextGeneration(record: EffectRecord): number {
  const underKey = currentAttempts(record).filter((attempt) => attempt.generation === record.generation);
  if (unknownAttempts(record).length > 0) return record.generation;
  const spent = underKey.some(
    (attempt) => attempt.keyBurned || (record.safety.kind === 'keyed' && attempt.basis === 'probe'),
  );
  return spent ? record.generation + 1 : record.generation;
}

function reopened(record: EffectRecord, request: ClaimRequest, now: number): ClaimDecision {
  const next = reopen(record, request);
  const changed = changedFields(record.fingerprint, request.fingerprint);
  return send(next, request, now, 'prepare', [{ type: 'reopened', generation: next.generation, changed }]);
}

/** Opens the effect again for other input after a definite no, as a new generation where anything was tried. */
function reopen(record: EffectRecord, request: ClaimRequest): EffectRecord {
  const { result: _result, tombstone, ...rest } = withoutOpenWork(record);
  const tried =
    tombstone !== undefined || currentAttempts(record).some((attempt) => attempt.generation === record.generation);
  return { ...rest, ...described(request), generation: tried ? record.generation + 1 : record.generation };
}

function described(
  request: ClaimRequest,
): Pick<
  EffectRecord,
  'contract' | 'client' | 'account' | 'operation' | 'safety' | 'landingBoundMs' | 'fingerprint' | 'traceparent'
> {
  const { contract, client, account, operation, safety, landingBoundMs, fingerprint, traceparent } = request;
  const trace = traceparent === undefined ? {} : { traceparent };
  return { contract, client, account, operation, safety, landingBoundMs, fingerprint, ...trace };
}
