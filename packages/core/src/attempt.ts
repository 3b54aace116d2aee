import type { Target, Verdict } from './adapter.ts';
import { crashPoint } from './crash-point.ts';
import type { Hand, Job, RunnerParts } from './job.ts';
import type { Keeping } from './keeping.ts';
import { isAnsweredNo, keysNow, markersOf, type NamingKey } from './keys.ts';
import type { Seen } from './ledger-session.ts';
import { countOf } from './lifecycle/attempts.ts';
import type { Ending } from './lifecycle/settle.ts';
import { currentAttempts, stateOf, unknownAttempts } from './lifecycle/state.ts';
import { openStored, storeResult, type Codec } from './payload.ts';
import { issuePermit, PermitDenied, type Instant, type IssuedPermit } from './permit.ts';
import type { Attempt, EffectRecord } from './record.ts';
import { reasonOf } from './transport-end.ts';
import { unchecked } from './unchecked.ts';
import * as unsettled from './unsettled.ts';
import { aboutJob, beginning, lasted, report, reportChange, reportReExecution } from './reporting.ts';
import { recordEnding } from './unrecorded.ts';

/** How long an answered effect may try to be recorded before the caller is told that it was not. */
const settlePatienceMs = 5_000;

/** Sends once, under the permission that `record` holds, and says what that proves. It never throws. */
export async function attempt(
  parts: RunnerParts,
  job: Job,
  slot: string,
  record: EffectRecord,
  start: Instant,
  inHand: Hand['made'],
): Promise<Verdict> {
  const { clock, options, closing } = parts;
  const permit = issuePermit({
    clock,
    start,
    windowMs: Math.min(options.sendWindowMs, job.giveUpAt - start.monotonic),
    answerMs: Math.min(options.leaseMs, (job.deadlineAt ?? Infinity) - start.monotonic),
    slot,
    withdrawn: () => {
      if (closing.aborted) return String(closing.reason);
      // Only this attempt is open, and it has not sent yet.
      const isWanted = job.wanted?.() !== false || unknownAttempts(record).length > 1;
      return isWanted ? undefined : 'nobody waits for it any more';
    },
  });
  crashPoint('after_claim', slot);
  const since = beginning(clock);
  const verdict = await sendOnce(parts, job, slot, record, permit, inHand);
  // Without the check nobody knows, and then it is said.
  const sent = permit.passed || verdict.evidence === 'unknown';
  report(job, slot, clock, () => ({
    type: 'sent',
    attempt: countOf(record.attempts),
    sent,
    evidence: verdict.evidence,
    ...lasted(clock, since),
  }));
  if (sent) reportReExecution(job, slot, clock, record);
  return verdict;
}

async function sendOnce(
  { session, codec }: RunnerParts,
  job: Job,
  slot: string,
  record: EffectRecord,
  permit: IssuedPermit,
  inHand: Hand['made'],
): Promise<Verdict> {
  if (isOutlived(record)) return { evidence: 'not_applied', reason: 'approval_expired' };
  let given = false;
  try {
    const { naming } = await session.info();
    const target = targetOf(record, naming, undefined, record.attempts.at(-1)?.token);
    const kept = await openStored(record.request, codec, { slot, kind: 'request' });
    // What was not kept is still in this caller's hand, with what the vendor said to complete it.
    const own = record.edited ? undefined : job.prepare?.bind(job);
    const request = kept ?? (inHand?.key === target.key ? inHand.request : own?.(target));
    if (request === undefined) return { evidence: 'not_applied', reason: 'request_gone' };
    given = true;
    const verdict = await job.send({ ...target, request }, permit);
    if (permit.passed) {
      crashPoint('answer_received', slot);
      return verdict;
    }
    // A no may come before the check: SMTP refuses sender and recipients before the message, whose first byte it guards.
    if (isNo(verdict) && (permit.guarded || verdict.neverSent === true)) return verdict;
    // What asks right before its first byte, and was not let pass, has sent nothing; so doubt is none.
    if (verdict.evidence === 'unknown' && permit.guarded) return { ...verdict, evidence: 'not_applied' };
    return verdict.evidence === 'accepted' || verdict.evidence === 'rejected'
      ? unchecked(job.claim.operation, verdict.evidence, undefined)
      : unchecked(job.claim.operation, verdict.reason, verdict.cause);
  } catch (error) {
    if (permit.passed) return { evidence: 'unknown', reason: 'adapter_failed', cause: error };
    const reason = error instanceof PermitDenied ? error.message : 'never_sent';
    return !given || permit.guarded
      ? { evidence: 'not_applied', reason, cause: error }
      : unchecked(job.claim.operation, reasonOf(error), error);
  }
}

