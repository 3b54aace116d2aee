import {
  nothing,
  aCustomer,
  aPrice,
  aSubscription,
  aDraft,
  anInvoice,
  anIntent,
  aHold,
  aSetup,
  aDestination,
} from './preparations.ts';
import type { Subject } from './subject.ts';
import { listed } from './subjects-listed.ts';

type Rest = Pick<Subject, 'before' | 'write'> & { readonly name: string; readonly effect: string };

const byState = (rest: Rest, absent: Subject['absent'] = 'sent'): Subject => ({ ...rest, found: 'state', absent });
const byComparing = (rest: Rest): Subject => ({ ...rest, found: 'compare', absent: 'stopped' });
const byDeletion = (rest: Rest): Subject => ({ ...rest, found: 'deletion', absent: 'sent' });
const byNobody = (rest: Rest): Subject => ({ ...rest, found: 'none', absent: 'stopped' });

/** Operations of every class and kind, with the real SDK; the charge `ch_1` must be there. */
export const subjects: readonly Subject[] = [
  ...listed,
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
