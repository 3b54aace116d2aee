import type Stripe from 'stripe';

import type { CrashOperation } from './operation.ts';

const customer = async (raw: Stripe): Promise<string> => (await raw.customers.create({ email: 'ada@example.com' })).id;

const card = { currency: 'usd', amount: 900, confirm: true, payment_method: 'pm_card_visa' } as const;

const finalInvoice = async (raw: Stripe): Promise<string> => {
  const { id } = await raw.invoices.create({ customer: await customer(raw) });
  await raw.invoices.finalizeInvoice(id);
  return id;
};

const price = async (raw: Stripe): Promise<string> => {
  const product = await raw.products.create({ name: 'Tea' });
  const recurring = { interval: 'month' } as const;
  return (await raw.prices.create({ product: product.id, currency: 'usd', unit_amount: 500, recurring })).id;
};

const destination: Stripe.V2.Core.EventDestinationCreateParams = {
  name: 'Ours',
  type: 'webhook_endpoint',
  event_payload: 'thin',
  enabled_events: ['v1.billing.meter.error_report_triggered'],
  webhook_endpoint: { url: 'https://example.com/hook' },
};

/** Keyed for a day and for thirty, deletions that have no key, with and without metadata, a body of bytes. */
export const stripeOperations: readonly CrashOperation<Stripe>[] = [
  {
    name: 'charges.create',
    effect: 'charges.create',
    write: async (stripe) => (await stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' })).id,
  },
  {
    name: 'charges.capture',
    effect: 'charges.capture',
    prepare: async (raw) =>
      (await raw.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa', capture: false })).id,
    write: async (stripe, charge) => (await stripe.charges.capture(charge)).id,
  },
  {
    name: 'refunds.create',
    effect: 'refunds.create',
    prepare: async (raw) => (await raw.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' })).id,
    write: async (stripe, charge) => (await stripe.refunds.create({ charge, amount: 100 })).id,
  },
  {
    name: 'paymentIntents.create',
    effect: 'payment_intents.create',
    write: async (stripe) => (await stripe.paymentIntents.create({ amount: 900, currency: 'usd' })).id,
  },
  {
    name: 'paymentIntents.capture',
    effect: 'payment_intents.capture',
    prepare: async (raw) => (await raw.paymentIntents.create({ ...card, capture_method: 'manual' })).id,
    write: async (stripe, intent) => (await stripe.paymentIntents.capture(intent)).id,
  },
  {
    name: 'paymentIntents.cancel',
    effect: 'payment_intents.cancel',
    prepare: async (raw) => (await raw.paymentIntents.create({ amount: 1, currency: 'usd' })).id,
    write: async (stripe, intent) => (await stripe.paymentIntents.cancel(intent)).id,
  },
  {
    name: 'customers.create',
    effect: 'customers.create',
    write: async (stripe) => (await stripe.customers.create({ name: 'Grace' })).id,
  },
  {
    name: 'customers.update',
    effect: 'customers.update',
    prepare: customer,
    write: async (stripe, id) => (await stripe.customers.update(id, { name: 'Ada' })).id,
  },
  {
    name: 'customers.del',
    effect: 'customers.delete',
    prepare: customer,
    write: async (stripe, id) => (await stripe.customers.del(id)).id,
  },
  {
    name: 'invoices.create',
    effect: 'invoices.create',
    prepare: customer,
    write: async (stripe, id) => (await stripe.invoices.create({ customer: id })).id,
  },
  {
    name: 'invoices.finalizeInvoice',
    effect: 'invoices.finalize',
    prepare: async (raw) => (await raw.invoices.create({ customer: await customer(raw) })).id,
    write: async (stripe, invoice) => (await stripe.invoices.finalizeInvoice(invoice)).id,
  },
  {
    name: 'invoices.voidInvoice',
    effect: 'invoices.void',
    prepare: finalInvoice,
    write: async (stripe, invoice) => (await stripe.invoices.voidInvoice(invoice)).id,
  },
  {
    name: 'invoiceItems.create',
    effect: 'invoiceitems.create',
    prepare: customer,
    write: async (stripe, id) => (await stripe.invoiceItems.create({ customer: id, amount: 1200, currency: 'usd' })).id,
  },
  {
    name: 'subscriptions.create',
    effect: 'subscriptions.create',
    prepare: async (raw) => `${await customer(raw)} ${await price(raw)}`,
    write: async (stripe, subject) => {
      const [id = '', item = ''] = subject.split(' ');
      return (await stripe.subscriptions.create({ customer: id, items: [{ price: item }] })).id;
    },
  },
  {
    name: 'subscriptions.cancel',
    effect: 'subscriptions.delete',
    prepare: async (raw) =>
      (await raw.subscriptions.create({ customer: await customer(raw), items: [{ price: await price(raw) }] })).id,
    write: async (stripe, subscription) => (await stripe.subscriptions.cancel(subscription)).id,
  },
  {
    name: 'paymentLinks.create',
    effect: 'payment_links.create',
    prepare: price,
    write: async (stripe, item) =>
      (await stripe.paymentLinks.create({ line_items: [{ price: item, quantity: 1 }] })).id,
  },
  {
    name: 'transfers.create',
    effect: 'transfers.create',
    write: async (stripe) =>
      (await stripe.transfers.create({ amount: 300, currency: 'usd', destination: 'acct_1' })).id,
  },
  {
    name: 'files.create',
    effect: 'files.create',
    write: async (stripe) => {
      const file = { data: Buffer.from('some evidence'), name: 'a.pdf', type: 'application/pdf' };
      return (await stripe.files.create({ purpose: 'dispute_evidence', file })).id;
    },
  },
  {
    name: 'v2.core.eventDestinations.create',
    effect: 'v2.event_destinations.create',
    write: async (stripe) =>
      (
        await stripe.v2.core.eventDestinations.create({
          ...destination,
          enabled_events: [...destination.enabled_events],
        })
      ).id,
  },
  {
    name: 'v2.core.eventDestinations.del',
    effect: 'v2.event_destinations.delete',
    prepare: async (raw) => (await raw.v2.core.eventDestinations.create(destination)).id,
    write: async (stripe, id) => (await stripe.v2.core.eventDestinations.del(id)).id,
  },
];
