import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { scope, startWorld } from './world.ts';

const pay =
  (idempotencyKey: string) =>
  (stripe: Stripe): Promise<Stripe.Refund> =>
    stripe.refunds.create({ charge: 'ch_1', amount: 1 }, { idempotencyKey });

describe("a caller's own idempotencyKey", () => {
  it('inside of a named effect is refused: one write has two names, and neither is dropped silently', async () => {
    const { fake, process } = await startWorld();
    await expect(process().effect(pay('mine'))).rejects.toMatchObject({
      code: 'invalid_input',
      next: 'fix-code',
      message: expect.stringMatching(/"mine".*"write".*Nothing was sent/s),
    });
    expect(fake.requests).toEqual([]);
  });

  it('of 255 characters, and of any, is a name', async () => {
    const { fake, keys, process } = await startWorld();
    const { oncely, stripe } = process();
    const key = `Zoë:%/ ${'k'.repeat(248)}`;
    const one = await oncely.scope(scope, () => pay(encodeURIComponent(key).slice(0, 255))(stripe));
    const again = await oncely.scope(scope, () => pay(encodeURIComponent(key).slice(0, 255))(stripe));
    expect(again).toEqual(one);
    expect(fake.effects()).toHaveLength(1);
    expect(keys()).toEqual([expect.stringMatching(/^oncely_\w{48}$/)]);
  });

  it('is one also where it looks like those that the SDK makes', async () => {
    const { fake, process } = await startWorld();
    const { oncely, stripe } = process();
    const run = (): Promise<Stripe.Refund> => oncely.scope(scope, () => pay('stripe-node-retry-of-mine')(stripe));
    expect(await run()).toEqual(await run());
    expect(fake.effects()).toHaveLength(1);
    expect(await oncely.effects.get('case_1:test:stripe-node-retry-of-mine')).toMatchObject({ state: 'succeeded' });
  });

  it('names a deletion too, which Stripe itself would not dedupe', async () => {
    const { fake, raw, process } = await startWorld();
    const { id } = await raw.customers.create();
    const { oncely, stripe } = process();
    const remove = (): Promise<Stripe.DeletedCustomer> =>
      oncely.scope(scope, () => stripe.customers.del(id, {}, { idempotencyKey: 'gone' }));
    expect(await remove()).toEqual(await remove());
    expect(fake.effects('customers.delete')).toHaveLength(1);
  });

  it('reaches Stripe as it is where writes are only observed', async () => {
    const { keys, process } = await startWorld();
    const { stripe } = process({ unscoped: 'observe' });
    await pay('mine')(stripe);
    expect(keys()).toEqual(['mine']);
  });
});
