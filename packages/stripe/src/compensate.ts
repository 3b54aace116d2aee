import type { Compensation as CoreCompensation, CompensationTarget, Effect } from '@oncely/core';

import type { StripeLike } from './reader.ts';

/** How what an effect did is undone, as the state of its object says now. */
export type Compensation =
  /** By this write, which is an effect of its own. */
  | {
      readonly kind: 'write';
      /** `stripe.refunds.create`. */
      readonly operation: string;
      readonly method: 'POST' | 'DELETE';
      readonly path: string;
      readonly parameters?: Readonly<Record<string, unknown>>;
    }
  /** It is undone, or there is nothing to undo. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** Stripe has no way, or not in this state: for a person. */
  | { readonly kind: 'impossible'; readonly why: string };

/** Options of the calls: the connected account or context that the effect was made in. */
export interface CompensationOptions {
  readonly stripeAccount?: string;
  readonly stripeContext?: string;
}

type Plan = (id: string, state: Readonly<Record<string, unknown>>) => Compensation;

const post = (operation: string, path: string, parameters?: Record<string, unknown>): Compensation => ({
  kind: 'write',
  operation: `stripe.${operation}`,
  method: 'POST',
  path,
  ...(parameters === undefined ? {} : { parameters }),
});
const remove = (operation: string, path: string): Compensation => ({
  kind: 'write',
  operation: `stripe.${operation}`,
  method: 'DELETE',
  path,
});
const nothing = (why: string): Compensation => ({ kind: 'nothing', why });
const impossible = (why: string): Compensation => ({ kind: 'impossible', why });

/** Money that was taken is refunded, what was only held or begun is cancelled. */
const plans: Readonly<Record<string, { readonly collection: string; readonly plan: Plan }>> = {
  charge: {
    collection: '/v1/charges',
    plan: (id, { refunded }) =>
      refunded === true ? nothing('the charge is refunded') : post('refunds.create', '/v1/refunds', { charge: id }),
  },
  paymentIntent: {
    collection: '/v1/payment_intents',
    plan(id, { status, latest_charge: charge }) {
      if (status === 'canceled') return nothing('the payment intent is cancelled');
      if (status === 'processing') return impossible('the payment is still processing: try again once it is not');
      if (status !== 'succeeded') return post('paymentIntents.cancel', `/v1/payment_intents/${id}/cancel`);
      return typeof charge === 'object' && charge !== null && (charge as { refunded?: unknown }).refunded === true
        ? nothing('the payment is refunded')
        : post('refunds.create', '/v1/refunds', { payment_intent: id });
    },
  },
  setupIntent: {
    collection: '/v1/setup_intents',
    plan(id, { status }) {
      if (status === 'canceled') return nothing('the setup intent is cancelled');
      if (status === 'succeeded') return impossible('the payment method is set up: detach it where it is not wanted');
      return post('setupIntents.cancel', `/v1/setup_intents/${id}/cancel`);
    },
  },
  invoice: {
    collection: '/v1/invoices',
    plan(id, { status }) {
      if (status === 'void') return nothing('the invoice is void');
      if (status === 'paid') return impossible('the invoice is paid: refund its payment or write a credit note');
      if (status === 'draft') return remove('invoices.del', `/v1/invoices/${id}`);
      return post('invoices.voidInvoice', `/v1/invoices/${id}/void`);
    },
  },
  subscription: {
    collection: '/v1/subscriptions',
    plan: (id, { status }) =>
      status === 'canceled'
        ? nothing('the subscription is cancelled')
        : remove('subscriptions.cancel', `/v1/subscriptions/${id}`),
  },
};

const objects: Readonly<Record<string, keyof typeof plans>> = {
  'stripe.charges.create': 'charge',
  'stripe.charges.capture': 'charge',
  'stripe.paymentIntents.create': 'paymentIntent',
  'stripe.paymentIntents.confirm': 'paymentIntent',
  'stripe.paymentIntents.capture': 'paymentIntent',
  'stripe.setupIntents.create': 'setupIntent',
  'stripe.invoices.create': 'invoice',
  'stripe.invoices.finalizeInvoice': 'invoice',
  'stripe.invoices.sendInvoice': 'invoice',
  'stripe.subscriptions.create': 'subscription',
};

/** The operations that can be undone. */
export const compensable: readonly string[] = Object.keys(objects);

/**
 * Reads what an effect made and says what undoes it: a refund for a charge or a payment, a void for an invoice, a
 * cancel for a subscription or an intent. Nothing is written.
 */
export async function compensationOf(
  stripe: StripeLike,
  effect: Pick<Effect, 'operation' | 'state' | 'vendorId'>,
  options: CompensationOptions = {},
): Promise<Compensation> {
  const { operation, state, vendorId } = effect;
  const kind = objects[operation];
  const known = kind === undefined ? undefined : plans[kind];
  if (!known) return impossible(`${operation} has no compensation`);
  if (state === 'in_doubt' || state === 'executing' || state === 'stopped') {
    return impossible(`whether it happened is not known yet (${state}): settle that first`);
  }
  if (state !== 'succeeded') return nothing(`it did not happen (${state})`);
  if (vendorId === undefined) return impossible('the ledger does not know what it made');
  const id = encodeURIComponent(vendorId);
  const query = kind === 'paymentIntent' ? '?expand[]=latest_charge' : '';
  const held = await stripe.rawRequest('GET', `${known.collection}/${id}${query}`, undefined, { ...options });
  return known.plan(vendorId, held as Readonly<Record<string, unknown>>);
}

/**
 * How core takes an effect back: read and planned through `own`, written through `client`, which is under the ledger.
 * What was begun is brought to its end, and never planned anew.
 */
export async function planCompensation(
  own: StripeLike,
  client: StripeLike,
  target: CompensationTarget,
): Promise<CoreCompensation> {
  const { operation, vendorId, begun } = target;
  const options = (target.options ?? {}) as CompensationOptions;
  const effect = { operation, state: 'succeeded', ...(vendorId === undefined ? {} : { vendorId }) } as const;
  const plan = begun === undefined ? await compensationOf(own, effect, options) : plannedBefore(begun, effect);
  if (plan.kind !== 'write') return plan;
  const { method, path, parameters } = plan;
  return {
    kind: 'write',
    operation: plan.operation,
    run: () => client.rawRequest(method, path, method === 'POST' ? { ...parameters } : undefined, { ...options }),
  };
}

/** The write that was begun before, whatever the state of the object says by now: it may say so because of it. */
function plannedBefore(
  operation: string,
  { operation: of, vendorId = '' }: Pick<Effect, 'operation' | 'vendorId'>,
): Compensation {
  const kind = objects[of];
  const plan = kind === undefined ? undefined : plans[kind]?.plan;
  const states = ['succeeded', 'requires_capture', 'draft', 'open', 'active'];
  const same = states
    .map((status) => plan?.(vendorId, { status }))
    .find((each) => each?.kind === 'write' && each.operation === operation);
  return same ?? impossible(`it was begun as ${operation}`);
}
