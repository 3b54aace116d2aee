import type { EffectRecord } from '../record.ts';
import { currentAttempts } from './state.ts';

/**
 * Whether the vendor has answered an attempt with a no of its own that was sent when the doubtful ones could no longer
 * land: it stores nothing under the key for such an answer, so sending it once more would say no more.
 */
export function answeredForItself(record: EffectRecord, landing: number): boolean {
  return currentAttempts(record).some(
    (attempt) =>
      attempt.generation === record.generation && attempt.evidence === 'rejected' && attempt.claimedAt >= landing,
  );
}

/**
 * Whether the vendor still honours the key for all of another lease and for as long as a request sent in it may be on
 * its way, and no failure is stored under it.
 */
export function keyIsGood(record: EffectRecord, windowMs: number, leaseMs: number, now: number): boolean {
  const underKey = currentAttempts(record).filter((attempt) => attempt.generation === record.generation);
  const first = Math.min(...underKey.map((attempt) => attempt.claimedAt));
  const burned = underKey.some((attempt) => attempt.keyBurned);
  return !burned && now + leaseMs + record.landingBoundMs <= first + windowMs;
}
