import { compensable, compensationOf } from '@oncely/stripe';
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { subjects } from './subjects.ts';
import { slot, startWorld, type World } from './world.ts';

const undoSlot = slot.replace(/:([^:]*)$/, '@undo:$1');
const ann = { by: 'ann' };
const hold = {
  amount: 900,
  currency: 'usd',
  payment_method: 'pm_card_visa',
  capture_method: 'manual',
  confirm: true,
} as const;

interface Undone {
  readonly name: string;
  readonly write: (stripe: Stripe, customer: string) => Promise<{ readonly id: string }>;
  /** What the vendor does in between. */
  readonly between?: (raw: Stripe, id: string) => Promise<unknown>;
  readonly by: string;
  /** What the fake calls the effect. */
  readonly effect: string;
  /** What the object says when it is undone. */
  readonly proof: (raw: Stripe, id: string) => Promise<unknown>;
}

const cancelledIntent = async (raw: Stripe, id: string): Promise<unknown> =>
  (await raw.paymentIntents.retrieve(id)).status === 'canceled';
const all: readonly Undone[] = [
  {
    name: 'a charge by a refund',
    write: (stripe) => stripe.charges.create({ amount: 900, currency: 'usd', source: 'tok_visa' }),
    by: 'stripe.refunds.create',
    effect: 'refunds.create',
    proof: async (raw, id) => (await raw.charges.retrieve(id)).refunded,
  },
  {
    name: 'a payment by a refund',
    write: (stripe) => stripe.paymentIntents.create({ ...hold, capture_method: 'automatic' }),
    by: 'stripe.refunds.create',
    effect: 'refunds.create',
    proof: async (raw, id) => {
      const { latest_charge: charge } = await raw.paymentIntents.retrieve(id);
      return (await raw.charges.retrieve(charge as string)).refunded;
    },
  },
  {
    name: 'a hold by a cancel',
    write: (stripe) => stripe.paymentIntents.create(hold),
    by: 'stripe.paymentIntents.cancel',
    effect: 'payment_intents.cancel',
    proof: cancelledIntent,
  },
  {
    name: 'a setup intent by a cancel',
    write: (stripe) => stripe.setupIntents.create(),
    by: 'stripe.setupIntents.cancel',
    effect: 'setup_intents.cancel',
    proof: async (raw, id) => (await raw.setupIntents.retrieve(id)).status === 'canceled',
  },
  {
    name: 'an open invoice by a void',
    write: (stripe, customer) => stripe.invoices.create({ customer }),
    between: (raw, id) => raw.invoices.finalizeInvoice(id),
    by: 'stripe.invoices.voidInvoice',
    effect: 'invoices.void',
    proof: async (raw, id) => (await raw.invoices.retrieve(id)).status === 'void',
  },
  {
    name: 'a draft of an invoice by a deletion',
    write: (stripe, customer) => stripe.invoices.create({ customer }),
    by: 'stripe.invoices.del',
    effect: 'invoices.delete',
    proof: (raw, id) =>
      raw.invoices.retrieve(id).then(
        () => false,
        () => true,
      ),
  },
  {
    name: 'a subscription by a cancel',
    write: async (stripe, customer) => {
      const [price] = (await stripe.prices.list()).data;
      return stripe.subscriptions.create({ customer, items: [{ price: price?.id ?? '' }] });
    },
    by: 'stripe.subscriptions.cancel',
    effect: 'subscriptions.delete',
    proof: async (raw, id) => (await raw.subscriptions.retrieve(id)).status === 'canceled',
  },
];

async function start(): Promise<World & { readonly customer: string }> {
  const world = await startWorld();
  const { id: product } = await world.raw.products.create({ name: 'Tea' });
  await world.raw.prices.create({ product, currency: 'usd', unit_amount: 500, recurring: { interval: 'month' } });
  return { ...world, customer: (await world.raw.customers.create()).id };
}

