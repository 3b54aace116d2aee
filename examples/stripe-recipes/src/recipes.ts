import type { Effect, Oncely } from '@oncely/core';
import type Stripe from 'stripe';

/** What a recipe works with: the runtime, and the client that it gave out. */
export interface Desk {
  readonly oncely: Pick<Oncely, 'scope' | 'effect' | 'effects'>;
  readonly stripe: Stripe;
}

/** Charge: one payment for an order, however often the agent asks for it. */
export function charge({ oncely, stripe }: Desk, order: string, amount: number): Promise<Stripe.PaymentIntent> {
  return oncely.scope({ businessId: order, workflowId: 'order-desk' }, () =>
    oncely.effect('charge', () =>
      stripe.paymentIntents.create({
        amount,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        confirm: true,
      }),
    ),
  );
}

/** Refund: a part of it, once for each reason. */
export function refund(
  { oncely, stripe }: Desk,
  order: string,
  payment: string,
  amount: number,
): Promise<Stripe.Refund> {
  return oncely.scope({ businessId: order, workflowId: 'refund-desk' }, () =>
    oncely.effect('refund', { expect: 'stripe.refunds.create' }, () =>
      stripe.refunds.create({ payment_intent: payment, amount }),
    ),
  );
}

/** Invoice: four writes, each with its name; a crash between them goes on where it was. */
export function invoice(
  { oncely, stripe }: Desk,
  order: string,
  customer: string,
  amount: number,
): Promise<Stripe.Invoice> {
  return oncely.scope({ businessId: order, workflowId: 'billing-desk' }, async () => {
    const draft = await oncely.effect('draft', () =>
      stripe.invoices.create({ customer, collection_method: 'send_invoice', days_until_due: 30 }),
    );
    await oncely.effect('line', () =>
      stripe.invoiceItems.create({ customer, invoice: draft.id, amount, currency: 'usd', description: 'Tea' }),
    );
    const open = await oncely.effect('finalize', () => stripe.invoices.finalizeInvoice(draft.id));
    return oncely.effect('paid', () => stripe.invoices.pay(open.id, { paid_out_of_band: true }));
  });
}

/** Subscription: the period is part of the business id, so that next year's is another one. */
export function subscribe(
  { oncely, stripe }: Desk,
  customer: string,
  price: string,
  year: number,
): Promise<Stripe.Subscription> {
  return oncely.scope({ businessId: `${customer}_${year}`, workflowId: 'membership' }, () =>
    oncely.effect('subscribe', () =>
      stripe.subscriptions.create({
        customer,
        items: [{ price }],
        collection_method: 'send_invoice',
        days_until_due: 30,
      }),
    ),
  );
}

/** Undo: a refund where the money was taken, a cancel where it was only held; an effect of its own. */
export function undoCharge({ oncely }: Desk, order: string): Promise<Effect> {
  return oncely.effects.compensate(`${order}:order-desk:charge`, { by: 'ann', reason: 'ordered twice' });
}
