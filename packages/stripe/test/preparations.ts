import type Stripe from 'stripe';

// What must be there before a write, made by a client of its own; each gives the ids that the write takes.

export const nothing = async (): Promise<readonly string[]> => [];
export const aCustomer = async (raw: Stripe): Promise<string[]> => [(await raw.customers.create({ name: 'A' })).id];
export const aPrice = async (raw: Stripe): Promise<string[]> => {
  const { id: product } = await raw.products.create({ name: 'Tea' });
  const recurring = { interval: 'month' } as const;
  return [(await raw.prices.create({ product, currency: 'usd', unit_amount: 500, recurring })).id];
};
export const aSubscription = async (raw: Stripe): Promise<string[]> => {
  const [customer = ''] = await aCustomer(raw);
  const [price = ''] = await aPrice(raw);
  return [(await raw.subscriptions.create({ customer, items: [{ price }] })).id, price, customer];
};
export const aDraft = async (raw: Stripe): Promise<string[]> => {
  const [customer = ''] = await aCustomer(raw);
  const { id } = await raw.invoices.create({ customer });
  await raw.invoiceItems.create({ customer, invoice: id, amount: 900, currency: 'usd' });
  return [id, customer];
};
export const anInvoice = async (raw: Stripe): Promise<string[]> => {
  const [id = ''] = await aDraft(raw);
  await raw.invoices.finalizeInvoice(id);
  return [id];
};
export const anIntent = async (raw: Stripe): Promise<string[]> => [
  (await raw.paymentIntents.create({ amount: 900, currency: 'usd', payment_method: 'pm_card_visa' })).id,
];
export const aHold = async (raw: Stripe): Promise<string[]> => [
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
export const aSetup = async (raw: Stripe): Promise<string[]> => [
  (await raw.setupIntents.create({ payment_method: 'pm_card_visa' })).id,
];
export const aDestination = async (raw: Stripe): Promise<string[]> => [
  (await raw.v2.core.eventDestinations.create(destination)).id,
];
export const destination = {
  name: 'Ours',
  type: 'webhook_endpoint',
  event_payload: 'thin',
  enabled_events: ['v1.billing.meter.no_meter_found'],
  webhook_endpoint: { url: 'https://example.com/hook' },
} as const satisfies Partial<Stripe.V2.Core.EventDestinationCreateParams> as unknown as Stripe.V2.Core.EventDestinationCreateParams;
