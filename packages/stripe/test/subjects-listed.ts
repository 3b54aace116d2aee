import { nothing, aCustomer, aPrice, aSubscription, aDraft, destination } from './preparations.ts';
import type { Subject } from './subject.ts';

type Rest = Pick<Subject, 'before' | 'write'> & { readonly name: string; readonly effect: string };

const byList = (rest: Rest): Subject => ({ ...rest, found: 'list', absent: 'sent' });

/** Writes that make what is listed with our marker in it; the charge `ch_1` must be there. */
export const listed: readonly Subject[] = [
  byList({
    name: 'refunds.create',
    effect: 'refunds.create',
    before: nothing,
    write: (stripe) => stripe.refunds.create({ charge: 'ch_1', amount: 7 }),
  }),
  byList({
    name: 'paymentIntents.create',
    effect: 'payment_intents.create',
    before: aCustomer,
    write: (stripe, [customer = '']) => stripe.paymentIntents.create({ amount: 7, currency: 'usd', customer }),
  }),
  byList({
    name: 'customers.create',
    effect: 'customers.create',
    before: nothing,
    write: (stripe) => stripe.customers.create({ email: 'a@example.com', metadata: { order: '7' } }),
  }),
  byList({
    name: 'charges.create',
    effect: 'charges.create',
    before: nothing,
    write: (stripe) => stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' }),
  }),
  byList({
    name: 'invoices.create',
    effect: 'invoices.create',
    before: aCustomer,
    write: (stripe, [customer = '']) => stripe.invoices.create({ customer }),
  }),
  byList({
    name: 'invoiceItems.create',
    effect: 'invoiceitems.create',
    before: aDraft,
    write: (stripe, [invoice = '', customer = '']) =>
      stripe.invoiceItems.create({ customer, invoice, amount: 300, currency: 'usd' }),
  }),
  byList({
    name: 'subscriptions.create',
    effect: 'subscriptions.create',
    before: async (raw) => [...(await aCustomer(raw)), ...(await aPrice(raw))],
    write: (stripe, [customer = '', price = '']) => stripe.subscriptions.create({ customer, items: [{ price }] }),
  }),
  byList({
    name: 'products.create',
    effect: 'products.create',
    before: nothing,
    write: (stripe) => stripe.products.create({ name: 'Coffee' }),
  }),
  byList({
    name: 'prices.create',
    effect: 'prices.create',
    before: async (raw) => [(await raw.products.create({ name: 'Tea' })).id],
    // One that the list hides unless it is asked for.
    write: (stripe, [product = '']) =>
      stripe.prices.create({ product, currency: 'usd', unit_amount: 700, active: false }),
  }),
  byList({
    name: 'setupIntents.create',
    effect: 'setup_intents.create',
    before: nothing,
    write: (stripe) => stripe.setupIntents.create({ payment_method: 'pm_card_visa' }),
  }),
  byList({
    name: 'transfers.create',
    effect: 'transfers.create',
    before: nothing,
    write: (stripe) => stripe.transfers.create({ amount: 300, currency: 'usd', destination: 'acct_1' }),
  }),
  byList({
    name: 'transfers.createReversal',
    effect: 'transfers.reversals.create',
    before: async (raw) => [(await raw.transfers.create({ amount: 300, currency: 'usd', destination: 'acct_1' })).id],
    write: (stripe, [id = '']) => stripe.transfers.createReversal(id, { amount: 100 }),
  }),
  byList({
    name: 'payouts.create',
    effect: 'payouts.create',
    before: nothing,
    write: (stripe) => stripe.payouts.create({ amount: 200, currency: 'usd' }),
  }),
  byList({
    name: 'payouts.reverse',
    effect: 'payouts.reverse',
    before: async (raw) => [(await raw.payouts.create({ amount: 200, currency: 'usd', method: 'instant' })).id],
    write: (stripe, [id = '']) => stripe.payouts.reverse(id),
  }),
  byList({
    name: 'paymentLinks.create',
    effect: 'payment_links.create',
    before: aPrice,
    write: (stripe, [price = '']) => stripe.paymentLinks.create({ line_items: [{ price, quantity: 1 }] }),
  }),
  byList({
    name: 'webhookEndpoints.create',
    effect: 'webhook_endpoints.create',
    before: nothing,
    write: (stripe) =>
      stripe.webhookEndpoints.create({ url: 'https://example.com/a', enabled_events: ['charge.succeeded'] }),
  }),
  byList({
    name: 'subscriptionItems.create',
    effect: 'subscription_items.create',
    before: aSubscription,
    write: (stripe, [subscription = '', price = '']) => stripe.subscriptionItems.create({ subscription, price }),
  }),
  byList({
    name: 'terminal.locations.create',
    effect: 'terminal.locations.create',
    before: nothing,
    write: (stripe) => stripe.terminal.locations.create({ display_name: 'Shop', address: { country: 'DE' } }),
  }),
  byList({
    name: 'checkout.sessions.create',
    effect: 'checkout.sessions.create',
    before: aPrice,
    write: (stripe, [price = '']) =>
      stripe.checkout.sessions.create({ mode: 'subscription', line_items: [{ price, quantity: 1 }] }),
  }),
  byList({
    name: 'v2.core.eventDestinations.create',
    effect: 'v2.event_destinations.create',
    before: nothing,
    write: (stripe) => stripe.v2.core.eventDestinations.create(destination),
  }),
];
