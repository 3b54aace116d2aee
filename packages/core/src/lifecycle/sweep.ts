import type { EffectRecord } from '../record.ts';
import type { AuditBody } from './audit.ts';
import { change, diverged, type Change } from './change.ts';
import { landingEnd, stateOf } from './state.ts';

/** What a complete look at the vendor shows of an effect that has succeeded. */
export type SweepFinding =
  | { readonly kind: 'found'; readonly vendorIds: readonly string[] }
  | { readonly kind: 'absent' };

export type SweepVerdict = 'matching' | 'missing' | 'twice';

/**
 * Compares what the record says with what was seen at the vendor at `begunAt`; `undefined` where the record is not one
 * to be compared: it has not succeeded, is to be verified anyway, or something of it may still be on its way.
 */
export function decideSweep(
  record: EffectRecord,
  finding: SweepFinding,
  now: number,
  begunAt: number = now,
): { readonly verdict: SweepVerdict; readonly change?: Change } | undefined {
  if (!isComparable(record, begunAt) || stateOf(record, now) !== 'succeeded') return undefined;
  const probed: AuditBody = {
    type: 'probed',
    answer: finding.kind,
    ...(finding.kind === 'found' ? { vendorIds: finding.vendorIds } : {}),
  };
  const ids = finding.kind === 'found' ? new Set(finding.vendorIds) : new Set<string>();
  if (ids.size === 0) {
    // Told once; a sweep that finds the same again writes nothing.
    if (record.missing) return { verdict: 'missing' };
    return { verdict: 'missing', change: change({ ...record, missing: { at: { after: 0 } } }, [probed], now) };
  }
  const { missing, ...present } = record;
  if (ids.size === 1) return { verdict: 'matching', ...(missing ? { change: change(present, [probed], now) } : {}) };
  const known = new Set(record.divergence?.vendorIds);
  if (!missing && [...ids].every((id) => known.has(id))) return { verdict: 'twice' };
  return { verdict: 'twice', change: diverged(present, [...ids], [probed], now) };
}

/** Whether a look that begins now says anything of the record. */
export function isComparable(record: EffectRecord, now: number): boolean {
  if (stateOf(record, now) !== 'succeeded' || record.verifyAt !== undefined) return false;
  return now >= Math.max(landingEnd(record), succeededAt(record) + record.landingBoundMs);
}

/** When it was known to have happened; of a tombstone, when it was compacted at the latest. */
export function succeededAt(record: EffectRecord): number {
  const accepted = record.attempts.filter(({ evidence }) => evidence === 'accepted');
  return Math.max(record.createdAt, ...accepted.map((attempt) => attempt.settledAt ?? attempt.leaseUntil));
}
