import type Stripe from 'stripe';

/** How an operation's effects are found again behind its key's window. */
export type Found = 'list' | 'state' | 'compare' | 'deletion' | 'none';

/** One write of the SDK, with what must be there before it. */
export interface Subject {
  /** `refunds.create`, as the adapter calls it behind `stripe.`. */
  readonly name: string;
  /** What the fake calls its effect. */
  readonly effect: string;
  readonly found: Found;
  /** What is known where it did not happen: it is sent again, or a person decides. */
  readonly absent: 'sent' | 'stopped';
  /** Makes what it needs, with a client of its own; gives the ids that the write takes. */
  readonly before: (raw: Stripe) => Promise<readonly string[]>;
  readonly write: (stripe: Stripe, ids: readonly string[]) => Promise<unknown>;
}

type Rest = Pick<Subject, 'before' | 'write'> & { readonly name: string; readonly effect: string };

const byList = (rest: Rest): Subject => ({ ...rest, found: 'list', absent: 'sent' });
const byState = (rest: Rest, absent: Subject['absent'] = 'sent'): Subject => ({ ...rest, found: 'state', absent });
const byComparing = (rest: Rest): Subject => ({ ...rest, found: 'compare', absent: 'stopped' });
const byDeletion = (rest: Rest): Subject => ({ ...rest, found: 'deletion', absent: 'sent' });
const byNobody = (rest: Rest): Subject => ({ ...rest, found: 'none', absent: 'stopped' });

const nothing = async (): Promise<readonly string[]> => [];
const aCustomer = async (raw: Stripe): Promise<string[]> => [(await raw.customers.create({ name: 'A' })).id];
const aPrice = async (raw: Stripe): Promise<string[]> => {
  const { id: product } = await raw.products.create({ name: 'Tea' });
  const recurring = { interval: 'month' } as const;
  return [(await raw.prices.create({ product, currency: 'usd', unit_amount: 500, recurring })).id];
};
const aSubscription = async (raw: Stripe): Promise<string[]> => {
  const [customer = ''] = await aCustomer(raw);
  const [price = ''] = await aPrice(raw);
  return [(await raw.subscriptions.create({ customer, items: [{ price }] })).id, price, customer];
};
const aDraft = async (raw: Stripe): Promise<string[]> => {
  const [customer = ''] = await aCustomer(raw);
  const { id } = await raw.invoices.create({ customer });
  await raw.invoiceItems.create({ customer, invoice: id, amount: 900, currency: 'usd' });
  return [id, customer];
};
const anInvoice = async (raw: Stripe): Promise<string[]> => {
  const [id = ''] = await aDraft(raw);
  await raw.invoices.finalizeInvoice(id);
  return [id];
};
const anIntent = async (raw: Stripe): Promise<string[]> => [
  (await raw.paymentIntents.create({ amount: 900, currency: 'usd', payment_method: 'pm_card_visa' })).id,
];
const aHold = async (raw: Stripe): Promise<string[]> => [
  (
    await raw.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      capture_method: 'manual',
      confirm: true,
    })
  ).id,
];
const aSetup = async (raw: Stripe): Promise<string[]> => [
  (await raw.setupIntents.create({ payment_method: 'pm_card_visa' })).id,
];
const aDestination = async (raw: Stripe): Promise<string[]> => [
  (await raw.v2.core.eventDestinations.create(destination)).id,
];
const destination = {
  name: 'Ours',
  type: 'webhook_endpoint',
  event_payload: 'thin',
  enabled_events: ['v1.billing.meter.no_meter_found'],
  webhook_endpoint: { url: 'https://example.com/hook' },
} as const satisfies Partial<Stripe.V2.Core.EventDestinationCreateParams> as unknown as Stripe.V2.Core.EventDestinationCreateParams;

