import { addCharge, capture, customerParam, declineCodeOf } from './stripe-charges.ts';
import { cardDeclined, invalidParam, refused, resourceMissing } from './stripe-failure.ts';
import { readRoutes } from './stripe-lists.ts';
import type { PaymentIntent, StripeCall, StripeRoute } from './stripe-objects.ts';
import { amount, flag, metadata, requiredAmount, requiredText, text } from './stripe-params.ts';
import { clockOf, createdBy } from './stripe-clocks.ts';
import { paymentIntentShape } from './stripe-shapes.ts';

export const paymentIntentRoutes: readonly StripeRoute[] = [
  {
    operation: 'payment_intents.create',
    verb: 'POST',
    path: 'payment_intents',
    metadata: true,
    prepare(call) {
      const { params } = call;
      const paymentMethod = text(params, 'payment_method') ?? null;
      const confirm = flag(params, 'confirm') ?? false;
      const id = call.newId('pi');
      const customer = customerParam(call);
      const intent: PaymentIntent = {
        ...paymentIntentShape,
        id,
        object: 'payment_intent',
        amount: requiredAmount(params),
        amount_capturable: 0,
        amount_received: 0,
        canceled_at: null,
        cancellation_reason: null,
        capture_method: captureMethod(call),
        client_secret: `${id}_secret_${call.newId('cs')}`,
        created: createdBy(call, clockOf(call, customer)),
        currency: requiredText(params, 'currency').toLowerCase(),
        customer,
        description: text(params, 'description') ?? null,
        last_payment_error: null,
        latest_charge: null,
        livemode: call.livemode,
        metadata: metadata(params),
        payment_method: paymentMethod,
        status: paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation',
      };
      return () => {
        // As at Stripe, an intent whose confirmation is declined exists all the same, waiting for another card.
        call.state.paymentIntents.set(intent.id, intent);
        return confirm ? pay(call, intent) : intent;
      };
    },
  },
  {
    operation: 'payment_intents.update',
    verb: 'POST',
    path: 'payment_intents/:id',
    metadata: true,
    prepare(call) {
      const intent = findIntent(call);
      const newAmount = amount(call.params);
      metadata(call.params, intent.metadata);
      return () => {
        if (newAmount !== undefined && newAmount !== intent.amount) {
          requireStatus(intent, ['requires_payment_method', 'requires_confirmation'], 'update the amount of');
          intent.amount = newAmount;
        }
        intent.metadata = metadata(call.params, intent.metadata);
        intent.description = text(call.params, 'description') ?? intent.description;
        takePaymentMethod(call, intent);
        return intent;
      };
    },
  },
  {
    operation: 'payment_intents.confirm',
    verb: 'POST',
    path: 'payment_intents/:id/confirm',
    prepare(call) {
      const intent = findIntent(call);
      return () => {
        requireStatus(intent, ['requires_payment_method', 'requires_confirmation'], 'confirm');
        takePaymentMethod(call, intent);
        return pay(call, intent);
      };
    },
  },
  {
    operation: 'payment_intents.capture',
    verb: 'POST',
    path: 'payment_intents/:id/capture',
    metadata: true,
    prepare(call) {
      const intent = findIntent(call);
      const asked = amount(call.params, 'amount_to_capture');
      metadata(call.params, intent.metadata);
      return () => {
        requireStatus(intent, ['requires_capture'], 'capture');
        const captured = asked ?? intent.amount_capturable;
        if (captured > intent.amount_capturable) {
          throw refused('The amount to capture is greater than the amount capturable.', { code: 'amount_too_large' });
        }
        intent.metadata = metadata(call.params, intent.metadata);
        settle(call, intent, captured);
        return intent;
      };
    },
  },
  {
    operation: 'payment_intents.cancel',
    verb: 'POST',
    path: 'payment_intents/:id/cancel',
    prepare(call) {
      const intent = findIntent(call);
      const reason = text(call.params, 'cancellation_reason') ?? null;
      return () => {
        requireStatus(intent, ['requires_payment_method', 'requires_confirmation', 'requires_capture'], 'cancel');
        intent.status = 'canceled';
        intent.canceled_at = call.created;
        intent.amount_capturable = 0;
        intent.cancellation_reason = reason;
        return intent;
      };
    },
  },
  ...readRoutes('payment_intents', (state) => state.paymentIntents, ['customer'], findIntent),
];

function findIntent(call: StripeCall): PaymentIntent {
  const intent = call.state.paymentIntents.get(call.id);
  if (!intent) throw resourceMissing('payment_intent', call.id);
  return intent;
}

function captureMethod(call: StripeCall): 'automatic' | 'manual' {
  const method = text(call.params, 'capture_method') ?? 'automatic';
  if (method === 'manual') return 'manual';
  if (method === 'automatic' || method === 'automatic_async') return 'automatic';
  throw invalidParam('capture_method', `Invalid capture_method: ${method}`);
}

function takePaymentMethod(call: StripeCall, intent: PaymentIntent): void {
  const method = text(call.params, 'payment_method');
  if (method === undefined) return;
  intent.payment_method = method;
  if (intent.status === 'requires_payment_method') intent.status = 'requires_confirmation';
}

/** Charges the intent's card, or sends it back for another one. */
function pay(call: StripeCall, intent: PaymentIntent): PaymentIntent {
  if (intent.payment_method === null) {
    throw refused('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    });
  }
  const declined = declineCodeOf(intent.payment_method);
  if (declined) {
    intent.status = 'requires_payment_method';
    intent.payment_method = null;
    intent.last_payment_error = { type: 'card_error', code: 'card_declined', decline_code: declined };
    throw cardDeclined(declined, { payment_intent: { ...intent } });
  }
  if (intent.capture_method === 'manual') {
    const charge = chargeFor(call, intent, intent.amount, false);
    intent.latest_charge = charge;
    intent.amount_capturable = intent.amount;
    intent.status = 'requires_capture';
    return intent;
  }
  settle(call, intent, intent.amount);
  return intent;
}

function settle(call: StripeCall, intent: PaymentIntent, captured: number): void {
  const held = intent.latest_charge === null ? undefined : call.state.charges.get(intent.latest_charge);
  if (held) {
    capture(call, held, captured);
  } else {
    intent.latest_charge = chargeFor(call, intent, captured, true);
  }
  intent.amount_capturable = 0;
  intent.amount_received = captured;
  intent.status = 'succeeded';
}

function chargeFor(call: StripeCall, intent: PaymentIntent, value: number, captured: boolean): string {
  const { currency, customer, description, metadata: kept, id } = intent;
  return addCharge(call, {
    amount: value,
    captured,
    currency,
    customer,
    description,
    metadata: kept,
    payment_intent: id,
  }).id;
}

function requireStatus(intent: PaymentIntent, allowed: readonly PaymentIntent['status'][], verb: string): void {
  if (allowed.includes(intent.status)) return;
  throw refused(`You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`, {
    code: 'payment_intent_unexpected_state',
    payment_intent: { ...intent },
  });
}
