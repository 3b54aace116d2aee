import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { addressOf, apiKey, scope, slot, startWorld, type Process, type World } from './world.ts';

const hour = 3_600_000;
const day = 24 * hour;
const leaseMs = 4_000;
const landingBoundMs = 40;

const refund = (stripe: Stripe): Promise<Stripe.Refund> => stripe.refunds.create({ charge: 'ch_1', amount: 7 });
const destination = {
  name: 'Ours',
  type: 'webhook_endpoint',
  event_payload: 'thin',
  enabled_events: ['v1.billing.meter.no_meter_found'],
} as unknown as Stripe.V2.Core.EventDestinationCreateParams;
const endpoint = (stripe: Stripe): Promise<unknown> => stripe.v2.core.eventDestinations.create(destination);

/** The write's answer is lost, and the clocks go on. */
async function lose(
  world: World,
  write: (stripe: Stripe) => Promise<unknown>,
  later: number,
  kind: 'reset_after_effect' | 'reset_before_effect' = 'reset_after_effect',
): Promise<Process> {
  world.fake.fail({ kind });
  const hasty = world.process({ maxAttempts: 1 });
  await expect(hasty.effect(write)).rejects.toMatchObject({ code: 'in_doubt' });
  world.later(later);
  return world.process();
}

describe('the window of a key, at its edge', () => {
  it.each([
    ['v1', 23 * hour, refund],
    ['v2', 29 * day, endpoint],
  ] as const)('of %s: to the millisecond, less a lease and the landing bound', async (_of, windowMs, write) => {
    for (const [beyond, sends] of [
      [0, 2],
      [1, 1],
    ] as const) {
      // Clocks that stand still, so that nothing but the jump takes time.
      let now = 1_700_000_000_000;
      const fake = await startStripeFake({ now: () => now });
      fake.seedCharge({ id: 'ch_1', amount: 500, currency: 'usd' });
      const ledger = memoryLedger({ now: () => now });
      const run = (maxAttempts: number): Promise<unknown> => {
        const oncely = createOncely({
          ledger,
          clients: {
            stripe: oncelyStripe((given) => new Stripe(apiKey, { ...addressOf(fake), ...given }), {
              landingBoundMs,
              lookBeforeResend: false,
            }),
          },
          leaseMs,
          maxAttempts,
          drainOnSigterm: false,
        });
        return oncely.scope(scope, () => oncely.effect('write', () => write(oncely.clients.stripe)));
      };
      fake.fail({ kind: 'reset_after_effect' });
      await expect(run(1)).rejects.toMatchObject({ code: 'in_doubt' });
      now += windowMs - leaseMs - landingBoundMs + beyond;
      await run(5);
      const sent = fake.requests.filter(({ method }) => method === 'POST');
      expect([beyond, sent.length]).toEqual([beyond, sends]);
      expect(fake.effects()).toHaveLength(1);
      expect(fake.requests.some(({ method }) => method === 'GET')).toBe(beyond > 0);
      await fake.close();
    }
  });
});

describe('what lives by a test clock', () => {
  const frozen = 1_600_000_000;

  it('is found: a customer by asking for those of its clock', async () => {
    const world = await startWorld();
    const clock = await world.raw.testHelpers.testClocks.create({ frozen_time: frozen });
    const create = (stripe: Stripe): Promise<Stripe.Customer> => stripe.customers.create({ test_clock: clock.id });
    const { effect } = await lose(world, create, 24 * hour);
    const { id } = await effect(create);
    expect(world.fake.effects('customers.create').map((each) => each.id)).toEqual([id]);
  });

  it('is found: an invoice by asking for those of its customer, whenever they were made', async () => {
    const world = await startWorld();
    const clock = await world.raw.testHelpers.testClocks.create({ frozen_time: frozen });
    const { id: customer } = await world.raw.customers.create({ test_clock: clock.id });
    const create = (stripe: Stripe): Promise<Stripe.Invoice> => stripe.invoices.create({ customer });
    const { effect } = await lose(world, create, 24 * hour);
    const { id, created } = await effect(create);
    expect(created).toBe(frozen);
    expect(world.fake.effects('invoices.create').map((each) => each.id)).toEqual([id]);
  });

  it('is not believed absent where nothing says whose clock it is', async () => {
    const world = await startWorld();
    const create = (stripe: Stripe): Promise<unknown> =>
      stripe.rawRequest('POST', '/v1/customers', { name: 'A', from_something: 'x' });
    const { effect, oncely } = await lose(world, create, 24 * hour, 'reset_before_effect');
    await expect(effect(create)).rejects.toMatchObject({ code: 'stopped' });
    expect((await oncely.effects.get(slot))?.stopped).toContain('test clock');
  });
});

