/** An agent that takes another business id in every run. */
import { randomUUID } from 'node:crypto';

import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import { Stripe } from 'stripe';

const { LEDGER = '', STRIPE_PORT = '' } = process.env;
const local = { host: '127.0.0.1', port: STRIPE_PORT, protocol: 'http', telemetry: false } as const;

const oncely = createOncely({
  ledger: sqliteLedger(LEDGER),
  leaseMs: 800,
  clients: {
    stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...config, ...local }), { landingBoundMs: 200 }),
  },
});

export async function agent(): Promise<void> {
  await oncely.scope({ businessId: randomUUID(), workflowId: 'refund-desk' }, () =>
    oncely.effect('refund', () => oncely.clients.stripe.refunds.create({ charge: 'ch_1', amount: 1000 })),
  );
}