describe.each(all)('undoing $name', ({ write, between, by, effect, proof }) => {
  it('is an effect of its own, which happens once', async () => {
    const world = await start();
    const first = world.process();
    const { id } = await first.effect((stripe) => write(stripe, world.customer));
    await between?.(world.raw, id);
    const done = await first.oncely.effects.compensate(slot, ann);
    expect(done).toMatchObject({ state: 'compensated', compensation: { by: 'ann', slot: undoSlot } });
    expect(await proof(world.raw, id)).toBe(true);
    const other = world.process();
    expect(await other.oncely.effects.compensate(slot, ann)).toEqual(done);
    await expect(first.effect((stripe) => write(stripe, world.customer))).rejects.toMatchObject({
      code: 'compensated',
    });
    expect(world.fake.effects(effect)).toHaveLength(1);
    expect(await other.oncely.effects.get(undoSlot)).toMatchObject({ state: 'succeeded', operation: by });
  });

  it('goes on after a crash in the middle of it', async () => {
    const world = await start();
    const first = world.process({ maxAttempts: 1, waitMs: 300, landingBoundMs: 1_000 });
    const { id } = await first.effect((stripe) => write(stripe, world.customer));
    await between?.(world.raw, id);
    world.fake.fail({ kind: 'reset_after_effect' });
    expect((await first.oncely.effects.compensate(slot, ann)).state).toBe('compensating');
    world.later(7 * 24 * 3_600_000);
    const other = world.process();
    await other.oncely.recover();
    await other.oncely.recover();
    expect(await other.oncely.effects.get(slot)).toMatchObject({ state: 'compensated' });
    expect(await other.oncely.effects.get(undoSlot)).toMatchObject({ operation: by });
    expect(world.fake.effects(effect)).toHaveLength(1);
    expect(await proof(world.raw, id)).toBe(true);
  });
});

describe('what is not undone', () => {
  it('is said, and nothing is sent', async () => {
    const world = await start();
    const { oncely, stripe, effect } = world.process();
    const { id } = await effect((client) => client.invoices.create({ customer: world.customer }));
    await world.raw.invoices.pay(id);
    const before = world.fake.effects().length;
    expect((await oncely.effects.compensate(slot, ann)).compensation).toMatchObject({
      state: 'by_hand',
      why: expect.stringContaining('credit note'),
    });
    await expect(oncely.effects.compensate('no:such:effect', ann)).rejects.toMatchObject({ code: 'not_found' });
    const of = (operation: string, state = 'succeeded'): unknown =>
      compensationOf(stripe, { operation, state: state as 'succeeded', vendorId: id });
    expect(await of('stripe.files.create')).toMatchObject({ kind: 'impossible' });
    expect(await of('stripe.invoices.create', 'in_doubt')).toMatchObject({ kind: 'impossible' });
    expect(await of('stripe.invoices.create', 'rejected')).toMatchObject({ kind: 'nothing' });
    expect(world.fake.effects()).toHaveLength(before);
  });

  it('is what is undone already', async () => {
    const world = await start();
    const { oncely, effect } = world.process();
    const { id } = await effect((client) => client.paymentIntents.create(hold));
    await world.raw.paymentIntents.cancel(id);
    const sent = world.fake.effects().length;
    expect(await oncely.effects.compensate(slot, ann)).toMatchObject({ state: 'compensated' });
    expect(world.fake.effects()).toHaveLength(sent);
  });

  it('in another account is undone there', async () => {
    const world = await start();
    const { oncely, effect } = world.process();
    const at = { stripeAccount: 'acct_a' };
    await effect((client) => client.charges.create({ amount: 900, currency: 'usd', source: 'tok_visa' }, at));
    // Without its account the charge is not found, and that ends nothing.
    await expect(oncely.effects.compensate(slot, ann)).rejects.toMatchObject({ statusCode: 404 });
    await oncely.effects.compensate(slot, { ...ann, with: at });
    expect(world.fake.effects('refunds.create').map(({ account }) => account)).toEqual(['acct_a']);
  });
});

it('names only operations of the table', () => {
  const known = new Set(subjects.map(({ name }) => `stripe.${name}`));
  expect(compensable.filter((operation) => !known.has(operation))).toEqual([]);
});
