import { cardDeclined } from './stripe-failure.ts';
import { customerParam, declineCodeOf } from './stripe-charges.ts';
import { addMoment } from './stripe-expand.ts';
import { createdBy, clockOf } from './stripe-clocks.ts';
import type { StripeCall, StripeRecord, StripeRoute } from './stripe-objects.ts';
import { flag, metadata, text } from './stripe-params.ts';
import { resourceRoutes } from './stripe-resource.ts';
import { setupIntentShape } from './stripe-shapes.ts';

const open = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** Setup intents: a card kept for later, without money. */
export const setupRoutes: readonly StripeRoute[] = resourceRoutes({
  path: 'setup_intents',
  called: 'SetupIntent',
  filters: ['customer', 'payment_method'],
  sets: { texts: ['description', 'payment_method'] },
  actions: {
    confirm: {
      from: open.slice(0, 2),
      code: 'setup_intent_unexpected_state',
      run: (intent, call) => confirm(call, intent, text(call.params, 'payment_method')),
    },
    cancel: {
      from: open,
      code: 'setup_intent_unexpected_state',
      run(intent, call) {
        intent['status'] = 'canceled';
        intent['cancellation_reason'] = text(call.params, 'cancellation_reason') ?? null;
      },
    },
  },
  create(call: StripeCall) {
    const { params } = call;
    const customer = customerParam(call);
    const kept = metadata(params);
    const method = text(params, 'payment_method') ?? null;
    const id = call.newId('seti');
    return () => {
      const intent: StripeRecord = {
        ...setupIntentShape,
        id,
        object: 'setup_intent',
        client_secret: `${id}_secret_${call.newId('cs')}`,
        created: createdBy(call, clockOf(call, customer)),
        customer,
        description: text(params, 'description') ?? null,
        livemode: call.livemode,
        metadata: kept,
        payment_method: method,
        status: method === null ? 'requires_payment_method' : 'requires_confirmation',
      };
      if (flag(params, 'confirm') === true) confirm(call, intent, undefined);
      return intent;
    };
  },
});

function confirm(call: StripeCall, intent: StripeRecord, method: string | undefined): void {
  if (method !== undefined) intent['payment_method'] = method;
  intent['latest_attempt'] = addMoment(call, 'setup_attempt', intent.id);
  const declined = declineCodeOf(intent['payment_method'] as string | null);
  if (declined) {
    intent['status'] = 'requires_payment_method';
    intent['payment_method'] = null;
    throw cardDeclined(declined);
  }
  intent['status'] = 'succeeded';
}
