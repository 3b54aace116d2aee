import type { StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

/** An answer of the fake, and what Stripe's types call it. */
export interface Shown {
  readonly operation: string;
  readonly type: string;
  readonly answer: unknown;
}

const list = (type: string): string => `Stripe.ApiList<${type}>`;

/** Calls everything that the fake can do once, through the SDK, and keeps what it answers. */
export async function tour(fake: StripeFake): Promise<readonly Shown[]> {
  const { host, port } = fake;
  const stripe = new Stripe('sk_test_tour', { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 });
  const shown: Shown[] = [];
  const show = async <T>(operation: string, type: string, answer: Promise<T>): Promise<T> => {
    const value = await answer;
    shown.push({ operation, type, answer: value });
    return value;
  };
  const refuse = (operation: string, answer: Promise<unknown>): Promise<unknown> =>
    answer.then(
      () => {
        throw new Error(`${operation} was to be refused`);
      },
      (error: Stripe.errors.StripeError) => shown.push({ operation, type: 'Stripe.StripeRawError', answer: error.raw }),
    );

  const clock = await show(
    'test_helpers.test_clocks.create',
    'Stripe.TestHelpers.TestClock',
    stripe.testHelpers.testClocks.create({ frozen_time: 1_700_000_000 }),
  );
  const customer = await show(
    'customers.create',
    'Stripe.Customer',
    stripe.customers.create({ email: 'ada@example.com', metadata: { a: '1' }, test_clock: clock.id }),
  );
  const { id } = customer;
  await show('customers.update', 'Stripe.Customer', stripe.customers.update(id, { name: 'Ada' }));
  await show('customers.retrieve', 'Stripe.Customer | Stripe.DeletedCustomer', stripe.customers.retrieve(id));
  await show('customers.list', list('Stripe.Customer'), stripe.customers.list({ test_clock: clock.id }));

  await catalog(stripe, show, id);
  await payments(stripe, show, refuse, id);
  await invoices(stripe, show, id);
  await transfers(stripe, show);
  await pages(stripe, show, id);
  await show('customers.delete', 'Stripe.DeletedCustomer', stripe.customers.del(id));
  const clocks = stripe.testHelpers.testClocks;
  await show('test_helpers.test_clocks.retrieve', 'Stripe.TestHelpers.TestClock', clocks.retrieve(clock.id));
  await show('test_helpers.test_clocks.list', list('Stripe.TestHelpers.TestClock'), clocks.list());
  await show('test_helpers.test_clocks.delete', 'Stripe.TestHelpers.DeletedTestClock', clocks.del(clock.id));
  return shown;
}

type Show = <T>(operation: string, type: string, answer: Promise<T>) => Promise<T>;

async function catalog(stripe: Stripe, show: Show, customer: string): Promise<void> {
  const product = await show('products.create', 'Stripe.Product', stripe.products.create({ name: 'Tea' }));
  await show('products.update', 'Stripe.Product', stripe.products.update(product.id, { description: 'Green' }));
  await show('products.retrieve', 'Stripe.Product', stripe.products.retrieve(product.id));
  await show('products.list', list('Stripe.Product'), stripe.products.list({ active: true }));
  const price = await show(
    'prices.create',
    'Stripe.Price',
    stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 500,
      recurring: { interval: 'month' },
    }),
  );
  await show('prices.update', 'Stripe.Price', stripe.prices.update(price.id, { nickname: 'monthly' }));
  await show('prices.retrieve', 'Stripe.Price', stripe.prices.retrieve(price.id));
  await show('prices.list', list('Stripe.Price'), stripe.prices.list({ product: product.id }));
  const location = await show(
    'terminal.locations.create',
    'Stripe.Terminal.Location',
    stripe.terminal.locations.create({ display_name: 'Shop', address: { country: 'DE', line1: 'Weg 1' } }),
  );
  const { locations } = stripe.terminal;
  await show(
    'terminal.locations.update',
    'Stripe.Terminal.Location | Stripe.Terminal.DeletedLocation',
    locations.update(location.id, { display_name: 'Kiosk' }),
  );
  await show(
    'terminal.locations.retrieve',
    'Stripe.Terminal.Location | Stripe.Terminal.DeletedLocation',
    locations.retrieve(location.id),
  );
  await show('terminal.locations.list', list('Stripe.Terminal.Location'), locations.list());
  await show('terminal.locations.delete', 'Stripe.Terminal.DeletedLocation', locations.del(location.id));

  const subscription = await show(
    'subscriptions.create',
    'Stripe.Subscription',
    stripe.subscriptions.create({ customer, items: [{ price: price.id }] }),
  );
  const { subscriptions, subscriptionItems } = stripe;
  await show(
    'subscriptions.update',
    'Stripe.Subscription',
    subscriptions.update(subscription.id, { cancel_at_period_end: true }),
  );
  await show('subscriptions.retrieve', 'Stripe.Subscription', subscriptions.retrieve(subscription.id));
  await show('subscriptions.list', list('Stripe.Subscription'), subscriptions.list({ customer }));
  const item = await show(
    'subscription_items.create',
    'Stripe.SubscriptionItem',
    subscriptionItems.create({ subscription: subscription.id, price: price.id }),
  );
  await show('subscription_items.retrieve', 'Stripe.SubscriptionItem', subscriptionItems.retrieve(item.id));
  await show(
    'subscription_items.list',
    list('Stripe.SubscriptionItem'),
    subscriptionItems.list({ subscription: subscription.id }),
  );
  await show('subscription_items.delete', 'Stripe.DeletedSubscriptionItem', subscriptionItems.del(item.id));
  await show('subscriptions.delete', 'Stripe.Subscription', subscriptions.cancel(subscription.id));

  const link = await show(
    'payment_links.create',
    'Stripe.PaymentLink',
    stripe.paymentLinks.create({ line_items: [{ price: price.id, quantity: 1 }] }),
  );
  await show('payment_links.update', 'Stripe.PaymentLink', stripe.paymentLinks.update(link.id, { active: false }));
  await show('payment_links.retrieve', 'Stripe.PaymentLink', stripe.paymentLinks.retrieve(link.id));
  await show('payment_links.list', list('Stripe.PaymentLink'), stripe.paymentLinks.list());
  const { sessions } = stripe.checkout;
  const session = await show(
    'checkout.sessions.create',
    'Stripe.Checkout.Session',
    sessions.create({ mode: 'payment', customer, line_items: [{ price: price.id, quantity: 1 }] }),
  );
  await show('checkout.sessions.retrieve', 'Stripe.Checkout.Session', sessions.retrieve(session.id));
  await show('checkout.sessions.list', list('Stripe.Checkout.Session'), sessions.list({ customer }));
  await show('checkout.sessions.expire', 'Stripe.Checkout.Session', sessions.expire(session.id));
  await show('products.delete', 'Stripe.DeletedProduct', stripe.products.del(product.id));
}

