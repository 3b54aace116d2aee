/** The agent under test, as it runs in production: all that is of the test comes from the environment. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';

const { STRIPE_KEY = 'sk_test_desk', STRIPE_PORT, LEDGER = 'effects.db', LEASE_MS = '60000' } = process.env;
const stripeAt = STRIPE_PORT === undefined ? {} : ({ host: '127.0.0.1', port: STRIPE_PORT, protocol: 'http' } as const);

const oncely = createOncely({
  ledger: sqliteLedger(LEDGER),
  clients: { stripe: oncelyStripe((config) => new Stripe(STRIPE_KEY, { ...stripeAt, telemetry: false, ...config })) },
  leaseMs: Number(LEASE_MS),
});

export async function agent(): Promise<void> {
  const { stripe } = oncely.clients;
  const charge = await stripe.charges.retrieve('ch_1');
  await oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () =>
    oncely.effect('refund', () => stripe.refunds.create({ charge: charge.id, amount: charge.amount / 2 })),
  );
}
