import type { Attempt, EffectRecord, Stamp } from '../record.ts';

/** So many attempts of one effect, after which nothing more of it is sent until a person allows as many again. */
const mostAttempts = 1_000;

/** So many of the first and of the last attempts are kept one by one, whatever they ended with. */
const keptFirst = 4;
const keptLast = 16;

/** How many attempts these entries stand for: entries between may stand for several. */
export function countOf(attempts: readonly Attempt<Stamp>[]): number {
  return attempts.reduce((sum, attempt) => sum + (attempt.times ?? 1), 0);
}

/** The number of the attempt at this place, from 1. */
export function numberOf(attempts: readonly Attempt<Stamp>[], index: number): number {
  return countOf(attempts.slice(0, index)) + 1;
}

/** The entries that stand for the first `count` attempts. */
export function firstOf<T extends Stamp>(attempts: readonly Attempt<T>[], count: number): readonly Attempt<T>[] {
  let left = count;
  const end = attempts.findIndex((attempt) => {
    left -= attempt.times ?? 1;
    return left < 0;
  });
  return end === -1 ? attempts : attempts.slice(0, end);
}

/**
 * Whether its attempts are used up. What is in doubt then is settled by looks and people only, and what is not waits for
 * a person: a vendor that has said no so often is not convinced by one more request.
 */
export function isSpent(record: EffectRecord): boolean {
  const { attempts, contract, allowed = mostAttempts } = record;
  // The entries are few, however many attempts they stand for.
  if (attempts.length === 0) return false;
  return countOf(attempts.filter(({ logicVersion }) => logicVersion === contract.logicVersion)) >= allowed;
}

/** A person lets it be tried as often again. */
export function allowedAnew(record: EffectRecord): Pick<EffectRecord, 'allowed'> {
  const current = record.attempts.filter(({ logicVersion }) => logicVersion === record.contract.logicVersion);
  return isSpent(record) ? { allowed: countOf(current) + mostAttempts } : {};
}

/** Why an effect with used-up attempts and without doubt is stopped. */
export function spentReason(record: EffectRecord): string {
  const current = record.attempts.filter(({ logicVersion }) => logicVersion === record.contract.logicVersion);
  const last = current.findLast(({ reason }) => reason !== undefined)?.reason;
  return `it was tried ${countOf(current).toLocaleString('en-US')} times, and none of it was applied${last === undefined ? '' : `; the last answer was ${last}`}`;
}

/**
 * The attempts of a record, so that repeated noes do not let it grow without end: those between the first and the last that the
 * vendor answered with a definite no become one entry that counts them. Whatever is in doubt, accepted, or closed by
 * something else than its own answer stays as it is; each attempt keeps its audit event.
 */
export function merged(attempts: readonly Attempt<Stamp>[], generation: number): readonly Attempt<Stamp>[] {
  if (attempts.length <= keptFirst + keptLast) return attempts;
  const last = attempts.length - keptLast;
  const between: Attempt<Stamp>[] = [];
  for (const attempt of attempts.slice(keptFirst, last)) {
    const before = between.at(-1);
    if (before && areOneKind(before, attempt, generation)) between[between.length - 1] = together(before, attempt);
    else between.push(attempt);
  }
  return [...attempts.slice(0, keptFirst), ...between, ...attempts.slice(last)];
}

function areOneKind(one: Attempt<Stamp>, other: Attempt<Stamp>, generation: number): boolean {
  const isNo = ({ evidence, basis, settledAt }: Attempt<Stamp>): boolean =>
    (evidence === 'not_applied' || evidence === 'rejected') && basis === 'answer' && settledAt !== undefined;
  if (!isNo(one) || !isNo(other) || one.evidence !== other.evidence || one.logicVersion !== other.logicVersion)
    return false;
  // What was said in the present generation decides how it goes on; earlier ones are history.
  const areOld = one.generation < generation && other.generation < generation;
  return areOld || (one.generation === other.generation && one.naming === other.naming);
}

/** One entry for both; its name is none that an attempt was ever given. */
function together(before: Attempt<Stamp>, after: Attempt<Stamp>): Attempt<Stamp> {
  const { run: _run, keyBurned: _burned, ...rest } = after;
  const burned = after.keyBurned === true || (before.generation === after.generation && before.keyBurned === true);
  return {
    ...rest,
    token: before.times === undefined ? `merged:${before.token}` : before.token,
    claimedAt: before.claimedAt,
    times: (before.times ?? 1) + (after.times ?? 1),
    ...(burned ? { keyBurned: true } : {}),
  };
}
