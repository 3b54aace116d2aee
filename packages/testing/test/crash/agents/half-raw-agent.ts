/** An agent that forgot one client: its refund is under Oncely, its message is not. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import { WebClient } from '@slack/web-api';
import { Stripe } from 'stripe';

const { LEDGER = '', STRIPE_PORT = '', SLACK_API_URL = '' } = process.env;
const local = { host: '127.0.0.1', port: STRIPE_PORT, protocol: 'http', telemetry: false } as const;

const oncely = createOncely({
  ledger: sqliteLedger(LEDGER),
  leaseMs: 800,
  clients: {
    stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...config, ...local }), { landingBoundMs: 200 }),
  },
});
const slack = new WebClient('xoxb-1', { slackApiUrl: SLACK_API_URL });

export async function agent(): Promise<void> {
  const { stripe } = oncely.clients;
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, async () => {
    const refund = await oncely.effect('refund', () => stripe.refunds.create({ charge: 'ch_1', amount: 1000 }));
    await slack.chat.postMessage({ channel: 'C1', text: `refunded ${refund.id}` });
  });
}
