import { retentionBody } from '../audit/by-retention.ts';
import type { RetentionRule } from '../retention.ts';
import type { EffectRecord } from '../record.ts';
import { change, type Change } from './change.ts';
import { decide } from './decide.ts';
import { landingEnd, stateOf } from './state.ts';

export type RetainDecision =
  | { readonly kind: 'compact' | 'drop_result'; readonly change: Change }
  /** Something is due at a later time on the ledger's clock. */
  | { readonly kind: 'later'; readonly at: number }
  /** Settled, and nothing of it ever expires. */
  | { readonly kind: 'keep' }
  | { readonly kind: 'open' };

/**
 * What retention does to a record now. An effect that is open in any way is never touched: one that is executing, in
 * doubt, stopped, ready or waiting for approval; one that is to be looked at once more for two; and one beside whose
 * outcome an attempt may still be on its way.
 */
export function decideRetention(record: EffectRecord, rule: RetentionRule, now: number): RetainDecision {
  if (!isSettled(record, now)) return { kind: 'open' };
  const settledAt = settledAtOf(record);
  const resultEnd = keepsResult(record) ? settledAt + (rule.resultForMs ?? Infinity) : Infinity;
  const compactable = record.tombstone === undefined || record.result !== undefined;
  const recordEnd = compactable ? settledAt + (rule.tombstoneAfterMs ?? Infinity) : Infinity;
  const mayCompactAt = Math.max(recordEnd, landingEnd(record));
  if (now >= mayCompactAt) {
    // Each compaction by its own name: an effect that was opened again afterwards is compacted again.
    const id = `compact:${record.chain.sequence}`;
    const decided = decide(record, { id, by: 'retention', kind: 'compact' }, now);
    return decided.kind === 'write' ? { kind: 'compact', change: decided.change } : { kind: 'keep' };
  }
  if (now >= resultEnd) {
    const draft: EffectRecord = { ...record, result: { kind: 'omitted', reason: 'expired' } };
    const dropped = change(draft, [retentionBody('drop_result')], now);
    const shelf = mayCompactAt === Infinity ? {} : { shelf: shelfAt(mayCompactAt, now) };
    return { kind: 'drop_result', change: { ...dropped, index: { ...dropped.index, ...shelf } } };
  }
  const next = Math.min(mayCompactAt, resultEnd);
  return next === Infinity ? { kind: 'keep' } : { kind: 'later', at: next };
}

/** The same record again, to be looked at by retention at `at`. */
export function reshelved(record: EffectRecord, at: number, now: number): Change {
  const same = change(record, [retentionBody('defer')], now);
  return { ...same, index: { ...same.index, shelf: shelfAt(at, now) } };
}

function shelfAt(at: number, now: number): { name: 'expiry'; afterMs: number } {
  return { name: 'expiry', afterMs: Math.max(0, Math.ceil(at - now)) };
}

function keepsResult(record: EffectRecord): boolean {
  return record.result !== undefined && record.result.kind !== 'omitted';
}

function isSettled(record: EffectRecord, now: number): boolean {
  if (record.verifyAt !== undefined) return false;
  switch (stateOf(record, now)) {
    case 'succeeded':
    case 'rejected':
    case 'declined':
    case 'cancelled':
    case 'compensated':
      return true;
    case 'awaiting_approval':
    case 'ready':
    case 'executing':
    case 'in_doubt':
    case 'stopped':
    case 'compensating':
      return false;
  }
}

/** When the last thing happened that settled it. */
function settledAtOf(record: EffectRecord): number {
  return Math.max(
    record.createdAt,
    ...record.attempts.map((attempt) => attempt.settledAt ?? 0),
    record.noMoreAttempts?.at ?? 0,
    record.approval?.decidedAt ?? 0,
    record.tombstone?.at ?? 0,
  );
}
