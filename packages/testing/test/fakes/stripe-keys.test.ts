import Stripe from 'stripe';
import { afterEach, describe, expect, it } from 'vitest';

import type { Fault } from '../../src/fakes/faults.ts';
import { startStripeFake } from '../../src/fakes/stripe.ts';
import type { StripeFake, StripeFakeOptions } from '../../src/fakes/stripe.ts';

const open: StripeFake[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function start(options: StripeFakeOptions = {}): Promise<{ fake: StripeFake; stripe: Stripe }> {
  const fake = await startStripeFake(options);
  open.push(fake);
  fake.seedCharge({ id: 'ch_1', amount: 5000, currency: 'usd' });
  return { fake, stripe: clientOf(fake) };
}

function clientOf({ host, port }: StripeFake, config: Partial<ConstructorParameters<typeof Stripe>[1]> = {}): Stripe {
  return new Stripe('sk_test_1', { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, ...config });
}

const refund = { charge: 'ch_1', amount: 100 };
const key = { idempotencyKey: 'k1' };
const replayed = (answer: Stripe.Response<unknown>): unknown =>
  (answer.lastResponse.headers as Record<string, string>)['idempotent-replayed'];

describe('a key', () => {
  it('replays the first answer byte by byte, whatever happened since', async () => {
    const { fake, stripe } = await start();
    const first = await stripe.refunds.create(refund, key);
    await stripe.refunds.update(first.id, { metadata: { later: '1' } });
    const again = await stripe.refunds.create({ amount: 100, charge: 'ch_1' }, key);
    expect(again).toEqual(first);
    expect([replayed(first), replayed(again)]).toEqual([undefined, 'true']);
    expect(again.lastResponse.requestId).not.toBe(first.lastResponse.requestId);
    expect(fake.effects('refunds.create')).toMatchObject([{ key: 'k1', id: first.id }]);
    expect(fake.requests).toHaveLength(3);
  });

  it('is for one set of parameters, one endpoint and one account', async () => {
    const { fake, stripe } = await start();
    await stripe.refunds.create(refund, key);
    const mismatch = { statusCode: 400, type: 'StripeIdempotencyError', rawType: 'idempotency_error' };
    await expect(stripe.refunds.create({ ...refund, amount: 101 }, key)).rejects.toMatchObject(mismatch);
    await expect(stripe.refunds.create({ ...refund, metadata: { a: '1' } }, key)).rejects.toMatchObject(mismatch);
    const other = { idempotencyKey: 'k2' };
    const { id } = await stripe.customers.create({ name: 'n' }, other);
    await expect(stripe.customers.update(id, { name: 'n' }, other)).rejects.toMatchObject({
      ...mismatch,
      message: expect.stringContaining('same endpoint'),
    });
    fake.seedCharge({ id: 'ch_1', amount: 100, currency: 'usd', account: 'acct_2' });
    await stripe.refunds.create(refund, { ...key, stripeAccount: 'acct_2' });
    expect(fake.effects('refunds.create')).toHaveLength(2);
    expect(fake.effects()).toHaveLength(3);
  });

  it('keeps a refusal of the execution, and nothing of a refused parameter', async () => {
    const { fake, stripe } = await start();
    const declined = { amount: 1, currency: 'usd', source: 'tok_chargeDeclined' };
    await expect(stripe.charges.create(declined, key)).rejects.toMatchObject({ code: 'card_declined' });
    await expect(stripe.charges.create(declined, key)).rejects.toMatchObject({
      code: 'card_declined',
      headers: { 'idempotent-replayed': 'true' },
    });

    const other = { idempotencyKey: 'k2' };
    await expect(stripe.refunds.create({ charge: 'ch_no' }, other)).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(stripe.refunds.create({ ...refund, amount: -1 }, other)).rejects.toMatchObject({ statusCode: 400 });
    expect(replayed(await stripe.refunds.create(refund, other))).toBeUndefined();
    expect(fake.effects()).toHaveLength(1);
  });

  it('keeps a 500 once execution began, with and without the effect', async () => {
    const { fake, stripe } = await start();
    for (const after of ['before_effect', 'after_effect'] as const) {
      const options = { idempotencyKey: after };
      fake.fail({ kind: 'status', status: 500, after, stored: true });
      await expect(stripe.refunds.create(refund, options)).rejects.toMatchObject({ statusCode: 500 });
      await expect(stripe.refunds.create(refund, options)).rejects.toMatchObject({
        statusCode: 500,
        headers: { 'idempotent-replayed': 'true' },
      });
    }
    expect(fake.effects()).toMatchObject([{ key: 'after_effect' }]);
  });

  it('knows nothing of a 500 at the front door, and a 500 that was lost executes again', async () => {
    const { fake, stripe } = await start();
    fake.fail({ kind: 'status', status: 503, after: 'before_effect' });
    await expect(stripe.refunds.create(refund, key)).rejects.toMatchObject({ statusCode: 503 });
    expect(replayed(await stripe.refunds.create(refund, key))).toBeUndefined();
    expect(fake.effects()).toHaveLength(1);

    fake.fail({ kind: 'status', status: 500, after: 'after_effect', stored: false });
    await expect(stripe.refunds.create(refund, { idempotencyKey: 'k2' })).rejects.toMatchObject({ statusCode: 500 });
    await stripe.refunds.create(refund, { idempotencyKey: 'k2' });
    expect(fake.effects()).toHaveLength(3);
  });

  it('is in use while the first request executes, and the conflict keeps nothing', async () => {
    const { fake, stripe } = await start();
    fake.fail({ kind: 'slow_execution', ms: 150 });
    const first = stripe.refunds.create(refund, key);
    await expect.poll(() => fake.requests.length, { interval: 1 }).toBe(1);
    await expect(stripe.refunds.create(refund, key)).rejects.toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
      type: 'StripeAPIError',
    });
    const { id } = await first;
    expect(await stripe.refunds.create(refund, key)).toMatchObject({ id });
    expect(fake.effects()).toHaveLength(1);
  });

  it('is forgotten behind the window, and the request executes again', async () => {
    let nowMs = 1_700_000_000_000;
    const { fake, stripe } = await start({ now: () => nowMs, keyWindowMs: 1000 });
    const { id } = await stripe.refunds.create(refund, key);
    nowMs += 999;
    expect((await stripe.refunds.create(refund, key)).id).toBe(id);
    nowMs += 1;
    expect((await stripe.refunds.create(refund, key)).id).not.toBe(id);
    expect(fake.effects()).toHaveLength(2);
  });

  it('need not be forgotten', async () => {
    let nowMs = 0;
    const { fake, stripe } = await start({ now: () => nowMs, keyPruning: false });
    await stripe.refunds.create(refund, key);
    nowMs += 1e12;
    await stripe.refunds.create(refund, key);
    expect(fake.effects()).toHaveLength(1);
  });

  it('means nothing on DELETE, and has a longest length', async () => {
    const { fake, stripe } = await start();
    const { id } = await stripe.customers.create();
    await stripe.customers.del(id, undefined, key);
    await expect(stripe.customers.del(id, undefined, key)).rejects.toMatchObject({ statusCode: 404 });
    await expect(stripe.customers.create({}, { idempotencyKey: 'k'.repeat(256) })).rejects.toMatchObject({
      statusCode: 400,
    });
    expect(fake.effects('customers.create')).toHaveLength(1);
  });

  it('meets a late landing by the same rules', async () => {
    const { fake, stripe } = await start();
    fake.fail({ kind: 'late_landing', ms: 200, hang: true }, { times: 2 });
    for (let count = 0; count < 2; count += 1) {
      await expect(stripe.refunds.create(refund, { ...key, timeout: 60 })).rejects.toMatchObject({
        type: 'StripeConnectionError',
      });
    }
    await fake.settled();
    expect(fake.effects()).toHaveLength(1);
    const again = await stripe.refunds.create(refund, key);
    expect([again.id, replayed(again)]).toEqual([fake.effects()[0]?.id, 'true']);
  });
});

