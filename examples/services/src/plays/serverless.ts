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
      const outcome = batchItemFailures.length === 0 ? 'done' : 'm_1 is to be delivered again';
      return `answered with ${(left() / 1_000).toFixed(1)} s left: ${outcome}`;
    };
    say('Stripe makes the refund and does not answer; the function may run for 3 s');
    stripe.fail({ kind: 'delay', ms: 600_000 }, { times: 100, match: () => true });
    say(`  ${await invoke(3_000)}`);
    stripe.heal();
    say('Stripe answers again; the message is delivered to another instance');
    say(`  ${await invoke(30_000)}`);
    say('and once more, by mistake');
    say(`  ${await invoke(30_000)}`);
    return { refunds: stripe.effects('refunds.create').length };
  });
