import Stripe from 'stripe';
import { afterEach, describe, expect, it } from 'vitest';

import { startStripeFake } from '../../src/fakes/stripe.ts';
import type { StripeFake, StripeFakeOptions } from '../../src/fakes/stripe.ts';

const open: StripeFake[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function start(options: StripeFakeOptions = {}): Promise<{ fake: StripeFake; stripe: Stripe }> {
  const fake = await startStripeFake(options);
  open.push(fake);
  fake.seedCharge({ id: 'ch_1', amount: 5000, currency: 'usd', customer: 'cus_seeded' });
  return { fake, stripe: clientOf(fake) };
}

function clientOf({ host, port }: StripeFake, config: Partial<ConstructorParameters<typeof Stripe>[1]> = {}): Stripe {
  return new Stripe('sk_test_1', { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, ...config });
}

const refused = (statusCode: number, code?: string): object => expect.objectContaining({ statusCode, code });

describe('requests', () => {
  it('are refused without a valid key, before anything else', async () => {
    const { fake } = await start({ apiKeys: { sk_test_known: 'acct_known', sk_live_known: 'acct_known' } });
    const answer = await fetch(`${fake.url}/v1/refunds`, { method: 'POST', body: 'charge=ch_1' });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    const config = { host: fake.host, port: fake.port, protocol: 'http', telemetry: false } as const;
    await expect(new Stripe('sk_test_other', config).customers.create()).rejects.toEqual(refused(401));
    const test = await new Stripe('sk_test_known', config).customers.create();
    const live = await new Stripe('sk_live_known', config).customers.create();
    expect([test.livemode, live.livemode]).toEqual([false, true]);
    expect((await new Stripe('sk_live_known', config).customers.list()).data).toHaveLength(1);
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_known', 'acct_known']);
  });

  it('are answered with the headers that the SDK reads', async () => {
    const { stripe } = await start();
    const refund = await stripe.refunds.create(
      { charge: 'ch_1' },
      { idempotencyKey: 'k', apiVersion: '2024-01-01', stripeAccount: 'acct_platform' },
    );
    expect(refund.lastResponse).toMatchObject({
      apiVersion: '2024-01-01',
      idempotencyKey: 'k',
      stripeAccount: 'acct_platform',
      statusCode: 200,
    });
    expect(refund.lastResponse.requestId).toMatch(/^req_/);
  });

  it('have nested and repeated parameters decoded', async () => {
    const { fake, stripe } = await start();
    await stripe.customers.create({
      name: 'Ä & Co',
      metadata: { '0': 'a=b&c', '1': 'd' },
      preferred_locales: ['de', 'en'],
      address: { city: 'Köln' },
    });
    expect(fake.effects()[0]?.params).toEqual({
      name: 'Ä & Co',
      metadata: { '0': 'a=b&c', '1': 'd' },
      preferred_locales: ['de', 'en'],
      address: { city: 'Köln' },
    });
  });

  it('to an unknown address are 404, and accounts share nothing', async () => {
    const { fake, stripe } = await start();
    await expect(stripe.rawRequest('POST', '/v1/teapots')).rejects.toEqual(refused(404));
    await expect(stripe.refunds.create({ charge: 'ch_1' }, { stripeAccount: 'acct_2' })).rejects.toEqual(
      refused(404, 'resource_missing'),
    );
    fake.seedCharge({ id: 'ch_1', amount: 70, currency: 'eur', account: 'acct_2' });
    const refund = await stripe.refunds.create({ charge: 'ch_1' }, { stripeAccount: 'acct_2' });
    expect(refund.amount).toBe(70);
    expect(fake.effects()).toMatchObject([{ operation: 'refunds.create', account: 'acct_2', id: refund.id }]);
  });
});

describe('metadata', () => {
  it('is kept, merged and limited', async () => {
    const { stripe } = await start();
    const made = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
    expect(made.metadata).toEqual({ a: '1', b: '2' });
    const merged = await stripe.customers.update(made.id, { metadata: { b: '', c: '3' }, name: 'n' });
    expect([merged.metadata, merged.name]).toEqual([{ a: '1', c: '3' }, 'n']);
    expect((await stripe.customers.update(made.id, { metadata: '' })).metadata).toEqual({});

    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']));
    for (const metadata of [many, { k: 'v'.repeat(501) }, { ['k'.repeat(41)]: 'v' }]) {
      await expect(stripe.customers.create({ metadata })).rejects.toEqual(refused(400));
    }
  });

  it('is an unknown parameter where the API takes none', async () => {
    const { fake, stripe } = await start();
    const intent = await stripe.paymentIntents.create({ amount: 1, currency: 'usd' });
    const params = { metadata: { a: '1' } } as Stripe.PaymentIntentCancelParams;
    await expect(stripe.paymentIntents.cancel(intent.id, params)).rejects.toEqual(refused(400, 'parameter_unknown'));
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('lists', () => {
  it('are newest first, in pages, and the SDK walks them', async () => {
    let nowMs = 1_700_000_000_000;
    const { stripe } = await start({ now: () => (nowMs += 1500) });
    const ids: string[] = [];
    for (let count = 0; count < 12; count += 1)
      ids.unshift((await stripe.refunds.create({ charge: 'ch_1', amount: 1 })).id);

    const first = await stripe.refunds.list();
    expect([first.object, first.has_more, first.data.map(({ id }) => id)]).toEqual(['list', true, ids.slice(0, 10)]);
    const next = await stripe.refunds.list({ limit: 2, starting_after: ids[9] as string });
    expect([next.has_more, next.data.map(({ id }) => id)]).toEqual([false, ids.slice(10)]);
    const before = await stripe.refunds.list({ limit: 2, ending_before: ids[5] as string });
    expect([before.has_more, before.data.map(({ id }) => id)]).toEqual([true, ids.slice(3, 5)]);
    const walked: string[] = [];
    for await (const refund of stripe.refunds.list({ limit: 5 })) walked.push(refund.id);
    expect(walked).toEqual(ids);
  });

  it('filter by range of creation, exactly', async () => {
    let nowMs = 1_700_000_000_999;
    const { stripe } = await start({ now: () => nowMs });
    const created: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      created.push((await stripe.refunds.create({ charge: 'ch_1', amount: 1 })).created);
      nowMs += 1000;
    }
    expect(created[0]).toBe(1_700_000_000);
    const at = async (range: Stripe.RangeQueryParam | number): Promise<number[]> =>
      (await stripe.refunds.list({ created: range })).data.map((refund) => refund.created - 1_700_000_000);
    expect(await at({ gte: 1_700_000_001, lte: 1_700_000_002 })).toEqual([2, 1]);
    expect(await at({ gt: 1_700_000_001, lt: 1_700_000_003 })).toEqual([2]);
    expect(await at(1_700_000_003)).toEqual([3]);
  });

  it('filter by what they belong to, and refuse what they do not know', async () => {
    const { fake, stripe } = await start();
    fake.seedCharge({ id: 'ch_2', amount: 5, currency: 'usd' });
    await stripe.refunds.create({ charge: 'ch_1', amount: 1 });
    const second = await stripe.refunds.create({ charge: 'ch_2' });
    expect((await stripe.refunds.list({ charge: 'ch_2' })).data.map(({ id }) => id)).toEqual([second.id]);
    expect((await stripe.charges.list({ customer: 'cus_seeded' })).data.map(({ id }) => id)).toEqual(['ch_1']);
    for (const params of [{ customer: 'cus_1' }, { limit: 101 }, { limit: 0 }, { created: { near: 1 } }]) {
      await expect(stripe.refunds.list(params as Stripe.RefundListParams)).rejects.toEqual(
        refused(400, expect.any(String)),
      );
    }
  });
});

describe('refunds', () => {
  it('take what is left of the charge and no more', async () => {
    const { fake, stripe } = await start();
    const part = await stripe.refunds.create({ charge: 'ch_1', amount: 4000, reason: 'duplicate' });
    expect(part).toMatchObject({
      object: 'refund',
      amount: 4000,
      charge: 'ch_1',
      reason: 'duplicate',
      status: 'succeeded',
    });
    await expect(stripe.refunds.create({ charge: 'ch_1', amount: 1001 })).rejects.toEqual(refused(400));
    expect((await stripe.refunds.create({ charge: 'ch_1' })).amount).toBe(1000);
    await expect(stripe.refunds.create({ charge: 'ch_1' })).rejects.toEqual(refused(400, 'charge_already_refunded'));
    expect(await stripe.charges.retrieve('ch_1')).toMatchObject({ amount_refunded: 5000, refunded: true });
    expect(fake.effects('refunds.create')).toHaveLength(2);
  });

  it('are retrieved, updated, and cancelled where they wait', async () => {
    const { stripe } = await start({ refundStatus: 'requires_action', autoCharges: true });
    const refund = await stripe.refunds.create({ charge: 'ch_any' });
    expect(refund.amount).toBe(1_000_00);
    expect((await stripe.refunds.update(refund.id, { metadata: { a: '1' } })).metadata).toEqual({ a: '1' });
    expect((await stripe.refunds.cancel(refund.id)).status).toBe('canceled');
    await expect(stripe.refunds.cancel(refund.id)).rejects.toEqual(refused(400));
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'canceled', metadata: { a: '1' } });
    await expect(stripe.refunds.retrieve('re_no')).rejects.toEqual(refused(404, 'resource_missing'));
  });
});

describe('payments', () => {
  it('confirm, capture, refund', async () => {
    const { fake, stripe } = await start();
    const intent = await stripe.paymentIntents.create({ amount: 900, currency: 'EUR', capture_method: 'manual' });
    expect(intent).toMatchObject({ status: 'requires_payment_method', currency: 'eur' });
    expect(intent.client_secret).toMatch(`${intent.id}_secret_`);
    await stripe.paymentIntents.update(intent.id, { amount: 1000 });
    const held = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 1000 });
    const paid = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 600 });
    expect(paid).toMatchObject({
      status: 'succeeded',
      amount_received: 600,
      latest_charge: expect.stringMatching(/^ch_/),
    });
    expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(600);
    await expect(stripe.paymentIntents.cancel(intent.id)).rejects.toEqual(
      refused(400, 'payment_intent_unexpected_state'),
    );
    expect(fake.effects().map(({ operation }) => operation)).toEqual([
      'payment_intents.create',
      'payment_intents.update',
      'payment_intents.confirm',
      'payment_intents.capture',
      'refunds.create',
    ]);
  });

  it('a declined card leaves the intent waiting and is no effect', async () => {
    const { fake, stripe } = await start();
    const intent = await stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      payment_method: 'pm_card_chargeDeclined',
    });
    const declined = {
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'generic_decline',
      type: 'StripeCardError',
    };
    await expect(stripe.paymentIntents.confirm(intent.id)).rejects.toMatchObject(declined);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_payment_method');
    await expect(
      stripe.paymentIntents.create({
        amount: 1,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_chargeDeclined',
      }),
    ).rejects.toMatchObject(declined);
    expect((await stripe.paymentIntents.list()).data).toHaveLength(2);
    expect(fake.effects()).toHaveLength(1);
    expect((await stripe.paymentIntents.cancel(intent.id)).status).toBe('canceled');
  });

  it('charges are made directly too', async () => {
    const { stripe } = await start();
    const charge = await stripe.charges.create({
      amount: 5,
      currency: 'usd',
      source: 'tok_visa',
      metadata: { a: '1' },
    });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount: 5, metadata: { a: '1' }, paid: true });
    await expect(stripe.charges.create({ amount: 5, currency: 'usd', source: 'tok_chargeDeclined' })).rejects.toEqual(
      refused(402, 'card_declined'),
    );
    await expect(stripe.charges.create({ amount: 0, currency: 'usd', source: 'tok_visa' })).rejects.toEqual(
      refused(400, 'parameter_invalid_integer'),
    );
  });
});