describe('faults, as stripe-node shows them', () => {
  const cases: [Fault, shown: object, effects: number][] = [
    [{ kind: 'truncate' }, { type: 'StripeConnectionError' }, 1],
    [{ kind: 'rate_limited', retryAfterS: 2 }, { type: 'StripeRateLimitError', headers: { 'retry-after': '2' } }, 0],
    [{ kind: 'gateway_429' }, { type: 'StripeAPIError', statusCode: undefined }, 0],
    [{ kind: 'gateway_502', after: 'after_effect' }, { type: 'StripeAPIError', statusCode: undefined }, 1],
    [{ kind: 'not_json' }, { type: 'StripeAPIError', statusCode: undefined }, 1],
    [{ kind: 'status', status: 500, after: 'after_effect' }, { type: 'StripeAPIError', statusCode: 500 }, 1],
  ];
  it.each(cases)('%o', async (fault, shown, effects) => {
    const { fake, stripe } = await start();
    fake.fail(fault);
    await expect(stripe.refunds.create(refund)).rejects.toMatchObject(shown);
    expect(fake.effects()).toHaveLength(effects);
    expect(fake.requests).toHaveLength(1);
  });

  it('an error body without `error` resolves as a success', async () => {
    const { fake, stripe } = await start();
    fake.fail({ kind: 'no_error_body', status: 500, after: 'before_effect' });
    const answer = await stripe.refunds.create(refund);
    expect([answer.id, answer.lastResponse.statusCode]).toEqual([undefined, 500]);
    expect(fake.effects()).toHaveLength(0);
  });
});

describe('how often stripe-node sends one call', () => {
  const closed: Fault = { kind: 'reset_after_effect' };
  const late: Fault = { kind: 'delay', ms: 60_000 };
  const failed: Fault = { kind: 'status', status: 500, after: 'after_effect' };
  const cases: { fault: Fault; maxNetworkRetries: number; timeout?: number; sends: number }[] = [
    { fault: closed, maxNetworkRetries: 2, sends: 3 },
    { fault: closed, maxNetworkRetries: 0, sends: 2 },
    { fault: late, maxNetworkRetries: 2, timeout: 100, sends: 3 },
    { fault: late, maxNetworkRetries: 0, timeout: 100, sends: 1 },
    { fault: failed, maxNetworkRetries: 2, sends: 3 },
    { fault: failed, maxNetworkRetries: 0, sends: 1 },
    { fault: { kind: 'truncate' }, maxNetworkRetries: 2, sends: 1 },
    { fault: { kind: 'rate_limited', retryAfterS: 1 }, maxNetworkRetries: 2, sends: 1 },
  ];
  it.concurrent.each(cases)('$fault.kind, $maxNetworkRetries retries: $sends', async ({ fault, sends, ...config }) => {
    const fake = await startStripeFake({ autoCharges: true });
    try {
      fake.fail(fault, { times: 20 });
      await expect(clientOf(fake, config).refunds.create(refund)).rejects.toThrow();
      expect(fake.requests).toHaveLength(sends);
      expect(new Set(fake.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
      expect(fake.effects().length).toBeLessThanOrEqual(1);
    } finally {
      await fake.close();
    }
  });
});