async function payments(
  stripe: Stripe,
  show: Show,
  refuse: (operation: string, answer: Promise<unknown>) => Promise<unknown>,
  customer: string,
): Promise<void> {
  const { paymentIntents, setupIntents, charges, refunds } = stripe;
  const held = await show(
    'payment_intents.create',
    'Stripe.PaymentIntent',
    paymentIntents.create({ amount: 900, currency: 'usd', customer, capture_method: 'manual' }),
  );
  await show('payment_intents.update', 'Stripe.PaymentIntent', paymentIntents.update(held.id, { description: 'x' }));
  const confirmed = { payment_method: 'pm_card_visa' };
  await show('payment_intents.confirm', 'Stripe.PaymentIntent', paymentIntents.confirm(held.id, confirmed));
  await show('payment_intents.capture', 'Stripe.PaymentIntent', paymentIntents.capture(held.id));
  await show('payment_intents.retrieve', 'Stripe.PaymentIntent', paymentIntents.retrieve(held.id));
  await show('payment_intents.list', list('Stripe.PaymentIntent'), paymentIntents.list({ customer }));
  const { id } = await paymentIntents.create({ amount: 1, currency: 'usd' });
  await show('payment_intents.cancel', 'Stripe.PaymentIntent', paymentIntents.cancel(id));
  await refuse(
    'payment_intents.create',
    paymentIntents.create({ amount: 1, currency: 'usd', confirm: true, payment_method: 'pm_card_chargeDeclined' }),
  );
  const charge = await show(
    'charges.create',
    'Stripe.Charge',
    charges.create({ amount: 700, currency: 'usd', source: 'tok_visa', capture: false }),
  );
  await show('charges.update', 'Stripe.Charge', charges.update(charge.id, { description: 'x' }));
  await show('charges.capture', 'Stripe.Charge', charges.capture(charge.id));
  await show('charges.retrieve', 'Stripe.Charge', charges.retrieve(charge.id));
  await show('charges.list', list('Stripe.Charge'), charges.list());
  const refund = await show('refunds.create', 'Stripe.Refund', refunds.create({ charge: charge.id, amount: 7 }));
  await show('refunds.update', 'Stripe.Refund', refunds.update(refund.id, { metadata: { a: '1' } }));
  await show('refunds.retrieve', 'Stripe.Refund', refunds.retrieve(refund.id));
  await show('refunds.list', list('Stripe.Refund'), refunds.list({ charge: charge.id }));
  await show('refunds.cancel', 'Stripe.Refund', refunds.cancel(refund.id));

  const setup = await show('setup_intents.create', 'Stripe.SetupIntent', setupIntents.create({ customer }));
  await show('setup_intents.update', 'Stripe.SetupIntent', setupIntents.update(setup.id, { description: 'x' }));
  await show('setup_intents.confirm', 'Stripe.SetupIntent', setupIntents.confirm(setup.id, confirmed));
  await show('setup_intents.retrieve', 'Stripe.SetupIntent', setupIntents.retrieve(setup.id));
  await show('setup_intents.list', list('Stripe.SetupIntent'), setupIntents.list({ customer }));
  const other = await setupIntents.create();
  await show('setup_intents.cancel', 'Stripe.SetupIntent', setupIntents.cancel(other.id));
}

