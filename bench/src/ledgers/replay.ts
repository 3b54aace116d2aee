/** A settled effect once more, against a first execution of another: both through the whole runner on the same store. */
import type { Ledger } from '@oncely/core';

import { rateOf } from '../rate.ts';
import { localEffects } from './local-vendor.ts';
import type { Comparison } from './subject.ts';

const settledEffects = 64;
const widths = [1, 64] as const;
// Effects of the runs before stay in the store.
let performed = Date.now();

/** `ledgerFor` gives the store of a turn, and may give the same one each time. */
export function replayComparisons(store: string, ledgerFor: () => Ledger): readonly Comparison[] {
  return widths.map((width): Comparison => {
    const inFlight = width === 1 ? 'one at a time' : `${width} in flight`;
    return {
      measured: `${store}, replay of a settled effect, ${inFlight}`,
      ours: {
        name: `replay, ${store}, ${inFlight}`,
        turn: async (turnMs) => {
          const { perform } = localEffects(ledgerFor());
          const first = performed + 1;
          performed += settledEffects;
          await Promise.all(Array.from({ length: settledEffects }, (_, at) => perform(first + at)));
          let next = 0;
          return rateOf(() => perform(first + ((next += 1) % settledEffects)), width, turnMs);
        },
      },
      against: {
        name: `first execution, ${store}, ${inFlight}`,
        turn: (turnMs) => {
          const { perform } = localEffects(ledgerFor());
          return rateOf(() => perform((performed += 1)), width, turnMs);
        },
      },
      target: 1,
    };
  });
}
