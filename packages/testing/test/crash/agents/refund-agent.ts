/** A small agent under Oncely: a refund and a message about it. */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { WebClient } from '@slack/web-api';
import { Stripe } from 'stripe';

const { LEDGER = '', STRIPE_PORT = '', SLACK_API_URL = '' } = process.env;
const local = { host: '127.0.0.1', port: STRIPE_PORT, protocol: 'http', telemetry: false } as const;
const landing = { landingBoundMs: 200 };

const oncely = createOncely({
  ledger: sqliteLedger(LEDGER),
  leaseMs: 800,
  clients: {
    stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...config, ...local }), landing),
    slack: oncelySlack((config) => new WebClient('xoxb-1', { ...config, slackApiUrl: SLACK_API_URL }), landing),
  },
});

export async function agent(): Promise<void> {
  const { stripe, slack } = oncely.clients;
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, async () => {
    const refund = await oncely.effect('refund', () => stripe.refunds.create({ charge: 'ch_1', amount: 1000 }));
    await oncely.effect('message', () => slack.chat.postMessage({ channel: 'C1', text: `refunded ${refund.id}` }));
  });
}
