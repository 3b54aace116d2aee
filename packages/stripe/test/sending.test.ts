import { isOncelyError } from '@oncely/core';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { addressOf, apiKey, slot, startWorld } from './world.ts';

const refund = { charge: 'ch_1', amount: 1000 };

describe('a non-2xx in JSON without an error', () => {
  it('is a success to the SDK alone', async () => {
    const { fake } = await startWorld();
    const raw = new Stripe(apiKey, { ...addressOf(fake), maxNetworkRetries: 0 });
    fake.fail({ kind: 'no_error_body', status: 404, after: 'before_effect' });
    await expect(raw.refunds.create(refund)).resolves.toEqual({ message: 'upstream failed' });
    expect(fake.effects()).toEqual([]);
  });

  it.concurrent.each([404, 409, 500, 502])('is in doubt when it is a %i, and settled by the key', async (status) => {
    for (const after of ['before_effect', 'after_effect'] as const) {
      const { fake, process } = await startWorld();
      fake.fail({ kind: 'no_error_body', status, after });
      const { oncely, effect } = process({ looks: false });
      const result = await effect((stripe) => stripe.refunds.create(refund));
      expect(fake.effects().map(({ id }) => id)).toEqual([result.id]);
      expect((await oncely.effects.get(slot))?.attempts[0]).toMatchObject({ evidence: 'unknown' });
    }
  });
});

describe('a closed connection', () => {
  it('makes the SDK alone send twice even with its retries off', async () => {
    const { fake } = await startWorld();
    const raw = new Stripe(apiKey, { ...addressOf(fake), maxNetworkRetries: 0 });
    fake.fail({ kind: 'reset_before_effect' }, { times: 2 });
    await expect(raw.refunds.create(refund)).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(fake.requests).toHaveLength(2);
  });

  it('makes one send an attempt, whatever retries the caller asks the SDK for', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' }, { times: 5 });
    const { oncely, effect } = process({ looks: false, maxAttempts: 1 });
    await expect(effect((stripe) => stripe.refunds.create(refund, { maxNetworkRetries: 3 }))).rejects.toMatchObject({
      code: 'in_doubt',
      cause: { code: 'ECONNRESET' },
    });
    expect(fake.requests).toHaveLength(1);
    expect((await oncely.effects.get(slot))?.attempts).toHaveLength(1);
  });
});

