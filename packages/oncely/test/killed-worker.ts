/** What a worker process does that is killed in the middle of it. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';

export interface WorkerArguments {
  readonly ledger: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  readonly leaseMs: number;
}

export async function refundInvoice({ ledger, host, port, apiKey, leaseMs }: WorkerArguments): Promise<void> {
  const oncely = createOncely({
    ledger: sqliteLedger(ledger),
    leaseMs,
    clients: {
      stripe: oncelyStripe(
        (config) => new Stripe(apiKey, { ...config, host, port, protocol: 'http', telemetry: false }),
      ),
    },
  });
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
    oncely.effect('refund', () => oncely.clients.stripe.refunds.create({ charge: 'ch_1', amount: 1000 })),
  );
}
