import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { exploreSchedules, type ScheduledVendor } from '@oncely/testing/schedules/explore-schedule';
import type Stripe from 'stripe';
import { expect, it } from 'vitest';

import { subjects } from '../subjects.ts';
import { createSdk } from './sdk.ts';

/** A part of them; all 2,000 by `npm run soak:schedules`. */
const seeds = Number(process.env['ONCELY_SCHEDULES'] ?? 500);

const operations = subjects.map(({ name, effect, absent, before, write }) => ({
  name,
  effect,
  mayStop: absent === 'stopped',
  before,
  write: async (stripe: Stripe, ids: readonly string[]) => {
    const { id } = (await write(stripe, ids)) as { readonly id?: string };
    // An account link, and others that are shown once, have none.
    return id === undefined ? undefined : [id];
  },
}));

/** The clients of one worker, for one schedule after the other. */
function createVendor(): ScheduledVendor<Stripe> {
  const sdk = createSdk();
  return {
    operations,
    start: async ({ now }) => {
      const fake = await startStripeFake({ now });
      sdk.pointAt(fake);
      fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
      return {
        fake,
        raw: sdk.raw,
        adapter: (httpAgent) => oncelyStripe(sdk.build, { landingBoundMs: 2_000, httpAgent }),
      };
    },
    endsNothing: (error) => (error as { readonly statusCode?: number }).statusCode === 429,
  };
}

it(
  `I1 I2 I3 I9: ${seeds} seeded schedules of failing lines and dying processes over ${operations.length} operations, one effect each`,
  { timeout: 1_800_000 },
  async () => {
    expect(await exploreSchedules(createVendor, seeds)).toHaveLength(seeds);
  },
);
