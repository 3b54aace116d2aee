import { createOncely, isOncelyError } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { addressOf, apiKey } from '../case.ts';
import { fourStores, storeNames } from './four-stores.ts';

const stores = fourStores('limits');

describe.each(storeNames)('I10 on %s', (store) => {
  it('64 refunds at once, by four processes, give back no more than the limit', { timeout: 60_000 }, async () => {
    const charge = `ch_limit_${store}`;
    stores.fake().seedCharge({ id: charge, amount: 10_000_00, currency: 'usd' });
    const start = () =>
      createOncely({
        waitMs: 20_000,
        drainOnSigterm: false,
        ledger: { ...stores.open(store), close: async () => {} },
        clients: { stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(stores.fake()), ...config })) },
        limits: [{ operations: 'stripe.refunds.create', sum: 'amount', by: 'currency', max: 1_000_00, per: 'case' }],
      });
    const workers = Array.from({ length: 4 }, start);
    const codes = await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        const oncely = workers[at % workers.length] as (typeof workers)[number];
        const refund = (): Promise<unknown> =>
          Promise.resolve(
            oncely.scope({ businessId: `case_${store}`, workflowId: `desk_${at % 8}` }, () =>
              oncely.effect(`refund_${at}`, () => oncely.clients.stripe.refunds.create({ charge, amount: 70_00 })),
            ),
          );
        return refund().then(
          () => 'done',
          (error: unknown) => (isOncelyError(error) ? error.code : String(error)),
        );
      }),
    );
    const refunds = stores
      .fake()
      .effects('refunds.create')
      .filter(({ params }) => params['charge'] === charge);
    expect(refunds).toHaveLength(14);
    expect(codes.filter((code) => code === 'done')).toHaveLength(14);
    expect(codes.filter((code) => code === 'limit_reached')).toHaveLength(50);

    // Without an amount all of it would go back.
    const [oncely] = workers as [(typeof workers)[number]];
    await expect(
      oncely.scope({ businessId: `case_${store}`, workflowId: 'desk' }, () =>
        oncely.effect('all', () => oncely.clients.stripe.refunds.create({ charge })),
      ),
    ).rejects.toMatchObject({ code: 'limit_reached' });
    expect(
      stores
        .fake()
        .effects('refunds.create')
        .filter(({ params }) => params['charge'] === charge),
    ).toHaveLength(14);
  });
});

it('a limit that fits no operation of any client is refused, and an alias is counted under its one name', () => {
  const start = (operations: string): unknown =>
    createOncely({
      ledger: memoryLedger(),
      clients: { stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(stores.fake()), ...config })) },
      limits: [{ operations, count: 1, per: 'all' }],
    });
  expect(() => start('stripe.refund.create')).toThrow("did you mean 'stripe.refunds.create'");
  expect(() => start('paypal.*')).toThrow('fits no operation of any client');
  expect(() => start('stripe.refunds.*')).not.toThrow();
});
