import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { desk, openShop } from './vendor.ts';

describe('what is opened within an effect', () => {
  it.each<[string, (oncely: ReturnType<ReturnType<typeof openShop>['start']>) => Promise<unknown>]>([
    ['an effect', (oncely) => oncely.effect('inner', () => oncely.clients.shop.write('refund', {}))],
    [
      'a value, and the write behind it',
      async (oncely) => {
        const amount = await oncely.value('amount', () => 10_00);
        return oncely.clients.shop.write('refund', { amount });
      },
    ],
  ])('%s is its own, also while another case waits', async (_what, inner) => {
    const shop = openShop();
    const oncely = shop.start();
    let over: () => void = () => {};
    const waiting = oncely.scope({ ...desk, businessId: 'other' }, () =>
      oncely.effect('note', () => new Promise<void>((resolve) => (over = resolve))),
    );
    await oncely.scope(desk, () => oncely.effect('outer', () => inner(oncely)));
    over();
    await waiting;
    expect(shop.vendor.happened).toHaveLength(1);
  });
});

it.each([{ unscoped: 'Observe' }, { unscoped: false }, { approval: { 'stripe.*': true } }])(
  'createOncely refuses %j, which would guard nothing',
  (options) => {
    expect(() => createOncely({ ledger: memoryLedger(), drainOnSigterm: false, ...(options as object) })).toThrow(
      expect.objectContaining({ code: 'invalid_config' }),
    );
  },
);
