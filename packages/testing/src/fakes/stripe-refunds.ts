import { findCharge } from './stripe-charges.ts';
import { invalidParam, refused, resourceMissing } from './stripe-failure.ts';
import { readRoutes } from './stripe-lists.ts';
import type { Charge, Refund, StripeCall, StripeRoute } from './stripe-objects.ts';
import { amount, metadata, text } from './stripe-params.ts';
import { refundShape } from './stripe-shapes.ts';

export const refundRoutes: readonly StripeRoute[] = [
  {
    operation: 'refunds.create',
    verb: 'POST',
    path: 'refunds',
    metadata: true,
    prepare(call) {
      const charge = chargeToRefund(call);
      const asked = amount(call.params);
      const reason = text(call.params, 'reason') ?? null;
      const kept = metadata(call.params);
      return () => {
        const left = charge.amount_captured - charge.amount_refunded;
        if (left === 0) {
          throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
        }
        if (asked !== undefined && asked > left) {
          throw refused(`Refund amount (${asked}) is greater than unrefunded amount on charge (${left})`, {
            param: 'amount',
          });
        }
        const refund: Refund = {
          ...refundShape,
          id: call.newId('re'),
          object: 'refund',
          amount: asked ?? left,
          charge: charge.id,
          created: call.created,
          currency: charge.currency,
          metadata: kept,
          payment_intent: charge.payment_intent,
          reason,
          status: call.refundStatus,
        };
        call.state.refunds.set(refund.id, refund);
        charge.amount_refunded += refund.amount;
        charge.refunded = charge.amount_refunded === charge.amount_captured;
        return refund;
      };
    },
  },
  {
    operation: 'refunds.update',
    verb: 'POST',
    path: 'refunds/:id',
    metadata: true,
    prepare(call) {
      const refund = findRefund(call);
      metadata(call.params, refund.metadata);
      return () => {
        refund.metadata = metadata(call.params, refund.metadata);
        return refund;
      };
    },
  },
  {
    operation: 'refunds.cancel',
    verb: 'POST',
    path: 'refunds/:id/cancel',
    prepare(call) {
      const refund = findRefund(call);
      return () => {
        if (refund.status !== 'requires_action') {
          throw refused(`Refund ${refund.id} cannot be canceled: its status is ${refund.status}.`);
        }
        refund.status = 'canceled';
        const charge = findCharge(call, refund.charge);
        charge.amount_refunded -= refund.amount;
        charge.refunded = false;
        return refund;
      };
    },
  },
  ...readRoutes('refunds', (state) => state.refunds, ['charge', 'payment_intent'], findRefund),
];

function findRefund(call: StripeCall): Refund {
  const refund = call.state.refunds.get(call.id);
  if (!refund) throw resourceMissing('refund', call.id);
  return refund;
}

function chargeToRefund(call: StripeCall): Charge {
  const chargeId = text(call.params, 'charge');
  if (chargeId !== undefined) return findCharge(call, chargeId, 'charge');
  const intentId = text(call.params, 'payment_intent');
  if (intentId === undefined) {
    throw invalidParam('charge', 'One of the following params should be provided: payment_intent or charge.');
  }
  const intent = call.state.paymentIntents.get(intentId);
  if (!intent) throw resourceMissing('payment_intent', intentId, 'payment_intent');
  if (intent.latest_charge === null) {
    throw invalidParam(
      'payment_intent',
      `This PaymentIntent (${intentId}) does not have a successful charge to refund.`,
    );
  }
  return findCharge(call, intent.latest_charge);
}
