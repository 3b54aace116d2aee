import type { Attempt, Draft, EffectRecord, Evidence, Stamp, Stored } from '../record.ts';
import type { AuditBody } from './audit.ts';
import { countOf, merged, numberOf } from './attempts.ts';
import { attemptBody, change, diverged, withoutPauses, type Change } from './change.ts';
import { landingEndOf } from './state.ts';

/** What an attempt ended with, as the adapter classified the vendor's answer. */
export type Ending =
  | {
      readonly evidence: 'accepted';
      readonly vendorId?: string;
      readonly result: Stored;
      /** False: the vendor, which says so where it is, did not answer from under the key. */
      readonly replayed?: boolean;
    }
  | {
      readonly evidence: 'rejected';
      readonly result: Stored;
      readonly reason: string;
      /** The vendor answered for the key, not only for this request: it holds for every attempt under the key. */
      readonly speaksForKey: boolean;
    }
  | {
      readonly evidence: 'not_applied';
      readonly reason: string;
      readonly retryAfterMs?: number;
      /** The vendor keeps the no under the key. */
      readonly keyBurned?: boolean;
      readonly speaksForKey?: boolean;
    }
  | {
      readonly evidence: 'unknown';
      readonly reason: string;
      readonly retryAfterMs?: number;
      readonly keyBurned?: boolean;
    };

export type SettleDecision =
  | { readonly kind: 'write'; readonly change: Change }
  /** The record says so already. */
  | { readonly kind: 'unchanged' };

/**
 * Merges what an attempt's holder learned. Only the permission to send is fenced, never the truth: a late `accepted`
 * is taken from anyone who held a token here, a late no says something of its own attempt only.
 */
export function decideSettle(record: EffectRecord, token: string, ending: Ending, now: number): SettleDecision {
  const index = record.attempts.findIndex((attempt) => attempt.token === token);
  const before = record.attempts[index];
  if (!before) return strayAnswer(record, ending, now);
  if (before.evidence === 'accepted' && ending.evidence === 'accepted')
    return provenAgain(record, index, before, ending, now);
  const evidence = mergeEvidence(before.evidence, ending.evidence);
  if (evidence === before.evidence && (before.settledAt !== undefined || evidence !== 'unknown')) {
    return { kind: 'unchanged' };
  }
  const settled: Attempt<Stamp> = {
    ...before,
    evidence,
    settledAt: { after: 0 },
    basis: 'answer',
    ...('reason' in ending ? { reason: ending.reason } : {}),
    ...(ending.evidence === 'accepted' && ending.vendorId !== undefined ? { vendorId: ending.vendorId } : {}),
    ...(burnsKey(record, ending) ? { keyBurned: true } : {}),
  };
  const attempts: Attempt<Stamp>[] = record.attempts.map((attempt, at) =>
    at === index ? settled : speaksFor(record, before, attempt, ending) ? closedByKey(attempt, ending) : attempt,
  );
  const bodies: AuditBody[] = [
    attemptBody('settled', { ...settled, claimedAt: before.claimedAt }, numberOf(record.attempts, index)),
  ];
  return {
    kind: 'write',
    change: after(record, merged(attempts, record.generation), before.logicVersion, ending, bodies, now),
  };
}

/** The evidence after one more report: `unknown` gives way to all, `accepted` to none, a no only to `accepted`. */
export function mergeEvidence(before: Evidence, reported: Evidence): Evidence {
  if (before === 'unknown' || reported === 'accepted') return reported;
  return before;
}

function after(
  record: EffectRecord,
  attempts: readonly Attempt<Stamp>[],
  version: number,
  ending: Ending,
  bodies: readonly AuditBody[],
  now: number,
): Change {
  const current = attempts.filter((attempt) => attempt.logicVersion === record.contract.logicVersion);
  const doubtful = current.some((attempt) => attempt.evidence === 'unknown');
  // A late report of an earlier version is kept with its attempt and says nothing of this version's.
  if (version !== record.contract.logicVersion && ending.evidence !== 'accepted') {
    return change({ ...record, attempts }, bodies, now);
  }
  switch (ending.evidence) {
    case 'accepted':
      return accepted(record, attempts, version, ending, bodies, now);
    case 'rejected': {
      if (current.some((attempt) => attempt.evidence === 'accepted'))
        return change({ ...record, attempts }, bodies, now);
      if (doubtful) {
        const open = new Set(current.flatMap((attempt) => (attempt.evidence === 'unknown' ? [attempt.token] : [])));
        const landings = record.attempts.flatMap((attempt) =>
          open.has(attempt.token) ? [landingEndOf(attempt, record.landingBoundMs)] : [],
        );
        // The no is this attempt's; it becomes the effect's own once the others are known not to have happened.
        return change({ ...record, attempts, result: ending.result, retryAt: Math.max(now, ...landings) }, bodies, now);
      }
      const { request: _request, ...rest } = withoutPauses(record);
      return change({ ...rest, attempts, result: ending.result }, bodies, now);
    }
    case 'not_applied':
    case 'unknown': {
      const pauseMs = ending.retryAfterMs ?? growingPauseMs(countOf(current));
      const draft: Draft = {
        ...record,
        attempts,
        ...(pauseMs === undefined ? {} : { retryAt: { after: pauseMs } }),
      };
      return change(draft, bodies, now);
    }
  }
}

