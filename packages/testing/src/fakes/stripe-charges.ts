import { addMoment } from './stripe-expand.ts';
import { cardDeclined, invalidParam, refused, resourceMissing } from './stripe-failure.ts';
import { readRoutes } from './stripe-lists.ts';
import type { Charge, StripeCall, StripeRoute } from './stripe-objects.ts';
import { amount, flag, metadata, requiredAmount, requiredText, text } from './stripe-params.ts';
import { chargeShape } from './stripe-shapes.ts';

/** A charge that was paid before the test began. */
export interface ChargeSeed {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly customer?: string;
  /** The account that has it; `acct_platform` by default. */
  readonly account?: string;
}

const autoChargeAmount = 1_000_00;

/** The charge that a path or parameter names; with `autoCharges` an unknown `ch_` id comes to be on first reference. */
export function findCharge(call: StripeCall, id: string, param = 'id'): Charge {
  const known = call.state.charges.get(id);
  if (known) return known;
  if (!call.autoCharges || !id.startsWith('ch_')) throw resourceMissing('charge', id, param);
  return addCharge(call, { id, amount: autoChargeAmount, currency: 'usd' });
}

interface NewCharge {
  readonly id?: string;
  readonly amount: number;
  readonly currency: string;
  readonly customer?: string | null;
  readonly payment_intent?: string;
  readonly description?: string | null;
  readonly captured?: boolean;
  readonly metadata?: Charge['metadata'];
}

export function addCharge(
  call: Pick<StripeCall, 'state' | 'created' | 'livemode' | 'newId'>,
  given: NewCharge,
): Charge {
  const captured = given.captured ?? true;
  const id = given.id ?? call.newId('ch');
  const charge: Charge = {
    ...chargeShape,
    id,
    object: 'charge',
    balance_transaction: captured ? addMoment(call, 'balance_transaction', id) : null,
    amount: given.amount,
    amount_captured: captured ? given.amount : 0,
    amount_refunded: 0,
    captured,
    created: call.created,
    currency: given.currency,
    customer: given.customer ?? null,
    description: given.description ?? null,
    livemode: call.livemode,
    metadata: given.metadata ?? {},
    paid: true,
    payment_intent: given.payment_intent ?? null,
    refunded: false,
    status: 'succeeded',
  };
  call.state.charges.set(charge.id, charge);
  return charge;
}

/** The money of an authorized charge moves. */
export function capture(call: StripeCall, charge: Charge, value: number): void {
  charge.captured = true;
  charge.amount_captured = value;
  charge.balance_transaction = addMoment(call, 'balance_transaction', charge.id);
}

/** Why the test card behind this payment method or source is declined, or `undefined` where it is not. */
export function declineCodeOf(source: string | null | undefined): string | undefined {
  if (!source || !/_chargeDeclined/.test(source)) return undefined;
  if (source.endsWith('InsufficientFunds')) return 'insufficient_funds';
  if (source.endsWith('LostCard')) return 'lost_card';
  return 'generic_decline';
}

export const chargeRoutes: readonly StripeRoute[] = [
  {
    operation: 'charges.create',
    verb: 'POST',
    path: 'charges',
    metadata: true,
    prepare(call) {
      const { params } = call;
      const given = {
        amount: requiredAmount(params),
        currency: requiredText(params, 'currency').toLowerCase(),
        customer: customerParam(call),
        description: text(params, 'description') ?? null,
        captured: flag(params, 'capture') ?? true,
        metadata: metadata(params),
      };
      const source = text(params, 'source');
      if (source === undefined && given.customer === null) {
        throw invalidParam('source', 'Must provide source or customer.', 'parameter_missing');
      }
      return () => {
        const declined = declineCodeOf(source);
        if (declined) throw cardDeclined(declined);
        return addCharge(call, given);
      };
    },
  },
  {
    operation: 'charges.update',
    verb: 'POST',
    path: 'charges/:id',
    metadata: true,
    prepare(call) {
      const charge = findCharge(call, call.id);
      metadata(call.params, charge.metadata);
      return () => {
        charge.metadata = metadata(call.params, charge.metadata);
        charge.description = text(call.params, 'description') ?? charge.description;
        return charge;
      };
    },
  },
  {
    operation: 'charges.capture',
    verb: 'POST',
    path: 'charges/:id/capture',
    prepare(call) {
      const charge = findCharge(call, call.id);
      const asked = amount(call.params);
      return () => {
        if (charge.captured) {
          throw refused(`Charge ${charge.id} has already been captured.`, { code: 'charge_already_captured' });
        }
        const captured = asked ?? charge.amount;
        if (captured > charge.amount) throw refused('The amount to capture is greater than the charge.');
        capture(call, charge, captured);
        return charge;
      };
    },
  },
  ...readRoutes(
    'charges',
    (state) => state.charges,
    ['customer', 'payment_intent', 'transfer_group'],
    (call) => findCharge(call, call.id),
  ),
];

/** The customer that a parameter names, which must exist and not be deleted; `null` without one. */
export function customerParam(call: StripeCall): string | null {
  const id = text(call.params, 'customer');
  if (id === undefined) return null;
  const customer = call.state.customers.get(id);
  if (!customer || customer.deleted) throw resourceMissing('customer', id, 'customer');
  return id;
}
