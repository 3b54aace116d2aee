import type { Approval, Attempt, Draft, EffectRecord, Stamp } from '../record.ts';
import { inRun, type AuditBody } from './audit.ts';
import { approvalFor, judgedBy, mustBeApproved } from './approval.ts';
import { change, type Change } from './change.ts';
import type { ClaimRequest } from './claim-request.ts';
import { namingFor } from './naming.ts';

declare const gate: unique symbol;

/** A record whose input may be sent now. Only `atGate` makes one, and only of one can a permission be made. */
export type Passed = EffectRecord & { readonly [gate]: 'passed' };

export type Passage =
  | { readonly kind: 'passed'; readonly record: Passed }
  /** Store the question; nothing may be sent before a person has answered it. */
  | { readonly kind: 'ask'; readonly change: Change }
  | { readonly kind: 'waits' };

/**
 * The one gate: every path that sends, or that leaves something behind which another would send, asks here, on the
 * record that its write is compared with.
 */
export function atGate(
  record: EffectRecord,
  request: ClaimRequest,
  now: number,
  bodies: readonly AuditBody[] = [],
): Passage {
  const judged = { ...inRun(record, request.run), ...judgedBy(record, request) };
  const question = questionFor(record, request, now);
  if (question === 'pending') return { kind: 'waits' };
  if (question === undefined) return { kind: 'passed', record: judged as Passed };
  const changed = bodies.flatMap((body) => (body.type === 'reopened' ? body.changed : []));
  const approval = changed.length === 0 ? question : { ...question, changed };
  return { kind: 'ask', change: change({ ...judged, approval }, [...bodies, askedBody(question)], now) };
}

/**
 * The question that a caller brings to an effect which was begun without one; `undefined` where there is none. Who only
 * waits, or hands in, must leave it behind: whoever sends next may know nothing of it.
 */
export function unasked(record: EffectRecord, request: ClaimRequest, now: number): Change | undefined {
  if (request.approval === undefined || record.approval !== undefined) return undefined;
  const passage = atGate(record, request, now);
  return passage.kind === 'ask' ? passage.change : undefined;
}

/** A draft that goes in doubt before anything was sent, with the question that a send of it will need. */
export function withQuestion(
  draft: Draft,
  record: EffectRecord,
  request: ClaimRequest,
  now: number,
): { readonly draft: Draft; readonly bodies: readonly AuditBody[] } {
  const question = questionFor(record, request, now);
  const judged: Draft = { ...draft, ...judgedBy(record, request) };
  if (question === undefined || question === 'pending') return { draft: judged, bodies: [] };
  return { draft: { ...judged, approval: question }, bodies: [askedBody(question)] };
}

/** The permission to send once; made of nothing but a record that the gate let pass. */
export function permission(record: Passed, request: ClaimRequest, generation: number): Attempt<Stamp> {
  const naming = namingFor(record, generation, request.keyId);
  return {
    token: request.token,
    logicVersion: record.contract.logicVersion,
    generation,
    holder: request.holder,
    claimedAt: { after: 0 },
    leaseUntil: { after: request.leaseMs },
    evidence: 'unknown',
    ...(naming === undefined ? {} : { naming }),
    ...(record.run === undefined ? {} : { run: record.run }),
  };
}

function questionFor(
  record: EffectRecord,
  request: ClaimRequest,
  now: number,
): Approval<Stamp> | 'pending' | undefined {
  if (!mustBeApproved(record, request)) return undefined;
  const answer = approvalFor(record, request, now);
  return answer === 'approved' ? undefined : answer;
}

function askedBody({ fingerprint, policy }: Approval<Stamp>): AuditBody {
  return { type: 'approval_asked', fingerprint, ...(policy === undefined ? {} : { policy }) };
}
