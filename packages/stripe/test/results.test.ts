import type { Codec } from '@oncely/core';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

const intent = (stripe: Stripe): Promise<Stripe.Response<Stripe.PaymentIntent>> =>
  stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
const codec: Codec = {
  seal: (plain) => Buffer.from(plain).toString('hex'),
  open: (sealed) => Buffer.from(sealed, 'hex').toString(),
};

describe('a client_secret', () => {
  it('is not kept without a codec; a replay reads the object again', async () => {
    const { fake, kept, process } = await startWorld();
    const first = await process().effect(intent);
    expect(first.client_secret).toMatch(/_secret_/);
    expect(await kept()).not.toContain('_secret_');
    const again = await process().effect(intent);
    expect(again).toEqual(first);
    expect(again.lastResponse.statusCode).toBe(200);
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/payment_intents',
      `GET /v1/payment_intents/${first.id}`,
    ]);
  });

  it('is read again in the account that it was made in', async () => {
    const { fake, process } = await startWorld();
    const connected = (stripe: Stripe): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create({ amount: 1000, currency: 'usd' }, { stripeAccount: 'acct_connected' });
    const first = await process().effect(connected);
    expect(await process().effect(connected)).toEqual(first);
    expect(fake.requests.at(-1)?.headers['stripe-account']).toBe('acct_connected');
  });

  it('of an object outside of the table is read again too', async () => {
    const { fake, process } = await startWorld();
    const body = { id: 'seti_1', object: 'setup_intent', client_secret: 'seti_1_secret_x' };
    fake.fail(
      { kind: 'status', status: 200, after: 'before_effect', body },
      { match: ({ path }) => path.startsWith('/v1/setup_intents'), times: 2 },
    );
    const create = (stripe: Stripe): Promise<Stripe.SetupIntent> =>
      stripe.setupIntents.create({ usage: 'off_session' });
    const first = await process().effect(create);
    expect(await process().effect(create)).toEqual(first);
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/setup_intents',
      'GET /v1/setup_intents/seti_1',
    ]);
  });

  it('is kept sealed with a codec, and a replay asks nobody', async () => {
    const { fake, kept, process } = await startWorld();
    const first = await process({ codec }).effect(intent);
    expect(await kept()).not.toContain('_secret_');
    expect(await process({ codec }).effect(intent)).toEqual(first);
    expect(fake.requests).toHaveLength(1);
  });

  it('is not kept from what a look-up found', async () => {
    const { fake, kept, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ maxAttempts: 1 }).effect(intent)).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * 3_600_000);
    const found = await process().effect(intent);
    expect(found.client_secret).toMatch(/_secret_/);
    expect(await kept()).not.toContain('_secret_');
  });

  it('inside of a declined card is given to the caller and not kept', async () => {
    const { kept, process } = await startWorld();
    const declined = (stripe: Stripe): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create({
        amount: 1000,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_chargeDeclined',
      });
    const failure = (run: ReturnType<typeof process>): Promise<Stripe.errors.StripeCardError> =>
      run.effect(declined).then(
        () => expect.fail('it was to be declined'),
        (error: Stripe.errors.StripeCardError) => error,
      );
    const first = await failure(process());
    expect(first.payment_intent?.client_secret).toMatch(/_secret_/);
    expect(await kept()).not.toContain('_secret_');
    const again = await failure(process());
    expect(again).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(again).toMatchObject({
      message: first.message,
      code: 'card_declined',
      payment_intent: { id: first.payment_intent?.id },
    });
    expect(again.payment_intent?.client_secret).toBeUndefined();
  });
});

describe('a person who names an object', () => {
  it('does not make the ledger keep its secret', async () => {
    const { fake, kept, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    const { oncely, effect } = process({ maxAttempts: 1 });
    await expect(effect(intent)).rejects.toMatchObject({ code: 'in_doubt' });
    const vendorId = fake.effects()[0]?.id ?? '';
    await oncely.effects.resolve(slot, { happened: { vendorId } }, { by: 'ann' });
    expect(await kept()).not.toContain('_secret_');
    expect(await process().effect(intent)).toMatchObject({
      id: vendorId,
      client_secret: expect.stringMatching(/_secret_/),
    });
  });
});

describe('lastResponse', () => {
  it('is there after a replay, as it came', async () => {
    const { process } = await startWorld();
    const refund = (stripe: Stripe): Promise<Stripe.Response<Stripe.Refund>> =>
      stripe.refunds.create({ charge: 'ch_1', amount: 7 });
    const first = await process().effect(refund);
    const again = await process().effect(refund);
    expect(again.lastResponse).toEqual(first.lastResponse);
    expect(again.lastResponse).toMatchObject({ statusCode: 200, requestId: expect.stringMatching(/^req_/) });
    expect(again.lastResponse.idempotencyKey).toMatch(/^oncely_/);
  });
});

describe('a person', () => {
  it('who names the object gives it to the replay', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'status', status: 500, after: 'after_effect' });
    const file = { data: Buffer.from('x'), name: 'a.pdf', type: 'application/pdf' };
    const create = (stripe: Stripe): Promise<Stripe.File> => stripe.files.create({ file, purpose: 'dispute_evidence' });
    const { oncely, effect } = process();
    await expect(effect(create)).rejects.toMatchObject({ code: 'stopped' });
    const [made] = fake.effects();
    await oncely.effects.resolve(slot, { happened: { vendorId: made?.id ?? '' } }, { by: 'ann' });
    expect(await process().effect(create)).toMatchObject({ id: made?.id, object: 'file', filename: 'a.pdf' });
    expect(fake.effects()).toHaveLength(1);
  });
});
