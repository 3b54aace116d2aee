import type { Effect, Oncely } from '@oncely/core';

import { everyEffect } from './every-effect.ts';

/** What `report` counts. */
export interface Measured {
  readonly effects: number;
  /** More than one attempt, or an end that no answer of the vendor gave. */
  readonly underFault: number;
  /** Of those, how many have come to an end. */
  readonly recovered: number;
  /** The attempts of the recovered ones beyond their first. */
  readonly extraAttempts: number;
  readonly meanTimeToConsistencyMs: number | undefined;
  /** Effects at the vendor beyond the one that each should have. */
  readonly duplicates: number;
  /** What `unscoped: 'observe'` saw. */
  readonly unscoped: {
    readonly writes: number;
    /** The writes that repeated an earlier one. */
    readonly duplicates: number;
    readonly repeated: readonly { readonly operation: string; readonly count: number }[];
  };
}

const open = new Set<Effect['state']>(['executing', 'in_doubt', 'stopped', 'ready', 'awaiting_approval']);

/** Reads all effects made since a time, and the history of those that met a fault. */
export async function measure(oncely: Oncely, since: number = -Infinity): Promise<Measured> {
  let effects = 0;
  let underFault = 0;
  let recovered = 0;
  let extraAttempts = 0;
  let duplicates = 0;
  let waited = 0;
  for await (const effect of everyEffect(oncely)) {
    if (effect.createdAt < since) continue;
    effects += 1;
    duplicates += Math.max(0, (effect.divergence?.length ?? 0) - 1);
    if (!metFault(effect)) continue;
    underFault += 1;
    if (open.has(effect.state)) continue;
    recovered += 1;
    extraAttempts += effect.attempts.reduce((sum, { times = 1 }) => sum + times, 0) - 1;
    const history = await oncely.effects.history(effect.contract);
    const ends = history.filter(({ event }) => event['type'] !== 'compacted').map(({ at }) => at);
    const began = effect.attempts[0]?.claimedAt ?? effect.createdAt;
    waited += Math.max(0, (ends.at(-1) ?? began) - began);
  }
  const seen = await oncely.inspect.observations();
  const repeated = seen.filter(({ count }) => count > 1);
  return {
    effects,
    underFault,
    recovered,
    extraAttempts,
    meanTimeToConsistencyMs: recovered === 0 ? undefined : waited / recovered,
    duplicates,
    unscoped: {
      writes: seen.reduce((sum, { count }) => sum + count, 0),
      duplicates: repeated.reduce((sum, { count }) => sum + count - 1, 0),
      repeated: repeated.map(({ operation, count }) => ({ operation, count })),
    },
  };
}

function metFault({ attempts }: Effect): boolean {
  if (attempts.length > 1) return true;
  return attempts.some(
    ({ evidence, basis, settledAt }) =>
      (evidence === 'unknown' && settledAt !== undefined) || (basis !== undefined && basis !== 'answer'),
  );
}