function isNo(verdict: Verdict): verdict is Verdict & { readonly evidence: 'rejected' | 'not_applied' } {
  return verdict.evidence === 'rejected' || verdict.evidence === 'not_applied';
}

/** Whether the approval that a claim was decided by had expired when the ledger stored the claim, by its own clock. */
function isOutlived({ approval, attempts }: EffectRecord): boolean {
  const claimedAt = attempts.at(-1)?.claimedAt ?? 0;
  return approval?.expiresAt !== undefined && claimedAt >= approval.expiresAt;
}

/** Stores what an attempt ended with, whoever else changed the record meanwhile. */
export async function settle(
  { session, codec, clock, unrecorded }: RunnerParts,
  job: Job,
  slot: string,
  seen: Seen,
  token: string,
  verdict: Verdict,
): Promise<Seen> {
  const since = beginning(clock);
  const ending = await endingOf(verdict, codec, slot, job.keeping);
  try {
    const settled = await recordEnding(session, slot, seen, token, ending, seen.record, settlePatienceMs);
    crashPoint('settled', slot);
    report(job, slot, clock, () => ({
      type: 'settled',
      evidence: ending.evidence,
      ...(settled.record ? { state: stateOf(settled.record, settled.at) } : {}),
      ...lasted(clock, since),
    }));
    reportChange(aboutJob(job, slot, clock), 'answer', seen.record, settled);
    return settled;
  } catch (error) {
    unrecorded.verdict(job, slot, seen.record as EffectRecord, token, ending);
    report(job, slot, clock, () => ({ type: 'not_recorded', evidence: ending.evidence, ...lasted(clock, since) }));
    throw unsettled.notRecorded(job, verdict, error);
  }
}

/** What an adapter needs to know of a record to resend it, look it up or read it again; `sending` is under way. */
export function targetOf(record: EffectRecord, naming: NamingKey, request?: string, sending?: string): Target {
  const times = record.attempts.flatMap((each) => [each.claimedAt, each.settledAt ?? each.leaseUntil]);
  const earlier = currentAttempts(record).filter(
    (each) => each.token !== sending && each.generation === record.generation,
  );
  return {
    operation: record.operation,
    ...keysNow(record, naming),
    markers: markersOf(record, naming),
    generation: record.generation,
    ...(request === undefined ? {} : { request }),
    ...(record.vendorId === undefined ? {} : { vendorId: record.vendorId }),
    attempts: countOf(record.attempts),
    from: Math.min(record.createdAt, ...times),
    until: Math.max(record.createdAt, ...times) + record.landingBoundMs,
    ...sinceOf(record),
    ...(earlier.some(leftDoubt) ? { doubted: true } : {}),
    ...(earlier.some((each) => each.evidence === 'rejected') ? { refused: true } : {}),
  };
}

/** When the first attempt was claimed that the vendor did not answer with a no. */
function sinceOf({ attempts }: EffectRecord): Pick<Target, 'since'> {
  const times = attempts.flatMap((each) => (isAnsweredNo(each) ? [] : [each.claimedAt]));
  return times.length === 0 ? {} : { since: Math.min(...times) };
}

/** Only the vendor's own answer to an attempt says that it did not happen; what looks and people said may be wrong. */
function leftDoubt({ evidence, basis }: Attempt): boolean {
  return evidence === 'unknown' || (evidence === 'not_applied' && basis !== 'answer');
}

async function endingOf(verdict: Verdict, codec: Codec | undefined, slot: string, keeping: Keeping): Promise<Ending> {
  switch (verdict.evidence) {
    case 'accepted':
      return {
        evidence: 'accepted',
        result: await storeResult(verdict.response, verdict.remember ?? 'all', codec, slot, keeping.result),
        ...(verdict.vendorId === undefined ? {} : { vendorId: verdict.vendorId }),
        ...(verdict.replayed === undefined ? {} : { replayed: verdict.replayed }),
      };
    case 'rejected':
      return {
        evidence: 'rejected',
        reason: verdict.reason,
        speaksForKey: verdict.speaksForKey === true,
        result: await storeResult(
          codec ? verdict.response : (verdict.redacted ?? verdict.response),
          'all',
          codec,
          slot,
          keeping.rejection,
        ),
      };
    case 'not_applied':
      return {
        evidence: 'not_applied',
        reason: verdict.reason,
        ...after(verdict),
        ...(verdict.keyBurned === true ? { keyBurned: true, speaksForKey: verdict.speaksForKey === true } : {}),
      };
    case 'unknown':
      return {
        evidence: 'unknown',
        reason: verdict.reason,
        ...after(verdict),
        ...(verdict.keyBurned === true ? { keyBurned: true } : {}),
      };
  }
}

function after(verdict: { readonly retryAfterMs?: number }): { retryAfterMs?: number } {
  return verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs };
}
