import { describe, expect, it } from 'vitest';

import { issuePermit } from '../../src/permit.ts';
import { desk, openShop } from './vendor.ts';

// What was once broken in scopes, each by the guarantee that it broke.

describe('a deadline that is no number', () => {
  it.each([Number.NaN, '1000' as unknown as number, null as unknown as number])(
    'is refused, for the send window would never end: %s',
    async (deadlineMs) => {
      const shop = openShop();
      const oncely = shop.start();
      const act = async (): Promise<unknown> =>
        oncely.scope({ ...desk, deadlineMs }, () =>
          oncely.effect('refund', () => oncely.clients.shop.write('refund', {})),
        );
      await expect(act()).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(oncely.recover({ deadlineMs })).rejects.toMatchObject({ code: 'invalid_input' });
      expect(shop.vendor.sends).toBe(0);
    },
  );

  it('I4: opens no send window', () => {
    const permit = issuePermit({
      clock: { monotonic: () => 1, wall: () => 1, sleep: () => Promise.resolve() },
      start: { monotonic: 0, wall: 0 },
      windowMs: Number.NaN,
      answerMs: 1_000,
      slot: 'a:b:c',
      withdrawn: () => undefined,
    });
    expect(() => permit.check()).toThrow('the send window is over');
  });
});

it('I1: a scope keeps the names that it was opened with, though its object is reused for the next case', async () => {
  const shop = openShop();
  const oncely = shop.start();
  const reused = { businessId: '', workflowId: 'desk' };
  const running: Promise<unknown>[] = [];
  for (const businessId of ['invoice_1', 'invoice_2']) {
    reused.businessId = businessId;
    running.push(
      oncely.scope(reused, async () => {
        await Promise.resolve();
        return oncely.effect('refund', () => oncely.clients.shop.write('refund', { amount: 1 }));
      }),
    );
  }
  await Promise.all(running);
  expect(shop.vendor.happened).toHaveLength(2);
  expect(await oncely.effects.get('invoice_1:desk:refund')).toMatchObject({ state: 'succeeded' });
});

it('a write that starts only once somebody waits for it belongs to its effect', async () => {
  const shop = openShop();
  const oncely = shop.start();
  const lazily = (): PromiseLike<unknown> => ({
    // oxlint-disable-next-line unicorn/no-thenable -- as lazy queries are
    then: (ok, no) => oncely.clients.shop.write('refund', { amount: 1 }).then(ok, no),
  });
  await oncely.scope(desk, async () => {
    await oncely.effect('refund', lazily);
  });
  await oncely.scope({ ...desk, businessId: 'invoice_2' }, lazily);
  expect(await oncely.effects.get('invoice_1:desk:refund')).toMatchObject({ state: 'succeeded' });
  expect(await oncely.effects.get('invoice_2:desk:shop.refund%231')).toMatchObject({ state: 'succeeded' });
});