async function invoices(stripe: Stripe, show: Show, customer: string): Promise<void> {
  const invoice = await show('invoices.create', 'Stripe.Invoice', stripe.invoices.create({ customer }));
  const { id } = invoice;
  const item = await show(
    'invoiceitems.create',
    'Stripe.InvoiceItem',
    stripe.invoiceItems.create({ customer, invoice: id, amount: 1200, currency: 'usd' }),
  );
  await show('invoiceitems.update', 'Stripe.InvoiceItem', stripe.invoiceItems.update(item.id, { description: 'x' }));
  await show('invoiceitems.retrieve', 'Stripe.InvoiceItem', stripe.invoiceItems.retrieve(item.id));
  await show('invoiceitems.list', list('Stripe.InvoiceItem'), stripe.invoiceItems.list({ customer }));
  await show('invoices.update', 'Stripe.Invoice', stripe.invoices.update(id, { description: 'x' }));
  await show('invoices.finalize', 'Stripe.Invoice', stripe.invoices.finalizeInvoice(id));
  await show('invoices.send', 'Stripe.Invoice', stripe.invoices.sendInvoice(id));
  await show('invoices.mark_uncollectible', 'Stripe.Invoice', stripe.invoices.markUncollectible(id));
  await show('invoices.pay', 'Stripe.Invoice', stripe.invoices.pay(id));
  await show('invoices.retrieve', 'Stripe.Invoice', stripe.invoices.retrieve(id));
  await show('invoices.list', list('Stripe.Invoice'), stripe.invoices.list({ customer }));
  const wrong = await stripe.invoices.create({ customer });
  await stripe.invoices.finalizeInvoice(wrong.id);
  await show('invoices.void', 'Stripe.Invoice', stripe.invoices.voidInvoice(wrong.id));
  const draft = await stripe.invoices.create({ customer });
  await show('invoices.delete', 'Stripe.DeletedInvoice', stripe.invoices.del(draft.id));
  await show('invoiceitems.delete', 'Stripe.DeletedInvoiceItem', stripe.invoiceItems.del(item.id));
}

