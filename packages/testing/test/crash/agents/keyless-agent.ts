/** An agent under Oncely, on any store, of whose vendor nobody knows whether it honours keys: a charge and a refund of it. */
import { createOncely, type Ledger } from '@oncely/core';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { Stripe } from 'stripe';

const { LEDGER = '', PLACE = '', HOST: host = '', PORT: port = '' } = process.env;

export async function agent(): Promise<void> {
  const { ledger, close } = openLedger();
  const oncely = createOncely({
    ledger,
    leaseMs: 1_000,
    clients: {
      stripe: oncelyStripe(
        (config) => new Stripe('sk_test_keyless', { ...config, host, port, protocol: 'http', telemetry: false }),
        { landingBoundMs: 200 },
      ),
    },
  });
  const { stripe } = oncely.clients;
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'desk' }, async () => {
    const charge = await oncely.effect('charge', () =>
      stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' }),
    );
    await oncely.effect('refund', () => stripe.refunds.create({ charge: charge.id, amount: 300 }));
  });
  await oncely.close();
  await close();
}

function openLedger(): { readonly ledger: Ledger; readonly close: () => unknown } {
  if (LEDGER.startsWith('postgres')) {
    const pool = new Pool({ connectionString: LEDGER, max: 2 });
    return { ledger: postgresLedger(pool, { schema: PLACE }), close: () => pool.end() };
  }
  if (LEDGER.startsWith('redis')) {
    const client = new Redis(LEDGER);
    return {
      ledger: redisLedger(client, { prefix: PLACE, onWarning: () => undefined }),
      close: () => client.quit(),
    };
  }
  return { ledger: sqliteLedger(LEDGER), close: () => undefined };
}
