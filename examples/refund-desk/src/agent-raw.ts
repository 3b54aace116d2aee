/**
 * The refund desk as it is written today: the vendors' SDKs with their own defaults (Stripe retries twice under a key
 * of its own, Slack up to ten times), and around each tool the loop of three tries.
 */
import { WebClient } from '@slack/web-api';
import { createTransport } from 'nodemailer';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';

import { addresses } from './addresses.ts';
import { channel, draft, type RefundCase } from './cases.ts';

const stripe = new Stripe('sk_test_desk', addresses.stripe);
const slack = new WebClient('xoxb-desk', addresses.slack);
const mail = createTransport(addresses.smtp);

export async function settle(refund: RefundCase): Promise<void> {
  const { announcement, subject, text } = draft(refund);

  await retry(() =>
    stripe.refunds.create({ charge: refund.charge, amount: refund.amount, metadata: { case: refund.id } }),
  );
  await retry(() => slack.chat.postMessage({ channel, text: announcement }));
  await retry(() => mail.sendMail({ from: 'desk@example.com', to: refund.customer, subject, text }));
}

async function retry<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 3) throw error;
      await sleep(100 * 2 ** attempt);
    }
  }
}