async function transfers(stripe: Stripe, show: Show): Promise<void> {
  const { id } = await show(
    'transfers.create',
    'Stripe.Transfer',
    stripe.transfers.create({ amount: 300, currency: 'usd', destination: 'acct_1' }),
  );
  await show('transfers.update', 'Stripe.Transfer', stripe.transfers.update(id, { description: 'x' }));
  await show('transfers.retrieve', 'Stripe.Transfer', stripe.transfers.retrieve(id));
  await show('transfers.list', list('Stripe.Transfer'), stripe.transfers.list());
  const reversal = stripe.transfers.createReversal(id, { amount: 100 });
  await show('transfers.reversals.create', 'Stripe.TransferReversal', reversal);
  await show('transfers.reversals.list', list('Stripe.TransferReversal'), stripe.transfers.listReversals(id));
  const payout = await show(
    'payouts.create',
    'Stripe.Payout',
    stripe.payouts.create({ amount: 200, currency: 'usd', metadata: { a: '1' } }),
  );
  await show('payouts.update', 'Stripe.Payout', stripe.payouts.update(payout.id, { metadata: { b: '2' } }));
  await show('payouts.retrieve', 'Stripe.Payout', stripe.payouts.retrieve(payout.id));
  await show('payouts.list', list('Stripe.Payout'), stripe.payouts.list());
  await show('payouts.cancel', 'Stripe.Payout', stripe.payouts.cancel(payout.id));
  const paid = await stripe.payouts.create({ amount: 200, currency: 'usd', method: 'instant' });
  await show('payouts.reverse', 'Stripe.Payout', stripe.payouts.reverse(paid.id));
}

async function pages(stripe: Stripe, show: Show, customer: string): Promise<void> {
  const file = await show(
    'files.create',
    'Stripe.File',
    stripe.files.create({
      purpose: 'dispute_evidence',
      file: { data: Buffer.from('some evidence'), name: 'a.pdf', type: 'application/pdf' },
    }),
  );
  await show('files.retrieve', 'Stripe.File', stripe.files.retrieve(file.id));
  await show('files.list', list('Stripe.File'), stripe.files.list({ purpose: 'dispute_evidence' }));
  const link = stripe.accountLinks.create({ account: 'acct_1', type: 'account_onboarding' });
  await show('account_links.create', 'Stripe.AccountLink', link);
  const portal = stripe.billingPortal.sessions.create({ customer });
  await show('billing_portal.sessions.create', 'Stripe.BillingPortal.Session', portal);
  const { webhookEndpoints } = stripe;
  const endpoint = await show(
    'webhook_endpoints.create',
    'Stripe.WebhookEndpoint',
    webhookEndpoints.create({ url: 'https://example.com/hook', enabled_events: ['charge.succeeded'] }),
  );
  const url = 'https://example.com/other';
  await show('webhook_endpoints.update', 'Stripe.WebhookEndpoint', webhookEndpoints.update(endpoint.id, { url }));
  await show('webhook_endpoints.retrieve', 'Stripe.WebhookEndpoint', webhookEndpoints.retrieve(endpoint.id));
  await show('webhook_endpoints.list', list('Stripe.WebhookEndpoint'), webhookEndpoints.list());
  await show('webhook_endpoints.delete', 'Stripe.DeletedWebhookEndpoint', webhookEndpoints.del(endpoint.id));

  const { eventDestinations } = stripe.v2.core;
  const type = 'Stripe.V2.Core.EventDestination';
  const { id } = await show(
    'v2.event_destinations.create',
    type,
    eventDestinations.create({
      name: 'Ours',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['v1.billing.meter.error_report_triggered'],
      webhook_endpoint: { url },
    }),
  );
  await show('v2.event_destinations.update', type, eventDestinations.update(id, { name: 'Still ours' }));
  await show('v2.event_destinations.disable', type, eventDestinations.disable(id));
  await show('v2.event_destinations.enable', type, eventDestinations.enable(id));
  await show('v2.event_destinations.retrieve', type, eventDestinations.retrieve(id));
  const page = eventDestinations.list().then(({ data }) => data);
  await show('v2.event_destinations.list', `${type}[]`, page);
  await show('v2.event_destinations.delete', 'Stripe.V2.DeletedObject', eventDestinations.del(id));
}
