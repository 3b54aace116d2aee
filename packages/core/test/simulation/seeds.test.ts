import { expect, it } from 'vitest';

import { explore } from './schedules.ts';

// Schedules that the soak found and that once broke a promise.
const seeds = [44_732_971] as const;

it.each(seeds)('I1 I2 I3 I9: seed %i, which once broke a promise, keeps them all', async (seed) => {
  expect((await explore(seed)).sends).toBeGreaterThan(0);
});