describe('a 500 that Stripe stored under the key', () => {
  it('is looked up by list and not sent for ever', async () => {
    const { fake, keys, process } = await startWorld();
    fake.fail({ kind: 'status', status: 500, after: 'after_effect' });
    const result = await process({ looks: false }).effect((stripe) => stripe.refunds.create(refund));
    expect(fake.effects().map(({ id }) => id)).toEqual([result.id]);
    // The second send is answered with the stored 500; a third would be too.
    expect(keys()).toHaveLength(2);
    expect(fake.requests.filter(({ path }) => path.includes('search'))).toEqual([]);
  });

  it('gives the key up where the list proves that nothing happened', async () => {
    const { fake, keys, process } = await startWorld();
    fake.fail({ kind: 'status', status: 500, after: 'before_effect', stored: true });
    const { oncely, effect } = process({ looks: false });
    const result = await effect((stripe) => stripe.refunds.create(refund));
    const [first, second, third] = keys();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fake.effects().map(({ id, key }) => [id, key])).toEqual([[result.id, third]]);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', generation: 2 });
  });

  it('stops for a person where nothing at Stripe tells of it', async () => {
    const { fake, keys, process } = await startWorld();
    fake.fail({ kind: 'status', status: 500, after: 'after_effect' });
    const upload = { file: { data: Buffer.from('x'), name: 'a', type: 'text/plain' } };
    await expect(
      process({ looks: false }).effect((stripe) => stripe.files.create({ ...upload, purpose: 'dispute_evidence' })),
    ).rejects.toMatchObject({ code: 'stopped', next: 'ask-a-person' });
    expect(keys()).toHaveLength(2);
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('the idempotency key', () => {
  it('is ours, short, and the same in every process', async () => {
    const { fake, keys, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' }, { times: 1 });
    await expect(
      process({ looks: false, maxAttempts: 1 }).effect((stripe) => stripe.refunds.create(refund)),
    ).rejects.toMatchObject({
      code: 'in_doubt',
    });
    await process({ looks: false }).effect((stripe) => stripe.refunds.create(refund));
    const [first, second] = keys();
    expect(first).toMatch(/^oncely_[0-9a-f]{48}$/);
    expect(second).toBe(first);
    expect(fake.effects()).toHaveLength(1);
  });

  it('is the same bytes too: a resend never mismatches its own key', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await process({ looks: false }).effect((stripe) =>
      stripe.customers.create({ name: 'Ä & Co', metadata: { b: '2', a: '1' }, preferred_locales: ['de', 'en'] }),
    );
    const [first, second] = fake.requests;
    expect(second?.body).toBe(first?.body);
    expect(fake.effects()).toHaveLength(1);
    expect(fake.effects()[0]?.params['metadata']).toEqual({
      b: '2',
      a: '1',
      oncely_key: expect.stringMatching(/^oncely_/),
    });
  });

  it('is another one after a definite no, for changed input and for a reopened effect', async () => {
    const { fake, keys, process } = await startWorld();
    const pay = { amount: 1000, currency: 'usd', confirm: true };
    const { oncely, effect } = process({ looks: false });
    const declined = effect((stripe) =>
      stripe.paymentIntents.create({ ...pay, payment_method: 'pm_card_chargeDeclined' }),
    );
    await expect(declined).rejects.toBeInstanceOf(Stripe.errors.StripeCardError);
    await effect((stripe) => stripe.paymentIntents.create({ ...pay, payment_method: 'pm_card_visa' }));
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', generation: 2 });
    expect(new Set(keys()).size).toBe(2);

    const missing = (stripe: Stripe): Promise<Stripe.Refund> => stripe.refunds.create({ charge: 'ch_2' });
    const again = (): Promise<Stripe.Refund> =>
      oncely.scope({ businessId: 'case_2', workflowId: 'test' }, () =>
        oncely.effect('write', () => missing(oncely.clients['stripe'] as Stripe)),
      );
    await expect(again()).rejects.toMatchObject({ code: 'resource_missing' });
    fake.seedCharge({ id: 'ch_2', amount: 500, currency: 'usd' });
    await expect(again(), 'the no is replayed').rejects.toMatchObject({ code: 'resource_missing' });
    await oncely.effects.reopen('case_2:test:write', { by: 'ann' });
    await again();
    expect(new Set(keys()).size).toBe(4);
    expect(fake.effects('refunds.create')).toHaveLength(1);
  });

  it('in use by a request that still runs is waited for', async () => {
    const { fake, keys, process } = await startWorld();
    fake.fail({ kind: 'slow_execution', ms: 2_000 });
    const { oncely, effect } = process({ looks: false, config: { timeout: 800 }, maxAttempts: 7 });
    const result = await effect((stripe) => stripe.refunds.create(refund));
    expect(fake.effects().map(({ id }) => id)).toEqual([result.id]);
    expect(new Set(keys()).size).toBe(1);
    const ends = (await oncely.effects.get(slot))?.attempts.map(({ reason, evidence }) => reason ?? evidence) ?? [];
    expect([ends[0], ...new Set(ends.slice(1))]).toEqual(['ETIMEDOUT', 'idempotency_key_in_use', 'accepted']);
  });
});

describe("the vendor's errors", () => {
  it('are those of the SDK on replay too', async () => {
    const { fake, process } = await startWorld();
    const pay = {
      amount: 1000,
      currency: 'usd',
      confirm: true,
      payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
    };
    for (let run = 1; run <= 2; run += 1) {
      const error: unknown = await process({ looks: false })
        .effect((stripe) => stripe.paymentIntents.create(pay))
        .catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
      expect(error).toMatchObject({ code: 'card_declined', decline_code: 'insufficient_funds', statusCode: 402 });
      expect((error as Stripe.errors.StripeCardError).requestId).toMatch(/^req_/);
    }
    expect(fake.requests).toHaveLength(1);
  });

  it('for credentials and rights end nothing: mended, the same call goes through', async () => {
    const good = 'sk_test_good';
    const { fake, process } = await startWorld({ apiKeys: { [good]: 'acct_platform' } });
    const bad = process({ looks: false, apiKey: 'sk_test_revoked' });
    await expect(bad.effect((stripe) => stripe.refunds.create(refund))).rejects.toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    );
    expect(await bad.oncely.effects.get(slot)).toMatchObject({ state: 'ready' });
    fake.fail({
      kind: 'status',
      status: 403,
      after: 'before_effect',
      body: { error: { type: 'invalid_request_error', message: 'no' } },
    });
    const mended = process({ looks: false, apiKey: good });
    await expect(mended.effect((stripe) => stripe.refunds.create(refund))).rejects.toBeInstanceOf(
      Stripe.errors.StripePermissionError,
    );
    await mended.effect((stripe) => stripe.refunds.create(refund));
    expect(fake.effects()).toHaveLength(1);
  });

  it('for a rate limit longer than the call may wait reach the caller and leave the effect open', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'rate_limited', retryAfterS: 60 });
    const { oncely, effect } = process({ looks: false });
    await expect(effect((stripe) => stripe.refunds.create(refund))).rejects.toBeInstanceOf(
      Stripe.errors.StripeRateLimitError,
    );
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'ready' });
    const early: unknown = await effect((stripe) => stripe.refunds.create(refund)).catch((error: unknown) => error);
    expect(isOncelyError(early) && early.retryAfterMs).toBeGreaterThan(50_000);
    later(61_000);
    await effect((stripe) => stripe.refunds.create(refund));
    expect(fake.requests).toHaveLength(2);
    expect(fake.effects()).toHaveLength(1);
  });
});
