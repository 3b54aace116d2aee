import { memoryLedger } from '@oncely/core/ledgers/memory';

import { refundFunction } from '../serverless.ts';
import { openShop } from '../shop.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

export const serverlessPlay: Play = (say) =>
  withVendors(async ({ stripe, at }) => {
    // In place of the database that all instances share.
    const ledger = memoryLedger();
    const invoke = async (timeoutMs: number): Promise<string> => {
      const shop = openShop({ ledger, at, leaseMs: 1_000 });
      const startedAt = performance.now();
      const left = (): number => timeoutMs - (performance.now() - startedAt);
      const Records = [{ messageId: 'm_1', body: JSON.stringify({ order: 'order_7', charge: 'ch_1', amount: 10_00 }) }];
      const { batchItemFailures } = await refundFunction(shop)({ Records }, { getRemainingTimeInMillis: left });
      const inTime = left() > 0 ? 'in time' : 'too late';
      return batchItemFailures.length === 0
        ? `answered ${inTime}: done`
        : `answered ${inTime}: m_1 is to be delivered again`;
    };
    say('Stripe makes the refund and does not answer; the function may run for 1.5 s');
    stripe.fail({ kind: 'delay', ms: 600_000 });
    say(`  ${await invoke(1_500)}`);
    say('delivered again, to another instance');
    say(`  ${await invoke(30_000)}`);
    say('delivered again by mistake');
    say(`  ${await invoke(30_000)}`);
    return { refunds: stripe.effects('refunds.create').length };
  });
