import { customerParam } from './stripe-charges.ts';
import { priceOf } from './stripe-catalog.ts';
import { clockOf, createdBy } from './stripe-clocks.ts';
import { missingParam, resourceMissing } from './stripe-failure.ts';
import { isList, type FormRecord } from './stripe-form.ts';
import type { StripeCall, StripeRecord, StripeRoute } from './stripe-objects.ts';
import { integer, metadata, requiredText, text } from './stripe-params.ts';
import { recordOf, recordsOf, resourceRoutes } from './stripe-resource.ts';
import { invoiceItemShape, planShape, subscriptionItemShape, subscriptionShape } from './stripe-shapes.ts';

const month = 30 * 86_400;

/** Subscriptions, their items, and items that wait for an invoice. */
export const subscriptionRoutes: readonly StripeRoute[] = [
  ...resourceRoutes({
    path: 'subscriptions',
    called: 'subscription',
    filters: ['customer', 'collection_method', 'status'],
    // Without a status the list is of those that are not cancelled, and without a customer of those on no clock.
    hides: (subscription, { params }) =>
      (params['status'] === undefined && subscription['status'] === 'canceled') ||
      (params['customer'] === undefined && subscription['test_clock'] !== null),
    sets: { texts: ['description', 'default_payment_method'], flags: ['cancel_at_period_end'] },
    removes(subscription, call) {
      if (subscription['status'] === 'canceled') throw resourceMissing('subscription', subscription.id);
      Object.assign(subscription, { status: 'canceled', canceled_at: call.created, ended_at: call.created });
    },
    create(call) {
      const { params } = call;
      const customer = customerParam(call);
      if (customer === null) throw missingParam('customer');
      const given = params['items'];
      if (given === undefined || !isList(given)) throw missingParam('items');
      const prices = given.map((item, index) => {
        const id = (item as FormRecord)['price'];
        if (typeof id !== 'string') throw missingParam(`items[${index}][price]`);
        return priceOf(call, id, `items[${index}][price]`);
      });
      const kept = metadata(params);
      const clock = clockOf(call, customer);
      const at = createdBy(call, clock);
      return () => {
        const id = call.newId('sub');
        const items = prices.map((price) => addItem(call, id, price, at));
        return {
          ...subscriptionShape,
          id,
          object: 'subscription',
          billing_cycle_anchor: at,
          collection_method: text(params, 'collection_method') ?? 'charge_automatically',
          created: at,
          currency: prices[0]?.['currency'] ?? 'usd',
          customer,
          description: text(params, 'description') ?? null,
          items: { object: 'list', data: items, has_more: false, url: `/v1/subscription_items?subscription=${id}` },
          livemode: call.livemode,
          metadata: kept,
          start_date: at,
          status: 'active',
          test_clock: clock,
        };
      };
    },
  }),
  ...resourceRoutes({
    path: 'subscription_items',
    called: 'subscription item',
    filters: ['subscription'],
    needs: 'subscription',
    removes: 'deleted',
    create(call) {
      const subscription = recordOf(
        call,
        'subscriptions',
        'subscription',
        requiredText(call.params, 'subscription'),
        'subscription',
      );
      const price = priceOf(call, requiredText(call.params, 'price'), 'price');
      const kept = metadata(call.params);
      return () => ({ ...addItem(call, subscription.id, price, call.created), metadata: kept });
    },
  }),
  ...resourceRoutes({
    path: 'invoiceitems',
    called: 'invoice item',
    filters: ['customer', 'invoice', 'pending'],
    sets: { texts: ['description'] },
    removes: 'deleted',
    create(call) {
      const { params } = call;
      const customer = customerParam(call);
      if (customer === null) throw missingParam('customer');
      const value = integer(params, 'amount');
      if (value === undefined) throw missingParam('amount');
      const invoiceId = text(params, 'invoice') ?? null;
      const invoice = invoiceId === null ? undefined : call.state.invoices.get(invoiceId);
      if (invoiceId !== null && invoice?.status !== 'draft') throw resourceMissing('invoice', invoiceId, 'invoice');
      const kept = metadata(params);
      const clock = clockOf(call, customer);
      const at = createdBy(call, clock);
      return () => {
        if (invoice) {
          for (const field of ['amount_due', 'amount_remaining', 'subtotal', 'total'] as const) invoice[field] += value;
        }
        return {
          ...invoiceItemShape,
          id: call.newId('ii'),
          object: 'invoiceitem',
          amount: value,
          currency: text(params, 'currency') ?? 'usd',
          customer,
          date: at,
          description: text(params, 'description') ?? null,
          invoice: invoiceId,
          livemode: call.livemode,
          metadata: kept,
          period: { start: at, end: at },
          quantity: 1,
          quantity_decimal: '1',
          test_clock: clock,
        };
      };
    },
  }),
];

function addItem(call: StripeCall, subscription: string, price: StripeRecord, at: number): StripeRecord {
  const recurring = price['recurring'] as { interval: string; interval_count: number } | null;
  const item: StripeRecord = {
    ...subscriptionItemShape,
    id: call.newId('si'),
    object: 'subscription_item',
    created: at,
    current_period_end: at + month,
    current_period_start: at,
    metadata: {},
    plan: {
      ...planShape,
      id: price.id,
      object: 'plan',
      amount: price['unit_amount'],
      amount_decimal: price['unit_amount_decimal'],
      created: price.created,
      currency: price['currency'],
      interval: recurring?.interval ?? 'month',
      interval_count: recurring?.interval_count ?? 1,
      livemode: call.livemode,
      metadata: {},
      product: price['product'],
    },
    price,
    quantity: 1,
    subscription,
  };
  recordsOf(call, 'subscription_items').set(item.id, item);
  return item;
}
