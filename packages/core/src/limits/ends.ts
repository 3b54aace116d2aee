import type { LedgerSession } from '../ledger-session.ts';
import type { Attempt, EffectRecord } from '../record.ts';
import { byEffect, claimingMs, withEnds, type EntriesEnd, type Entry, type LimitDoc } from './row.ts';
import type { Limit } from './rules.ts';

/** How many records are read at once. */
const concurrency = 16;

/** The row once it was looked in the records how its entries ended. The records are the truth; the row only adds up. */
export async function settleEntries(
  session: LedgerSession,
  doc: LimitDoc,
  limit: Limit,
  now: number,
): Promise<LimitDoc> {
  const ends = new Map<string, EntriesEnd>();
  const waiting = byEffect(doc.entries, limit).entries();
  let latest = now;
  const worker = async (): Promise<void> => {
    for (const [effect, entries] of waiting) {
      const [first] = entries as [Entry];
      const { slot, version } = first;
      const { record, at } = await session.read(slot);
      latest = Math.max(latest, at);
      if (limit.rule.then === 'wait') {
        ends.set(effect, sendingEnd(first, record, at));
        continue;
      }
      const wasRemoved = !record && (await session.ledger.history(slot)).length > 0;
      ends.set(effect, endOf(entries, version, record, wasRemoved, at, limit.rule.givenBackBy !== undefined));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return withEnds(doc, limit, ends, latest);
}

function endOf(
  entries: readonly Entry[],
  version: number,
  record: EffectRecord | undefined,
  wasRemoved: boolean,
  now: number,
  givesBack: boolean,
): EntriesEnd {
  const attempts = record?.attempts.filter((attempt) => attempt.logicVersion === version) ?? [];
  const isCurrent = record?.contract.logicVersion === version;
  const stone = isCurrent && record.tombstone?.state === 'succeeded' ? record.tombstone : undefined;
  const accepted = attempts.filter(({ evidence }) => evidence === 'accepted');
  const attemptOf = (entry: Entry): Attempt | undefined => attempts.find(({ token }) => token === entry.token);
  // Who was given room a moment ago may be about to claim; whoever was not fast enough asks again before it sends.
  const isClaiming = (entry: Entry): boolean => now < (entry.at ?? now) + claimingMs;
  if (accepted.length > 0 || stone) {
    const own = entries.find((entry) => attemptOf(entry)?.evidence === 'accepted');
    if (attempts.length > 0 && !own) {
      // It counts already, or is from before the limit. These are of calls that came too late to send, or send again on
      // purpose.
      const isOpen = (entry: Entry): boolean => {
        const attempt = attemptOf(entry);
        if (attempt?.evidence !== 'unknown') return isClaiming(entry);
        return accepted.every(({ generation }) => generation !== attempt.generation);
      };
      return { kind: 'open', entries: entries.filter(isOpen) };
    }
    if (givesBack && isCurrent && record.undo?.state === 'done') return { kind: 'given_back' };
    const at = Math.max(stone?.at ?? 0, ...accepted.map((attempt) => happenedBy(attempt, record?.landingBoundMs ?? 0)));
    return { kind: 'happened', at: Math.min(at, now), ...(own === undefined ? {} : { token: own.token }) };
  }
  const left = entries.filter((entry) => {
    const attempt = attemptOf(entry);
    return attempt ? attempt.evidence === 'unknown' : isClaiming(entry);
  });
  // A later version, or retention, has taken what said how it ended: it may have happened.
  const isUntold = wasRemoved || (record !== undefined && !isCurrent && attempts.length === 0);
  if (isUntold && left.length === 0) return { kind: 'happened', at: now };
  return { kind: 'open', entries: left };
}

/**
 * How far one sending is, for a rate. The vendor counts what it answers with a no too, and a doubt must not slow down
 * all others for as long as it lasts: each counts from its answer, or from when it was given up.
 */
function sendingEnd(entry: Entry, record: EffectRecord | undefined, now: number): EntriesEnd {
  const attempt = record?.attempts.find(({ token }) => token === entry.token);
  // What is no longer told apart may have been claimed in the last moment.
  const until = attempt ? (attempt.settledAt ?? attempt.leaseUntil) : (entry.at ?? now) + claimingMs;
  const isUnderWay = now < until && attempt?.settledAt === undefined;
  return isUnderWay ? { kind: 'open', entries: [entry] } : { kind: 'happened', at: until };
}

/** The latest moment at which it can have happened: what nobody answered was on its way still when it was given up. */
function happenedBy({ basis, settledAt, leaseUntil }: Attempt, landingBoundMs: number): number {
  return (settledAt ?? leaseUntil) + (basis === 'answer' ? 0 : landingBoundMs);
}