/** Operations of every class and kind, with the real SDK; the charge `ch_1` must be there. */
export const subjects: readonly Subject[] = [
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
  byState({
    name: 'charges.capture',
    effect: 'charges.capture',
    before: async (raw) => [
      (await raw.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa', capture: false })).id,
    ],
    write: (stripe, [id = '']) => stripe.charges.capture(id, { amount: 600 }),
  }),
  byState({
    name: 'paymentIntents.confirm',
    effect: 'payment_intents.confirm',
    before: anIntent,
    write: (stripe, [id = '']) => stripe.paymentIntents.confirm(id),
  }),
  byState({
    name: 'paymentIntents.capture',
    effect: 'payment_intents.capture',
    before: aHold,
    write: (stripe, [id = '']) => stripe.paymentIntents.capture(id, { amount_to_capture: 800 }),
  }),
  byState({
    name: 'paymentIntents.cancel',
    effect: 'payment_intents.cancel',
    before: aHold,
    write: (stripe, [id = '']) => stripe.paymentIntents.cancel(id),
  }),
  byState({
    name: 'setupIntents.confirm',
    effect: 'setup_intents.confirm',
    before: aSetup,
    write: (stripe, [id = '']) => stripe.setupIntents.confirm(id),
  }),
  byState({
    name: 'setupIntents.cancel',
    effect: 'setup_intents.cancel',
    before: aSetup,
    write: (stripe, [id = '']) => stripe.setupIntents.cancel(id),
  }),
  byState({
    name: 'invoices.finalizeInvoice',
    effect: 'invoices.finalize',
    before: aDraft,
    write: (stripe, [id = '']) => stripe.invoices.finalizeInvoice(id),
  }),
  byState({
    name: 'invoices.pay',
    effect: 'invoices.pay',
    before: anInvoice,
    write: (stripe, [id = '']) => stripe.invoices.pay(id),
  }),
  byState({
    name: 'invoices.voidInvoice',
    effect: 'invoices.void',
    before: anInvoice,
    write: (stripe, [id = '']) => stripe.invoices.voidInvoice(id),
  }),
  byState({
    name: 'payouts.cancel',
    effect: 'payouts.cancel',
    before: async (raw) => [(await raw.payouts.create({ amount: 200, currency: 'usd' })).id],
    write: (stripe, [id = '']) => stripe.payouts.cancel(id),
  }),
  byState({
    name: 'checkout.sessions.expire',
    effect: 'checkout.sessions.expire',
    before: async (raw) => {
      const [price = ''] = await aPrice(raw);
      const line_items = [{ price, quantity: 1 }];
      return [(await raw.checkout.sessions.create({ mode: 'subscription', line_items })).id];
    },
    write: (stripe, [id = '']) => stripe.checkout.sessions.expire(id),
  }),
  byState(
    {
      name: 'v2.core.eventDestinations.disable',
      effect: 'v2.event_destinations.disable',
      before: aDestination,
      write: (stripe, [id = '']) => stripe.v2.core.eventDestinations.disable(id),
    },
    // Somebody may have enabled it again.
    'stopped',
  ),
  byComparing({
    name: 'customers.update',
    effect: 'customers.update',
    before: aCustomer,
    write: (stripe, [id = '']) => stripe.customers.update(id, { name: 'B', metadata: { tier: 'gold' } }),
  }),
  byComparing({
    name: 'subscriptions.update',
    effect: 'subscriptions.update',
    before: aSubscription,
    write: (stripe, [id = '']) => stripe.subscriptions.update(id, { cancel_at_period_end: true }),
  }),
  byComparing({
    name: 'v2.core.eventDestinations.update',
    effect: 'v2.event_destinations.update',
    before: aDestination,
    write: (stripe, [id = '']) => stripe.v2.core.eventDestinations.update(id, { name: 'Still ours' }),
  }),
  byDeletion({
    name: 'customers.del',
    effect: 'customers.delete',
    before: aCustomer,
    write: (stripe, [id = '']) => stripe.customers.del(id),
  }),
  byDeletion({
    name: 'subscriptions.cancel',
    effect: 'subscriptions.delete',
    before: aSubscription,
    write: (stripe, [id = '']) => stripe.subscriptions.cancel(id),
  }),
  byDeletion({
    name: 'products.del',
    effect: 'products.delete',
    before: async (raw) => [(await raw.products.create({ name: 'Tea' })).id],
    write: (stripe, [id = '']) => stripe.products.del(id),
  }),
  byDeletion({
    name: 'v2.core.eventDestinations.del',
    effect: 'v2.event_destinations.delete',
    before: aDestination,
    write: (stripe, [id = '']) => stripe.v2.core.eventDestinations.del(id),
  }),
  byNobody({
    name: 'files.create',
    effect: 'files.create',
    before: nothing,
    write: (stripe) =>
      stripe.files.create({
        purpose: 'dispute_evidence',
        file: { data: Buffer.from([0, 255, 13, 10]), name: 'a.pdf', type: 'application/pdf' },
      }),
  }),
  byNobody({
    name: 'invoices.sendInvoice',
    effect: 'invoices.send',
    before: anInvoice,
    write: (stripe, [id = '']) => stripe.invoices.sendInvoice(id),
  }),
  byNobody({
    name: 'billingPortal.sessions.create',
    effect: 'billing_portal.sessions.create',
    before: aCustomer,
    write: (stripe, [customer = '']) => stripe.billingPortal.sessions.create({ customer }),
  }),
];
