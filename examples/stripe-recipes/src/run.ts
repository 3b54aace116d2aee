/** Runs every recipe twice: `npm start`, and with STRIPE_TEST_KEY against Stripe's test mode. */
import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

import { runAll } from './run-all.ts';

const key = process.env['STRIPE_TEST_KEY'];
if (key !== undefined && !/^[sr]k_test_/.test(key)) throw new Error('STRIPE_TEST_KEY must be a key of the test mode');

const fake = key === undefined ? await startStripeFake() : undefined;
const address = fake ? ({ host: fake.host, port: fake.port, protocol: 'http' } as const) : {};
const oncely = createOncely({
  ledger: memoryLedger(),
  clients: {
    stripe: oncelyStripe((config) => new Stripe(key ?? 'sk_test_fake', { ...address, telemetry: false, ...config })),
  },
});
try {
  for (const line of await runAll({ oncely, stripe: oncely.clients.stripe }, `${Date.now()}`)) console.log(line);
  if (fake) console.log(`${fake.effects().length} effects at the fake`);
} finally {
  await oncely.close();
  await fake?.close();
}
