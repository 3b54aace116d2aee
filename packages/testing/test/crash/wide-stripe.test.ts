import Stripe from 'stripe';
import { describe, test, vi } from 'vitest';

import { startStripeFake } from '../../src/fakes/stripe.ts';
import { stripeOperations as operations } from './operations/stripe.ts';
import { runsOf, runWide, type WideVendor } from './wide.ts';

// A run waits most of its time, for leases to be over.
vi.setConfig({ maxConcurrency: 6 });

const stripe: WideVendor<Stripe> = {
  name: 'stripe',
  operations,
  start: async () => {
    const fake = await startStripeFake();
    const { host, port } = fake;
    return { fake, raw: new Stripe('sk_test_crash', { host, port, protocol: 'http', telemetry: false }) };
  },
  isWrite: ({ method }) => method !== 'GET',
};

const runs = runsOf('stripe');

describe.concurrent(`Stripe: ${operations.length} operations, ${operations.length * runs.length} cells`, () => {
  for (const run of runs) {
    const { store, place, revival } = run;
    test(`on ${store}, killed at ${place}, then ${revival}: one effect each`, { timeout: 240_000 }, () =>
      runWide(stripe, run),
    );
  }
});
