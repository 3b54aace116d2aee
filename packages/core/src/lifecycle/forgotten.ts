import type { Attempt, Draft, EffectRecord, Stamp } from '../record.ts';
import { countOf } from './attempts.ts';
import { attemptBody, change, withoutPauses, type Change } from './change.ts';
import type { ClaimRequest } from './claim-request.ts';
import { withQuestion } from './gate.ts';
import { namingFor } from './naming.ts';
import { hasHappened, namesLost, stateOf } from './state.ts';

/** Whether a ledger that may have forgotten can have forgotten an attempt beside what it still knows of this effect. */
export function mayBeForgotten(record: EffectRecord, request: ClaimRequest, now: number): boolean {
  if (request.suspectSince === undefined || (record.epoch ?? 0) >= (request.epoch ?? 0)) return false;
  const state = stateOf(record, now);
  return !hasHappened(record) && state !== 'executing' && state !== 'in_doubt' && state !== 'stopped';
}

/**
 * An attempt that was lost since the ledger is suspect is as good as one that nobody reported. It may have been claimed
 * right before the loss, so for one lease more its holder may still send.
 */
export function doubtWhatWasLost(record: EffectRecord, request: ClaimRequest, now: number): Change {
  const naming = namingFor(record, record.generation, request.keyId);
  const lost: Attempt<Stamp> = {
    token: `lost-${request.token}`,
    logicVersion: record.contract.logicVersion,
    generation: record.generation,
    holder: 'unknown (the ledger may have forgotten)',
    claimedAt: request.suspectSince ?? now,
    leaseUntil: { after: request.leaseMs },
    settledAt: { after: request.leaseMs },
    evidence: 'unknown',
    basis: 'lost_ledger',
    ...(naming === undefined ? {} : { naming }),
    ...(request.namesLost === true ? { reason: namesLost } : {}),
  };
  // What is recorded may be other input than this caller's, whose request must not be kept for it.
  const othersInput = record.request === undefined && record.fingerprint.full !== request.fingerprint.full;
  const draft: Draft = {
    ...withoutPauses(record),
    ...(request.epoch === undefined ? {} : { epoch: request.epoch }),
    ...(othersInput ? { request: { kind: 'omitted', reason: 'unknown' } } : {}),
    attempts: [...record.attempts, lost],
  };
  const body = attemptBody('taken_over', lost, countOf(draft.attempts));
  // Whoever finds the doubt may send: what this caller must ask first is stored with it.
  const asked = withQuestion(draft, record, request, now);
  return change(asked.draft, [body, ...asked.bodies], now);
}
