import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { join } from 'node:path';

import { openShop } from '../shop.ts';
import { stripeWebhook } from '../stripe-webhook.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

const secret = 'whsec_example';

export const stripeWebhookPlay: Play = (say) =>
  withVendors(async ({ slack, smtp, at, folder }) => {
    const ledger = sqliteLedger(join(folder, 'effects.db'));
    const shop = openShop({ ledger, at, landingBoundMs: 0, waitMs: 300 });
    const webhook = stripeWebhook(shop, secret);
    const deliver = async (event: string): Promise<string> => {
      const session = { id: 'cs_7', amount_total: 25_00, customer_details: { email: 'ann@customer.example' } };
      const body = JSON.stringify({
        id: event,
        object: 'event',
        type: 'checkout.session.completed',
        data: { object: session },
      });
      const signature = await shop.stripe.webhooks.generateTestHeaderStringAsync({ payload: body, secret });
      const headers = { 'stripe-signature': signature };
      const request = new Request('https://shop.example/stripe', { method: 'POST', body, headers });
      // As a server answers what its handler throws.
      const { status } = await webhook(request).catch(() => new Response('', { status: 500 }));
      return `${event}: ${status}; ${slack.effects().length} in Slack, ${smtp.effects().length} by mail`;
    };
    say('the mail server is down: Slack is told, the receipt is not sent, and Stripe will deliver again');
    await smtp.refuse(true);
    say(`  ${await deliver('evt_1')}`);
    say('it is up again, and the event is delivered twice at once');
    await smtp.refuse(false);
    for (const answer of await Promise.all([deliver('evt_1'), deliver('evt_1')])) say(`  ${answer}`);
    say('another event of the same checkout');
    say(`  ${await deliver('evt_2')}`);
    await shop.oncely.close();
    return { messages: slack.effects().length, mails: smtp.effects().length };
  });
