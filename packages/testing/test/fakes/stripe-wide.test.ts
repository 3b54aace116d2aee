import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { afterEach, describe, expect, it } from 'vitest';

const day = 86_400_000;
const key = 'sk_test_wide';
let open: StripeFake[] = [];
afterEach(async () => {
  await Promise.all(open.map((fake) => fake.close()));
  open = [];
});

async function start(): Promise<{ fake: StripeFake; stripe: Stripe; later: (ms: number) => void }> {
  let now = 1_790_000_000_000;
  const fake = await startStripeFake({ now: () => now });
  open.push(fake);
  const { host, port } = fake;
  const stripe = new Stripe(key, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 });
  return {
    fake,
    stripe,
    later: (ms) => {
      now += ms;
    },
  };
}

/** A request as bytes on the wire, for what the SDK would not send. */
async function send(
  fake: StripeFake,
  method: string,
  path: string,
  body: unknown,
  idempotencyKey: string,
): Promise<{ status: number; replayed: string | null; json: Record<string, unknown> }> {
  const response = await fetch(`${fake.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, replayed: response.headers.get('idempotent-replayed'), json };
}

const destination = { name: 'Ours', type: 'webhook_endpoint', event_payload: 'thin', enabled_events: ['a'] };
const path = '/v2/core/event_destinations';

describe('v2', () => {
  it('keeps a key for 30 days, over the same parameters in any order', async () => {
    const { fake, later } = await start();
    const first = await send(fake, 'POST', path, destination, 'k');
    const { name, ...rest } = destination;
    later(29 * day);
    const again = await send(fake, 'POST', path, { ...rest, name }, 'k');
    expect(again).toMatchObject({ status: 200, replayed: 'true', json: first.json });
    expect(await send(fake, 'POST', path, { ...rest, name: 'Theirs' }, 'k')).toMatchObject({ status: 400 });
    later(2 * day);
    expect((await send(fake, 'POST', path, destination, 'k')).json['id']).not.toBe(first.json['id']);
    expect(fake.effects('v2.event_destinations.create')).toHaveLength(2);
  });

  it('drives on what failed under a key, and does not replay the failure', async () => {
    const { fake } = await start();
    for (const after of ['before_effect', 'after_effect'] as const) {
      fake.fail({ kind: 'status', status: 500, after });
      expect((await send(fake, 'POST', path, destination, after)).status).toBe(500);
      expect((await send(fake, 'POST', path, destination, after)).status).toBe(200);
    }
    expect(fake.effects()).toHaveLength(2);
  });

  it('keys a DELETE too', async () => {
    const { fake } = await start();
    const { json } = await send(fake, 'POST', path, destination, 'k');
    const own = `${path}/${String(json['id'])}`;
    expect(await send(fake, 'DELETE', own, undefined, 'd')).toMatchObject({ status: 200, replayed: null });
    expect(await send(fake, 'DELETE', own, undefined, 'd')).toMatchObject({ status: 200, replayed: 'true' });
    expect((await send(fake, 'DELETE', own, undefined, 'other')).status).toBe(404);
    expect(fake.effects('v2.event_destinations.delete')).toHaveLength(1);
  });
});

describe('lists', () => {
  it('of customers hide those on a clock, and what is made for them is made at its time', async () => {
    const { stripe } = await start();
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_600_000_000 });
    const customer = await stripe.customers.create({ test_clock: clock.id });
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await stripe.customers.list({ test_clock: clock.id })).data.map(({ id }) => id)).toEqual([customer.id]);
    const invoice = await stripe.invoices.create({ customer: customer.id });
    expect([customer.created, invoice.created]).toEqual([1_600_000_000, 1_600_000_000]);
  });

  it('of prices hide the inactive, of subscriptions the cancelled', async () => {
    const { stripe } = await start();
    const { id: product } = await stripe.products.create({ name: 'Tea' });
    const base = { product, currency: 'usd', unit_amount: 5 };
    const { id: price } = await stripe.prices.create({ ...base, recurring: { interval: 'month' } });
    const { id: hidden } = await stripe.prices.create({ ...base, active: false });
    expect((await stripe.prices.list()).data.map(({ id }) => id)).toEqual([price]);
    expect((await stripe.prices.list({ active: false })).data.map(({ id }) => id)).toEqual([hidden]);
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price }] });
    await stripe.subscriptions.cancel(id);
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    expect((await stripe.subscriptions.list({ status: 'all' })).data.map((each) => each.id)).toEqual([id]);
  });

  it.each(['/v1/payment_links', '/v1/webhook_endpoints', '/v1/terminal/locations'])(
    '%s take no `created`',
    async (list) => {
      const { stripe } = await start();
      await expect(stripe.rawRequest('GET', `${list}?created[gte]=1`)).rejects.toMatchObject({
        code: 'parameter_unknown',
      });
    },
  );

  it('of subscription items ask for the subscription', async () => {
    const { stripe } = await start();
    await expect(stripe.rawRequest('GET', '/v1/subscription_items')).rejects.toMatchObject({ param: 'subscription' });
  });
});

describe('states', () => {
  it('of an invoice go one way, and its items make its amount', async () => {
    const { stripe } = await start();
    const { id: customer } = await stripe.customers.create();
    const { id: invoice } = await stripe.invoices.create({ customer });
    await stripe.invoiceItems.create({ customer, invoice, amount: 700, currency: 'usd' });
    await expect(stripe.invoices.voidInvoice(invoice)).rejects.toMatchObject({ code: 'invoice_not_voidable' });
    await stripe.invoices.finalizeInvoice(invoice);
    await expect(stripe.invoices.del(invoice)).rejects.toMatchObject({ statusCode: 400 });
    expect(await stripe.invoices.pay(invoice)).toMatchObject({ status: 'paid', amount_paid: 700, amount_remaining: 0 });
    await expect(stripe.invoices.pay(invoice)).rejects.toMatchObject({ code: 'invoice_not_payable' });
  });

  it('of a transfer and a payout allow no more back than there was', async () => {
    const { stripe } = await start();
    const { id } = await stripe.transfers.create({ amount: 300, currency: 'usd', destination: 'acct_1' });
    await stripe.transfers.createReversal(id, { amount: 200 });
    await expect(stripe.transfers.createReversal(id, { amount: 200 })).rejects.toMatchObject({ param: 'amount' });
    const payout = await stripe.payouts.create({ amount: 5, currency: 'usd', method: 'instant' });
    await expect(stripe.payouts.cancel(payout.id)).rejects.toMatchObject({ statusCode: 400 });
    expect(await stripe.payouts.reverse(payout.id)).toMatchObject({ amount: -5, original_payout: payout.id });
    await expect(stripe.payouts.reverse(payout.id)).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('an upload', () => {
  it('is one effect under its key, and another file under it a mismatch', async () => {
    const { fake, stripe } = await start();
    const upload = (data: string): Promise<Stripe.File> =>
      stripe.files.create(
        { purpose: 'dispute_evidence', file: { data: Buffer.from(data), name: 'a.pdf', type: 'application/pdf' } },
        { idempotencyKey: 'k' },
      );
    const first = await upload('one');
    expect(first).toMatchObject({ filename: 'a.pdf', type: 'pdf', size: 3, purpose: 'dispute_evidence' });
    // Its boundary is another one on each call.
    expect(await upload('one')).toEqual(first);
    await expect(upload('two')).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
    expect(fake.effects('files.create')).toHaveLength(1);
  });
});
