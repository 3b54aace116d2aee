import { expect } from 'vitest';

import { hammer } from './hammer.ts';
import type { Place } from './stores.ts';

/** How long the short hammer may take on a machine that is busy otherwise. */
export const hammerTimeoutMs = 240_000;

/** When it ends even where little has happened. */
const longEnoughSeconds = 20;

/** Hammers a store until enough happened, and expects a history without a violation. */
export async function expectUnbroken(place: Place, seed: number): Promise<void> {
  let worth = false;
  const { violations, slice, unsettled, ...report } = await hammer({
    place,
    seed,
    processes: 4,
    slots: 12,
    leaseMs: 600,
    enough: ({ seconds, effects, kills, stops }) => {
      worth = effects >= 30 && kills >= 4 && stops >= 8;
      return worth || seconds > longEnoughSeconds;
    },
  });
  // Compared as one, so that a failure shows all of it.
  expect({ violations: violations.slice(0, 3), slice, unsettled }, `seed ${seed}`).toEqual({
    violations: [],
    slice: '',
    unsettled: [],
  });
  // The history must be worth something, where the machine had time for it.
  if (!worth) return;
  expect(report.operations).toBeGreaterThan(200);
  expect(report.sends).toBeGreaterThan(30);
  expect(report.doubts).toBeGreaterThan(5);
}
