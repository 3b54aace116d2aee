import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

const refund = { charge: 'ch_1', amount: 100 };
const empty = {
  kind: 'status',
  status: 400,
  after: 'before_effect',
  stored: true,
  body: { error: { type: 'invalid_request_error', code: 'balance_insufficient', message: 'Not enough.' } },
} as const;

describe('a no that speaks of now', () => {
  it('is the error of this call, and the next one asks again under another key', async () => {
    const { fake, process, keys } = await startWorld();
    fake.fail(empty);
    const { oncely, effect } = process();
    const pay = (): Promise<Stripe.Refund> => effect((stripe) => stripe.refunds.create(refund));
    await expect(pay()).rejects.toMatchObject({ code: 'balance_insufficient', statusCode: 400 });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'ready' });
    expect(fake.effects()).toEqual([]);
    await expect(pay()).resolves.toMatchObject({ object: 'refund' });
    expect(await pay()).toMatchObject({ object: 'refund' });
    expect([fake.effects().length, keys().length, new Set(keys()).size]).toEqual([1, 2, 2]);
  });
});

describe("a no in OAuth's words", () => {
  const used = {
    kind: 'status',
    status: 400,
    after: 'before_effect',
    body: { error: 'invalid_grant', error_description: 'Authorization code has already been used: ac_1' },
  } as const;

  it('is a no', async () => {
    const { fake, process } = await startWorld();
    fake.fail(used, { times: 9 });
    const { oncely, effect } = process();
    const failed = effect((stripe) =>
      stripe.rawRequest('POST', '/oauth/token', { grant_type: 'authorization_code', code: 'ac_1' }),
    );
    await expect(failed).rejects.toMatchObject({ message: 'Authorization code has already been used: ac_1' });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'rejected' });
    expect(fake.requests).toHaveLength(1);
  });
});

describe('a doubt', () => {
  it('says what Stripe said', async () => {
    const { fake, process } = await startWorld();
    const body = { error: { message: 'We are not sure.', code: 'brand_new' } };
    fake.fail({ kind: 'status', status: 500, after: 'before_effect', body }, { times: 99 });
    const { effect } = process({ maxAttempts: 1 });
    await expect(effect((stripe) => stripe.refunds.create(refund))).rejects.toMatchObject({
      code: 'in_doubt',
      cause: { message: expect.stringContaining('Stripe answered 500 brand_new: "We are not sure."'), status: 500 },
    });
  });
});
