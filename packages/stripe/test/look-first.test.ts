import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

/** A proxy or an emulator that forgets a key as soon as it has answered. */
const forgetful = { keyWindowMs: 0 } as const;

const writes: readonly [string, (stripe: Stripe) => Promise<{ id: string }>][] = [
  ['refunds.create', (stripe) => stripe.refunds.create({ charge: 'ch_1', amount: 100 })],
  ['customers.create', (stripe) => stripe.customers.create({ name: 'Ann' })],
  ['payment_intents.create', (stripe) => stripe.paymentIntents.create({ amount: 7, currency: 'usd' })],
  ['products.create', (stripe) => stripe.products.create({ name: 'Book' })],
];

describe('what is in doubt is looked for before it is sent again', () => {
  it.each(writes)('so that who honours no keys makes one of it: %s', async (name, write) => {
    const { fake, process } = await startWorld(forgetful);
    fake.fail({ kind: 'reset_after_effect' });
    const { oncely, effect } = process();
    const made = await effect(write);
    expect(fake.effects(name).map(({ id }) => id)).toEqual([made.id]);
    // One that holds a secret is read once more for its caller.
    expect(fake.requests.map(({ method }) => method).slice(0, 2)).toEqual(['POST', 'GET']);
    expect(fake.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', vendorId: made.id });
  });

  it('and by a fresh process that recovers it', async () => {
    const { fake, process } = await startWorld(forgetful);
    fake.fail({ kind: 'reset_after_effect' });
    const [, write] = writes[0] as (typeof writes)[0];
    await expect(process({ maxAttempts: 1 }).effect(write)).rejects.toMatchObject({ code: 'in_doubt' });
    await process().oncely.recover();
    expect(fake.effects()).toHaveLength(1);
  });

  it('and is given back as it was asked for, with what was to be expanded', async () => {
    const { fake, process } = await startWorld(forgetful);
    fake.fail({ kind: 'reset_after_effect' });
    const { effect } = process();
    await effect((stripe) => stripe.refunds.create({ charge: 'ch_1', amount: 100, expand: ['charge'] }));
    expect(fake.requests.at(-1)).toMatchObject({ method: 'GET', path: expect.stringMatching(/^\/v1\/refunds\/re_/) });
  });

  it('and sent under its key where the look shows nothing', async () => {
    const { fake, keys, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    const [, write] = writes[0] as (typeof writes)[0];
    await process().effect(write);
    expect([fake.effects().length, keys().length, new Set(keys()).size]).toEqual([1, 2, 1]);
  });

  it('or where the API key may not look', async () => {
    const { fake, keys, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    fake.fail(
      { kind: 'status', status: 403, after: 'before_effect' },
      { match: ({ method }) => method === 'GET', times: 9 },
    );
    const [, write] = writes[0] as (typeof writes)[0];
    await process().effect(write);
    expect([fake.effects().length, keys().length, new Set(keys()).size]).toEqual([1, 2, 1]);
  });
});

describe('an answer to what was sent again that was not given from under the key', () => {
  it('is looked at for two, and two is an alarm', async () => {
    const { fake, later, process } = await startWorld(forgetful);
    fake.fail({ kind: 'reset_after_effect' });
    const [, write] = writes[0] as (typeof writes)[0];
    const { oncely, effect } = process({ looks: false });
    await effect(write);
    expect(fake.effects()).toHaveLength(2);
    later(60_000);
    await oncely.recover();
    const record = await oncely.effects.get(slot);
    expect(record?.divergence).toHaveLength(2);
  });

  it('that was given from there is not', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    const [, write] = writes[0] as (typeof writes)[0];
    const { oncely, effect } = process({ looks: false });
    await effect(write);
    later(60_000);
    const before = fake.requests.length;
    await oncely.recover();
    expect(fake.requests.length).toBe(before);
    expect((await oncely.effects.get(slot))?.divergence).toBeUndefined();
  });
});