describe('customers and invoices', () => {
  it('a customer is deleted once, and then only its shadow can be read', async () => {
    const { fake, stripe } = await start();
    const { id } = await stripe.customers.create({ email: 'a@b.c' });
    expect((await stripe.customers.list({ email: 'a@b.c' })).data).toHaveLength(1);
    expect(await stripe.customers.del(id)).toEqual({ id, object: 'customer', deleted: true });
    expect(await stripe.customers.retrieve(id)).toEqual({ id, object: 'customer', deleted: true });
    await expect(stripe.customers.del(id)).rejects.toEqual(refused(404, 'resource_missing'));
    await expect(stripe.customers.update(id, {})).rejects.toEqual(refused(404, 'resource_missing'));
    expect((await stripe.customers.list()).data).toEqual([]);
    expect(fake.effects('customers.delete')).toHaveLength(1);
  });

  it('an invoice goes through its states', async () => {
    const { stripe } = await start();
    await expect(stripe.invoices.create()).rejects.toEqual(refused(400, 'parameter_missing'));
    const customer = (await stripe.customers.create()).id;
    const { id, status } = await stripe.invoices.create({ customer });
    expect(status).toBe('draft');
    expect((await stripe.invoices.finalizeInvoice(id)).status).toBe('open');
    expect((await stripe.invoices.pay(id)).status).toBe('paid');
    await expect(stripe.invoices.voidInvoice(id)).rejects.toEqual(refused(400, expect.any(String)));
    const other = await stripe.invoices.create({ customer, metadata: { a: '1' } });
    await stripe.invoices.finalizeInvoice(other.id);
    expect((await stripe.invoices.voidInvoice(other.id)).status).toBe('void');
    expect((await stripe.invoices.list({ customer, status: 'paid' })).data.map((invoice) => invoice.id)).toEqual([id]);
    expect((await stripe.invoices.retrieve(other.id)).metadata).toEqual({ a: '1' });
  });
});
