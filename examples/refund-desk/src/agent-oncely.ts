/**
 * The same refund desk through Oncely: the same clients, built by the same constructors, and each write has a name.
 * There is no loop of tries: a case that is delivered again continues from what the ledger remembers.
 */
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyEmail } from '@oncely/email';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { WebClient } from '@slack/web-api';
import { createTransport } from 'nodemailer';
import Stripe from 'stripe';

import { addresses } from './addresses.ts';
import { bounds, leaseMs } from './bounds.ts';
import { channel, draft, type RefundCase } from './cases.ts';

export const oncely = createOncely({
  ledger: sqliteLedger(process.env['DEMO_LEDGER'] ?? 'effects.db'),
  clients: {
    stripe: oncelyStripe((config) => new Stripe('sk_test_desk', { ...addresses.stripe, ...config }), bounds),
    slack: oncelySlack((config) => new WebClient('xoxb-desk', { ...addresses.slack, ...config }), bounds),
    mail: oncelyEmail(() => createTransport(addresses.smtp), bounds),
  },
  leaseMs,
});
const { stripe, slack, mail } = oncely.clients;

export async function settle(refund: RefundCase): Promise<void> {
  const { announcement, subject, text } = draft(refund);

  await oncely.scope({ businessId: refund.id, workflowId: 'refund-desk' }, async () => {
    await oncely.effect('refund', () =>
      stripe.refunds.create({ charge: refund.charge, amount: refund.amount, metadata: { case: refund.id } }),
    );
    await oncely.effect('announce', () => slack.chat.postMessage({ channel, text: announcement }));
    await oncely.effect('receipt', () =>
      mail.sendMail({ from: 'desk@example.com', to: refund.customer, subject, text }),
    );
  });
}
