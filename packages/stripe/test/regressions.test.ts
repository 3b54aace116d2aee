import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { classify } from '../src/classify.ts';
import { apiKey, slot, slowClock, startWorld } from './world.ts';

// What reviews proved broken, each by the guarantee that it broke.

const hour = 3_600_000;
const refund = (stripe: Stripe): Promise<Stripe.Refund> => stripe.refunds.create({ charge: 'ch_1', amount: 100 });

describe('I8: no secret in the ledger', () => {
  it("of an object that a person's word names", async () => {
    const { fake, raw, kept, later, process } = await startWorld();
    const made = await raw.paymentIntents.create({ amount: 1000, currency: 'usd' });
    fake.fail({ kind: 'reset_before_effect' });
    const { oncely, effect } = process({ maxAttempts: 1 });
    await expect(
      effect((stripe) => stripe.paymentIntents.create({ amount: 1000, currency: 'usd' })),
    ).rejects.toMatchObject({ code: 'in_doubt' });
    later(10_000);
    expect(await oncely.effects.resolve(slot, { happened: { vendorId: made.id } }, { by: 'ann' })).toMatchObject({
      state: 'succeeded',
      vendorId: made.id,
    });
    expect(await kept()).not.toContain('_secret_');
  });

  it.each([
    { object: 'v2.billing.meter_event_session', id: 'x', authentication_token: 'token' },
    { object: 'apps.secret', id: 'a', name: 'n', payload: 'p' },
    { object: 'account_link', url: 'https://connect.stripe.com/setup/c/acct_1/onetime' },
  ])('by another name: $object', (body) => {
    expect(classify({ status: 200, headers: {}, body: JSON.stringify(body) }, 'POST')).toMatchObject({
      evidence: 'accepted',
      remember: 'never',
    });
  });
});

describe('doubt is sticky: a 404 to the resend', () => {
  const missing = {
    kind: 'status',
    status: 404,
    after: 'before_effect',
    body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such charge' } },
  } as const;

  it('does not end an earlier doubt while nobody could look', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(10_000);
    fake.fail(missing);
    fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { match: ({ method }) => method === 'GET', times: 3 });
    const { oncely } = process({ looks: false });
    expect(await oncely.recover({ deadlineMs: 1_500 })).toMatchObject({ states: { in_doubt: 1 } });
    // Other input would be a second effect.
    await expect(
      process({ looks: false }).effect((stripe) => stripe.refunds.create({ charge: 'ch_1', amount: 200 })),
    ).rejects.toMatchObject({ code: 'input_changed' });
    expect(fake.effects()).toHaveLength(1);
  });

  it('gives way to what the look-up finds', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(10_000);
    fake.fail(missing);
    const { oncely } = process({ looks: false });
    expect(await oncely.recover({ deadlineMs: 2_000 })).toMatchObject({ states: { succeeded: 1 } });
    expect(await oncely.effects.get(slot)).toMatchObject({ vendorId: fake.effects()[0]?.id });
    expect(fake.effects()).toHaveLength(1);
  });
});

describe("the SDK's own retries are off", () => {
  const failing = { kind: 'gateway_502', after: 'before_effect' } as const;

  it('for a look-up: it is asked three times by us, and by nobody else', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * hour);
    const before = fake.requests.length;
    fake.fail(failing, { match: ({ method }) => method === 'GET', times: 9 });
    // Too short for a second look of ours, which comes a second after the first; long enough for all retries of the SDK's.
    await expect(process({ waitMs: 1_050, clock: slowClock }).effect(refund)).rejects.toMatchObject({
      code: 'in_doubt',
    });
    expect(fake.requests.length - before).toBe(3);
  });
});

describe('an answer to a read that is not of Stripe', () => {
  const gateway = { kind: 'no_error_body', status: 404, after: 'before_effect' } as const;
  const reads = { match: ({ method }: { method: string }): boolean => method === 'GET' };

  it('does not become the result of a replay', async () => {
    const { fake, process } = await startWorld();
    const intent = (stripe: Stripe): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    const first = await process().effect(intent);
    fake.fail(gateway, reads);
    await expect(process().effect(intent)).rejects.toMatchObject({ code: 'result_unavailable' });
    expect(await process().effect(intent)).toEqual(first);
  });

  it('says nothing of a deletion in doubt', async () => {
    const { fake, raw, process } = await startWorld();
    const { id } = await raw.customers.create();
    fake.fail({ kind: 'reset_after_effect' });
    fake.fail(gateway, reads);
    expect(await process().effect((stripe) => stripe.customers.del(id))).toMatchObject({ id, deleted: true });
    expect(fake.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});

describe('another key of a call of its own', () => {
  it('may be another account, so what is in doubt is not sent there', async () => {
    const { fake, process } = await startWorld({
      apiKeys: { [apiKey]: 'acct_default', sk_test_a: 'acct_a', sk_test_b: 'acct_b' },
    });
    const createWith =
      (key: string) =>
      (stripe: Stripe): Promise<Stripe.Customer> =>
        stripe.customers.create({ name: 'A' }, { apiKey: key });
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ maxAttempts: 1 }).effect(createWith('sk_test_a'))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    await expect(process().effect(createWith('sk_test_b'))).rejects.toMatchObject({ code: 'input_changed' });
    await expect(process().effect((stripe) => stripe.customers.create({ name: 'A' }))).rejects.toMatchObject({
      code: 'input_changed',
      message: expect.stringContaining('$apiKey'),
    });
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_a']);
  });
});

describe('our marker', () => {
  it.each([[''], [null]])('takes the place of metadata that is %o', async (metadata) => {
    const { fake, process } = await startWorld();
    await process().effect((stripe) => stripe.refunds.create({ metadata: metadata as '', charge: 'ch_1' }));
    expect(fake.requests[0]?.body).toMatch(/^charge=ch_1&metadata%5Boncely_key%5D=oncely_\w+$/);
  });
});

it('a success without an object, as of OAuth, reaches the caller, and no token of it the ledger', async () => {
  const { fake, kept, process } = await startWorld();
  const body = { access_token: 'sk_test_token_of_theirs', stripe_user_id: 'acct_1' };
  fake.fail({ kind: 'status', status: 200, after: 'before_effect', body });
  const connect = (stripe: Stripe): Promise<unknown> =>
    stripe.rawRequest('POST', '/oauth/token', { grant_type: 'authorization_code', code: 'ac_1' });
  expect(await process().effect(connect)).toMatchObject(body);
  expect(fake.requests).toHaveLength(1);
  expect(await kept()).not.toContain('token_of_theirs');
});