function accepted(
  record: EffectRecord,
  attempts: readonly Attempt<Stamp>[],
  version: number,
  ending: Ending & { evidence: 'accepted' },
  bodies: readonly AuditBody[],
  now: number,
): Change {
  const already = record.attempts.some(
    (attempt) => attempt.logicVersion === version && attempt.evidence === 'accepted',
  );
  const proven = new Set(
    attempts.flatMap((attempt) =>
      attempt.logicVersion === version && attempt.evidence === 'accepted' && attempt.vendorId !== undefined
        ? [attempt.vendorId]
        : [],
    ),
  );
  if (version !== record.contract.logicVersion) {
    // An earlier version's effect after all: an alarm where it was believed not to be, but no word on this version's.
    const draft: Draft = { ...record, attempts };
    return already && proven.size < 2
      ? change(draft, bodies, now)
      : diverged(draft, [record.vendorId, ...proven], bodies, now);
  }
  const { request: _request, noMoreAttempts: _end, ...rest } = withoutPauses(record);
  // A double is possible where something was sent beside what was found absent, or beside what is unknown still.
  const foundAbsent =
    [...record.attempts, ...attempts].some(
      (attempt) => attempt.evidence === 'not_applied' && attempt.basis === 'probe',
    ) ||
    // A key that was honoured leaves no doubt of those beside it; the vendor's own word says where it was not.
    ((record.safety.kind !== 'keyed' || ending.replayed === false) &&
      attempts.some((attempt) => attempt.logicVersion === version && attempt.evidence === 'unknown'));
  const draft: Draft = {
    ...rest,
    attempts,
    ...(already ? {} : { result: ending.result }),
    ...(already || ending.vendorId === undefined ? {} : { vendorId: ending.vendorId }),
    ...(foundAbsent ? { verifyAt: { after: record.landingBoundMs } } : {}),
    // The look for two needs to know where to look.
    ...(foundAbsent && record.request !== undefined ? { request: record.request } : {}),
  };
  return proven.size > 1 ? diverged(draft, [...proven], bodies, now) : change(draft, bodies, now);
}

/** Each fruitless round waits longer, whoever makes it, so that an outage does not fill the record. */
function growingPauseMs(attempts: number): number | undefined {
  return attempts <= 5 ? undefined : Math.min(1_000 * 2 ** (attempts - 6), 300_000);
}

/** Another proof of an attempt that is known to have happened: a probe's or a person's word, then its own answer. */
function provenAgain(
  record: EffectRecord,
  index: number,
  before: Attempt,
  ending: Ending & { evidence: 'accepted' },
  now: number,
): SettleDecision {
  const { vendorId } = ending;
  if (vendorId === undefined || knownIds(record).has(vendorId)) return { kind: 'unchanged' };
  if (before.vendorId !== undefined) {
    return { kind: 'write', change: diverged(record, [before.vendorId, vendorId], [], now) };
  }
  const settled: Attempt<Stamp> = { ...before, basis: 'answer', vendorId };
  const draft: Draft = {
    ...record,
    attempts: record.attempts.with(index, settled as Attempt),
    ...(record.vendorId === undefined && before.logicVersion === record.contract.logicVersion
      ? { vendorId, result: ending.result }
      : {}),
  };
  return {
    kind: 'write',
    change: change(draft, [attemptBody('settled', settled, numberOf(record.attempts, index))], now),
  };
}

/** An answer whose attempt the record no longer lists: retention compacted it, or another ledger gave the token. */
function strayAnswer(record: EffectRecord, ending: Ending, now: number): SettleDecision {
  if (ending.evidence !== 'accepted') return { kind: 'unchanged' };
  const { vendorId, result } = ending;
  const happened = record.tombstone?.state === 'succeeded';
  const known = vendorId === undefined ? happened || record.divergence !== undefined : knownIds(record).has(vendorId);
  if (known) return { kind: 'unchanged' };
  const { noMoreAttempts: _end, ...rest } = record;
  // What was closed as a no did happen: it must not be opened again.
  const draft: Draft =
    record.tombstone && !happened
      ? {
          ...rest,
          tombstone: { ...record.tombstone, state: 'succeeded' },
          result,
          ...(vendorId === undefined ? {} : { vendorId }),
        }
      : record;
  return { kind: 'write', change: diverged(draft, [record.vendorId, vendorId], [], now) };
}

function knownIds(record: EffectRecord): Set<string | undefined> {
  const attempted = record.attempts.map((attempt) => attempt.vendorId);
  return new Set(
    [record.vendorId, ...attempted, ...(record.divergence?.vendorIds ?? [])].filter((id) => id !== undefined),
  );
}

/**
 * Whether a no also closes an earlier attempt under the same key: the vendor answered for the key, or the earlier
 * request could no longer take effect when this one was sent. A 429 never does: doubt is sticky.
 */
function speaksFor(record: EffectRecord, answered: Attempt, earlier: Attempt, ending: Ending): boolean {
  if (record.safety.kind !== 'keyed' || earlier.evidence !== 'unknown') return false;
  if (ending.evidence !== 'rejected' && !(ending.evidence === 'not_applied' && ending.keyBurned === true)) return false;
  if (earlier.generation !== answered.generation || earlier.logicVersion !== answered.logicVersion) return false;
  return ending.speaksForKey === true;
}

function closedByKey(attempt: Attempt, { evidence }: Ending): Attempt<Stamp> {
  return {
    ...attempt,
    evidence: evidence === 'rejected' ? evidence : 'not_applied',
    settledAt: attempt.settledAt ?? { after: 0 },
    basis: 'key',
  };
}

function burnsKey(record: EffectRecord, ending: Ending): boolean {
  if (ending.evidence === 'unknown' || ending.evidence === 'not_applied') return ending.keyBurned === true;
  return ending.evidence === 'rejected' && record.safety.kind === 'keyed';
}
