import type { ToolResult } from '@oncely/core/tools';
import type { StripeToolName } from '@oncely/stripe/tools';
import { describe, expect, it } from 'vitest';

import { startWorld } from '../world.ts';
import { deskOver, openDesk, type Desk } from './desk.ts';

interface Prepared {
  readonly customer: string;
  readonly price: string;
  readonly invoice: string;
  readonly open: string;
  readonly held: string;
  readonly unpaid: string;
  readonly subscription: string;
}

/** What is there before the agent comes, made by the raw client. */
async function prepare({ world: { raw } }: Desk): Promise<Prepared> {
  const customer = await raw.customers.create({ email: 'ann@shop.example' });
  const product = await raw.products.create({ name: 'Tea' });
  const price = await raw.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 900,
    recurring: { interval: 'month' },
  });
  const draft = { customer: customer.id, collection_method: 'send_invoice', days_until_due: 30 } as const;
  const invoice = await raw.invoices.create(draft);
  const open = await raw.invoices.finalizeInvoice((await raw.invoices.create(draft)).id);
  const paid = { amount: 900, currency: 'usd', payment_method: 'pm_card_visa' };
  const held = await raw.paymentIntents.create({ ...paid, capture_method: 'manual', confirm: true });
  const unpaid = await raw.paymentIntents.create(paid);
  const subscription = await raw.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  return {
    customer: customer.id,
    price: price.id,
    invoice: invoice.id,
    open: open.id,
    held: held.id,
    unpaid: unpaid.id,
    subscription: subscription.id,
  };
}

const writes: readonly (readonly [StripeToolName, (there: Prepared) => object, object])[] = [
  ['stripe_refund_full', () => ({ payment: 'ch_1' }), { amount: 50_000 }],
  ['stripe_refund_partial', () => ({ payment: 'ch_1', amount: 5, currency: 'usd' }), { amount: 5 }],
  ['stripe_cancel_payment', ({ unpaid }) => ({ payment: unpaid }), { status: 'canceled' }],
  [
    'stripe_capture_payment',
    ({ held }) => ({ payment: held, amount: 700, currency: 'usd' }),
    { amount_received: 700, status: 'succeeded' },
  ],
  ['stripe_create_customer', () => ({ email: 'Bob@Shop.example' }), { email: 'bob@shop.example' }],
  ['stripe_update_customer', ({ customer }) => ({ customer, name: 'Ann' }), { name: 'Ann' }],
  [
    'stripe_create_invoice',
    ({ customer }) => ({ customer, currency: 'usd', days_until_due: 14 }),
    { status: 'draft', currency: 'usd' },
  ],
  [
    'stripe_add_invoice_line',
    ({ invoice }) => ({ invoice, line: 1, amount: 300, currency: 'usd', description: 'Tea' }),
    { amount: 300 },
  ],
  ['stripe_finalize_invoice', ({ invoice }) => ({ invoice }), { status: 'open' }],
  ['stripe_send_invoice', ({ open }) => ({ invoice: open }), { status: 'open' }],
  ['stripe_void_invoice', ({ open }) => ({ invoice: open }), { status: 'void' }],
  [
    'stripe_create_subscription',
    ({ customer, price }) => ({ customer, price, quantity: 1, days_until_due: 30 }),
    { status: 'active' },
  ],
  ['stripe_cancel_subscription', ({ subscription }) => ({ subscription, when: 'now' }), { status: 'canceled' }],
  ['stripe_create_payment_link', ({ price }) => ({ price, quantity: 2 }), { active: true }],
];

describe('each write', () => {
  it.each(writes)('%s happens once over two runs, and says what was done', async (name, inputOf, output) => {
    const desk = await openDesk();
    const there = await prepare(desk);
    const before = desk.world.fake.effects().length;
    const first = await desk.call(name, inputOf(there));
    expect(first).toMatchObject({ status: 'succeeded', output });
    expect(first.text).toMatch(/^Done at 20\S+Z: \S.*\.$/);
    const again = await deskOver(desk.world).call(name, inputOf(there), { toolCallId: 'another' });
    expect(again).toMatchObject({ status: 'already_done', output: first.output, at: first.at });
    expect(desk.world.fake.effects()).toHaveLength(before + 1);
    // Each outcome fits the schema that is published for it.
    for (const result of [first, again]) {
      expect((await desk.tools.get(name)?.outputSchema['~standard'].validate(result))?.issues).toBeUndefined();
    }
  });

  it('has its row here', () => {
    expect(writes).toHaveLength(14);
  });
});

describe('what a model words anew', () => {
  const line = { line: 1, amount: 300, currency: 'usd' };
  it('is the same line, and another amount in it is explained', async () => {
    const desk = await openDesk();
    const { invoice } = await prepare(desk);
    const add = (more: object): Promise<ToolResult> =>
      desk.call('stripe_add_invoice_line', { invoice, ...line, ...more });
    await add({ description: 'Tea' });
    expect(await add({ description: 'One packet of tea' })).toMatchObject({ status: 'already_done' });
    expect(await add({ description: 'Tea', amount: 3_000 })).toMatchObject({ reason: 'input_changed' });
    expect(await add({ description: 'Cup', line: 2 })).toMatchObject({ status: 'succeeded' });
    expect(desk.world.fake.effects('invoiceitems.create')).toHaveLength(2);
  });

  it('is the same customer by address, whatever its case and its white space', async () => {
    const desk = await openDesk();
    await desk.call('stripe_create_customer', { email: 'ann@shop.example', name: 'Ann' });
    const again = await desk.call('stripe_create_customer', { email: 'ANN@shop.example', name: 'Ann' });
    expect(again).toMatchObject({ status: 'already_done' });
    expect(desk.world.fake.effects('customers.create')).toHaveLength(1);
  });

  it('cancels a subscription in one of the two ways only', async () => {
    const desk = await openDesk();
    const { subscription } = await prepare(desk);
    await desk.call('stripe_cancel_subscription', { subscription, when: 'period_end' });
    const other = await desk.call('stripe_cancel_subscription', { subscription, when: 'now' });
    expect(other).toMatchObject({ status: 'rejected', reason: 'input_changed' });
    expect(desk.world.fake.effects('subscriptions.delete')).toHaveLength(0);
  });
});

describe('the reads', () => {
  it('tell what is there', async () => {
    const desk = deskOver(await startWorld());
    const { customer, invoice } = await prepare(desk);
    expect(await desk.call('stripe_find_customers', { email: 'ann@shop.example' })).toMatchObject({
      output: { found: [{ id: customer }] },
    });
    expect(await desk.call('stripe_get_invoice', { invoice })).toMatchObject({ output: { status: 'draft' } });
    expect(await desk.call('stripe_list_subscriptions', { customer })).toMatchObject({
      output: { found: [{ status: 'active' }] },
    });
    expect(await desk.call('stripe_list_payments', { customer })).toMatchObject({ output: { found: [] } });
    expect(await desk.call('stripe_list_refunds', { payment: 'pi_1' })).toMatchObject({ output: { found: [] } });
    expect(await desk.call('stripe_get_invoice', { invoice: 'in_none' })).toMatchObject({ status: 'rejected' });
  });
});
