import { sha256 } from '../fingerprint.ts';
import { countOf, firstOf } from './attempts.ts';
import type { Attempt, Draft, EffectRecord, Stamp, Stored } from '../record.ts';

/**
 * A digest of what of a record never changes without an audit event, with the first `attempts` of its attempts: a claim
 * appends one without an event, and so it sets and clears what holds the effect up. Each event carries that of the
 * record it left behind, without times, which are the ledger's and not known yet.
 */
export function salientDigest(record: Draft, attempts: number = countOf(record.attempts)): string {
  return digest(untimed(record, attempts));
}

/** The same of a record as it is stored, with its times and its request. */
export function sealedDigest(record: EffectRecord, attempts: number): string {
  const { createdAt, approval, undo, noMoreAttempts, divergence, tombstone, request } = record;
  return digest({
    ...untimed(record, attempts),
    request: storedDigest(request),
    times: [
      createdAt,
      ...firstOf(record.attempts, attempts).flatMap(({ claimedAt, leaseUntil, settledAt }) => [
        claimedAt,
        leaseUntil,
        settledAt ?? null,
      ]),
      ...[approval?.requestedAt, approval?.expiresAt, approval?.decidedAt].map((at) => at ?? null),
      ...[undo, noMoreAttempts, divergence, tombstone].map((each) => each?.at ?? null),
    ],
  });
}

function untimed(record: Draft, attempts: number): Record<string, unknown> {
  const { format, contract, client, account, operation, safety, landingBoundMs, generation } = record;
  const { fingerprint, approval, submitted, undo, vendorId, divergence, tombstone, decisions } = record;
  return {
    format,
    contract,
    client,
    account,
    operation,
    safety,
    landingBoundMs,
    generation,
    fingerprint,
    submitted,
    vendorId,
    decisions,
    attempts: firstOf(record.attempts, attempts).map(attemptOf),
    approval: approval && approvalOf(approval),
    edited: record.edited && editedOf(record.edited),
    undo: undo && { by: undo.by, reason: undo.reason, state: undo.state, why: undo.why },
    noMoreAttempts: record.noMoreAttempts && { why: record.noMoreAttempts.why, by: record.noMoreAttempts.by },
    divergence: divergence?.vendorIds,
    tombstone: tombstone?.state,
    result: storedDigest(record.result),
  };
}

function attemptOf(attempt: Attempt<Stamp>): object {
  const { claimedAt: _claimedAt, leaseUntil: _leaseUntil, settledAt, ...rest } = attempt;
  return { ...rest, settled: settledAt !== undefined };
}

function approvalOf(approval: NonNullable<Draft['approval']>): object {
  // What the person is shown is added once the event was made.
  const { preview: _preview, requestedAt: _asked, expiresAt: _expires, decidedAt: _decided, ...rest } = approval;
  return rest;
}

/** Without its values, which are sealed anew and end with the attempts: the digests say what was changed. */
function editedOf({ asked, steps }: NonNullable<Draft['edited']>): object {
  return { asked, steps: steps.map(({ at: _at, values: _values, ...step }) => step) };
}

function storedDigest(stored: Stored | undefined): string | undefined {
  if (stored === undefined) return undefined;
  if (stored.kind === 'omitted') return stored.reason;
  const { naming } = stored;
  return `${stored.kind} ${sha256(stored.body)}${naming === undefined ? '' : ` ${naming}`}`;
}

function digest(value: unknown): string {
  return sha256(sortedJson(value));
}

/** One text for equal values, whatever they hold: what a vendor gave as its reason may be no well-formed text. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