describe('metadata that is full', () => {
  const full = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key_${index}`, String(index)]));
  const create = (stripe: Stripe): Promise<Stripe.Customer> => stripe.customers.create({ metadata: full });

  it('goes out as it is: 50 keys are what Stripe takes', async () => {
    const { fake, process } = await startWorld();
    const { metadata } = await process().effect(create);
    expect(metadata).toEqual(full);
    expect(await process().effect(create)).toMatchObject({ metadata: full });
    expect(fake.effects()).toHaveLength(1);
  });

  it('is still deduped by its key, and behind the window a person decides, who is told why', async () => {
    const world = await startWorld();
    await lose(world, create, 22 * hour);
    await world.process({ maxAttempts: 1 }).oncely.recover();
    expect(world.fake.effects()).toHaveLength(1);

    const other = await startWorld();
    const { effect, oncely } = await lose(other, create, 24 * hour);
    await expect(effect(create)).rejects.toMatchObject({ code: 'stopped', next: 'ask-a-person' });
    expect((await oncely.effects.get(slot))?.stopped).toContain('50 keys');
    expect(other.fake.effects()).toHaveLength(1);
  });

  it('has room for ours at 49', async () => {
    const { fake, process } = await startWorld();
    const { key_49: _last, ...most } = full;
    await process().effect((stripe) => stripe.customers.create({ metadata: most }));
    expect(Object.keys(fake.effects()[0]?.params['metadata'] ?? {})).toHaveLength(50);
  });
});

describe('an update in doubt', () => {
  it("never overwrites a person's later change: it stops, and names the field and no value", async () => {
    const world = await startWorld();
    const { id } = await world.raw.customers.create({ name: 'A' });
    const rename = (stripe: Stripe): Promise<Stripe.Customer> => stripe.customers.update(id, { name: 'Ours' });
    const { effect, oncely } = await lose(world, rename, 24 * hour);
    await world.raw.customers.update(id, { name: 'Theirs' });
    await expect(effect(rename)).rejects.toMatchObject({ code: 'stopped' });
    const recorded = await oncely.effects.get(slot);
    expect(recorded?.stopped).toMatch(/name at Stripe is not what it sets/);
    expect(recorded?.stopped).not.toMatch(/Ours|Theirs/);
    expect(await world.raw.customers.retrieve(id)).toMatchObject({ name: 'Theirs' });
  });

  it('that unsets is done where nothing is there', async () => {
    const world = await startWorld();
    const { id } = await world.raw.customers.create({ name: 'A', metadata: { a: '1', b: '2' } });
    const unset = (stripe: Stripe): Promise<Stripe.Customer> =>
      stripe.customers.update(id, { name: '', metadata: { a: '', b: '2' }, expand: ['default_source'] });
    const { effect } = await lose(world, unset, 24 * hour);
    expect(await effect(unset)).toMatchObject({ id, name: null, metadata: { b: '2' } });
    expect(world.fake.effects('customers.update')).toHaveLength(1);
  });

  it('of an object that is gone stops', async () => {
    const world = await startWorld();
    const { id } = await world.raw.products.create({ name: 'Tea' });
    const rename = (stripe: Stripe): Promise<Stripe.Product> => stripe.products.update(id, { name: 'Coffee' });
    const { effect, oncely } = await lose(world, rename, 24 * hour);
    await world.raw.products.del(id);
    await expect(effect(rename)).rejects.toMatchObject({ code: 'stopped' });
    expect((await oncely.effects.get(slot))?.stopped).toContain('no longer there');
  });
});

describe('a capture in doubt', () => {
  const hold = (raw: Stripe): Promise<Stripe.PaymentIntent> =>
    raw.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      confirm: true,
    });

  it('that somebody else made of another amount is not taken for ours', async () => {
    const world = await startWorld();
    const { id } = await hold(world.raw);
    const capture = (stripe: Stripe): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.capture(id, { amount_to_capture: 500 });
    const { effect, oncely } = await lose(world, capture, 24 * hour, 'reset_before_effect');
    await world.raw.paymentIntents.capture(id, { amount_to_capture: 400 });
    await expect(effect(capture)).rejects.toMatchObject({ code: 'stopped' });
    expect((await oncely.effects.get(slot))?.stopped).toContain('amount_received');
  });

  it('that is one of several is not told by the state', async () => {
    const world = await startWorld();
    const { id } = await hold(world.raw);
    const capture = (stripe: Stripe): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.capture(id, { final_capture: false });
    const { effect } = await lose(world, capture, 24 * hour, 'reset_before_effect');
    await expect(effect(capture)).rejects.toMatchObject({ code: 'stopped' });
  });

  it('of an intent that was cancelled meanwhile is sent again, and gets an own no of the vendor', async () => {
    const world = await startWorld();
    const { id } = await hold(world.raw);
    const capture = (stripe: Stripe): Promise<Stripe.PaymentIntent> => stripe.paymentIntents.capture(id);
    const { effect } = await lose(world, capture, 24 * hour, 'reset_before_effect');
    await world.raw.paymentIntents.cancel(id);
    await expect(effect(capture)).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' });
    expect(world.fake.effects('payment_intents.capture')).toEqual([]);
  });
});

describe('a payment of an invoice in doubt', () => {
  it('is not made again where one was tried: a debit may still be on its way', async () => {
    const world = await startWorld();
    const { id: customer } = await world.raw.customers.create();
    const { id } = await world.raw.invoices.create({ customer });
    await world.raw.invoices.finalizeInvoice(id);
    const pay = (stripe: Stripe): Promise<Stripe.Invoice> => stripe.invoices.pay(id);
    const { effect } = await lose(world, pay, 24 * hour, 'reset_before_effect');
    const body = { id, object: 'invoice', status: 'open', attempted: true };
    world.fake.fail(
      { kind: 'status', status: 200, after: 'before_effect', body },
      { match: ({ method }) => method === 'GET' },
    );
    await expect(effect(pay)).rejects.toMatchObject({ code: 'stopped' });
    expect(world.fake.effects('invoices.pay')).toEqual([]);
  });
});

describe('a failure that Stripe stored under the key', () => {
  it('of a cancel is read back inside the window, and not sent for ever', async () => {
    const { fake, raw, process } = await startWorld();
    const { id } = await raw.paymentIntents.create({ amount: 5, currency: 'usd' });
    fake.fail({ kind: 'status', status: 500, after: 'after_effect' });
    const cancel = (stripe: Stripe): Promise<Stripe.PaymentIntent> => stripe.paymentIntents.cancel(id);
    expect(await process().effect(cancel)).toMatchObject({ id, status: 'canceled' });
    const sent = fake.requests.filter(({ path }) => path.endsWith('/cancel'));
    expect(sent).toHaveLength(2);
    expect(fake.effects('payment_intents.cancel')).toHaveLength(1);
  });

  it('of one that did nothing is sent under another key', async () => {
    const { fake, raw, process } = await startWorld();
    const { id } = await raw.paymentIntents.create({ amount: 5, currency: 'usd' });
    fake.fail({ kind: 'status', status: 500, after: 'before_effect', stored: true });
    const cancel = (stripe: Stripe): Promise<Stripe.PaymentIntent> => stripe.paymentIntents.cancel(id);
    expect(await process().effect(cancel)).toMatchObject({ id, status: 'canceled' });
    const sent = fake.requests.filter(({ path }) => path.endsWith('/cancel'));
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
    expect(fake.effects('payment_intents.cancel')).toHaveLength(1);
  });
});

describe('a list of v2', () => {
  it('is read on all its pages', async () => {
    const world = await startWorld();
    const { effect } = await lose(world, endpoint, 0);
    for (let count = 0; count < 120; count += 1) await endpoint(world.raw);
    world.later(31 * day);
    await effect(endpoint);
    const ours = world.fake.effects(({ key }) => key?.startsWith('oncely_') === true);
    expect(ours).toHaveLength(1);
    const pages = world.fake.requests.filter(({ method }) => method === 'GET');
    expect(pages.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
      '/v2/core/event_destinations?limit=100',
      '/v2/core/event_destinations?limit=100&page=100',
    ]);
  });
});

describe('a list that does not show metadata', () => {
  it('proves no absence', async () => {
    const world = await startWorld();
    const { effect, oncely } = await lose(world, refund, 24 * hour, 'reset_before_effect');
    const body = { object: 'list', url: '/v1/refunds', has_more: false, data: [{ id: 're_9', object: 'refund' }] };
    world.fake.fail(
      { kind: 'status', status: 200, after: 'before_effect', body },
      { match: ({ method }) => method === 'GET' },
    );
    await expect(effect(refund)).rejects.toMatchObject({ code: 'stopped' });
    expect((await oncely.effects.get(slot))?.stopped).toContain('without their metadata');
  });
});
