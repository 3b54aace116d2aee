import { isOncelyError } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { desk, openShop, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:refund';
const submit = (oncely: TestOncely, amount = 100, options = {}): ReturnType<TestOncely['submit']> =>
  oncely.scope(desk, () =>
    oncely.submit('refund', options, () => oncely.clients.shop.write('pay', { amount, text: 'tea' })),
  );

describe('submit', () => {
  it('stores the request, sends nothing, and gives what to follow it by', async () => {
    const shop = openShop();
    const effect = await submit(shop.start());
    expect(effect).toMatchObject({ slot, state: 'ready', operation: 'shop.pay' });
    expect(shop.vendor.sends).toBe(0);
    const other = shop.start();
    expect(await other.effects.complete(effect.key)).toMatchObject({ state: 'succeeded', vendorId: 'o_1' });
    expect(await submit(other)).toMatchObject({ state: 'succeeded' });
    await other.effects.complete(slot);
    expect(shop.vendor.sends).toBe(1);
  });

  it('is performed by recover(), and by a call that does not hand it in', async () => {
    const shop = openShop();
    await submit(shop.start());
    await submit(shop.start());
    expect((await shop.start().recover()).states).toEqual({ succeeded: 1 });
    const oncely = shop.start();
    const refund = oncely.scope(desk, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount: 100, text: 'tea' })),
    );
    expect(await refund).toEqual({ id: 'o_1' });
    expect(shop.vendor.sends).toBe(1);
  });

  it('of what needs approval waits for it, and is performed once it is given', async () => {
    const shop = openShop();
    const oncely = shop.start({ approvals: { version: 1, operations: { 'shop.pay': true } } });
    const effect = await submit(oncely);
    expect(effect.state).toBe('awaiting_approval');
    await oncely.recover();
    expect(shop.vendor.sends).toBe(0);
    await oncely.effects.approve(slot, { by: 'ann', fingerprint: effect.approval?.fingerprint ?? '' });
    await oncely.recover();
    expect(shop.vendor.sends).toBe(1);
  });

  it('of other input under the same name is other input before it was sent, and refused after it', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await submit(oncely, 100);
    await submit(oncely, 200);
    await oncely.recover();
    expect(shop.vendor.happened).toMatchObject([{ parameters: { amount: 200 } }]);
    await expect(submit(oncely, 300)).rejects.toMatchObject({ code: 'input_changed' });
  });

  it('is refused where no request is kept, since nobody could perform it', async () => {
    const shop = openShop();
    const oncely = shop.start({ retention: { requests: 'never' } });
    await expect(submit(oncely)).rejects.toMatchObject({ code: 'invalid_config' });
    expect(await oncely.effects.get(slot)).toBeUndefined();
  });

  it('says why it could not be brought to its end', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await submit(oncely);
    await oncely.workflows.pause(desk, { by: 'ann', reason: 'looks odd' });
    expect(await oncely.effects.complete(slot)).toMatchObject({
      state: 'ready',
      open: expect.stringContaining('looks odd'),
    });
    expect(shop.vendor.sends).toBe(0);
  });

  it('without a write in it says so', async () => {
    const oncely = openShop().start();
    const error = await oncely
      .scope(desk, () => oncely.submit('refund', () => 'nothing'))
      .catch((reason: unknown) => reason);
    expect(isOncelyError(error) && [error.code, error.next]).toEqual(['invalid_input', 'fix-code']);
  });

  it('at the same time as a call that performs it does not end that call', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const [handed, done] = await Promise.all([
      submit(oncely),
      oncely.scope(desk, () =>
        oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount: 100, text: 'tea' })),
      ),
    ]);
    expect(done).toEqual({ id: 'o_1' });
    expect(handed.slot).toBe(slot);
    expect(shop.vendor.sends).toBe(1);
  });
});
