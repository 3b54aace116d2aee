import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { join } from 'node:path';

import { refundApi } from '../refund-api.ts';
import { openShop, type Shop } from '../shop.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

export const refundApiPlay: Play = (say) =>
  withVendors(async ({ stripe, at, folder }) => {
    const open = (): Shop => openShop({ ledger: sqliteLedger(join(folder, 'effects.db')), at });
    const post = async (shop: Shop, amount: number): Promise<string> => {
      const body = JSON.stringify({ charge: 'ch_1', amount });
      const response = await refundApi(shop).request('/orders/order_7/refund', { method: 'POST', body });
      return `${response.status} ${await response.text()}`;
    };
    say('POST /orders/order_7/refund, 10.00 usd; the answer of Stripe is lost on its way');
    stripe.fail({ kind: 'reset_after_effect' });
    const shop = open();
    say(`  ${await post(shop, 10_00)}`);
    say('the same request twice at once');
    for (const answer of await Promise.all([post(shop, 10_00), post(shop, 10_00)])) say(`  ${answer}`);
    await shop.oncely.close();
    say('the same request after a restart');
    const restarted = open();
    say(`  ${await post(restarted, 10_00)}`);
    say('with another amount');
    say(`  ${await post(restarted, 20_00)}`);
    await restarted.oncely.close();
    return { refunds: stripe.effects('refunds.create').length };
  });
