/** What the state of an object says of a write that changes it. */
export interface StateRule {
  /** The field that tells. */
  readonly field: string;
  /** It happened. A person may have done the same: the state is the wanted one either way. */
  readonly done: readonly StateValue[];
  /** It never happened: states before it that nothing leads back to, and ends that exclude it. */
  readonly never: readonly StateValue[];
  /** What must hold beside for `never`: fields with their values. */
  readonly proof?: Readonly<Record<string, StateValue>>;
  /** Parameters that say how much, each with the field that must say the same; other than that, a person decides. */
  readonly same?: Readonly<Record<string, string>>;
  /** With one of these parameters the state does not tell. */
  readonly unless?: readonly string[];
}

/** `any`: whatever it is, but there. */
export type StateValue = string | boolean | null | { readonly any: true };

const any: StateValue = { any: true };
const cancelled = (...never: readonly StateValue[]): StateRule => ({ field: 'status', done: ['canceled'], never });
/** A state that can be left again, so that its absence proves nothing. */
const reversible = (done: StateValue, field = 'status'): StateRule => ({ field, done: [done], never: [] });

const intentBefore = ['requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'succeeded'];

/**
 * Writes that lead to a state, by their names. A test compares fields and states with the SDK's own types.
 * @see https://docs.stripe.com/payments/paymentintents/lifecycle, https://docs.stripe.com/invoicing/overview
 */
export const states: Readonly<Record<string, StateRule>> = {
  'charges.capture': { field: 'captured', done: [true], never: [false], same: { amount: 'amount_captured' } },
  'creditNotes.voidCreditNote': { field: 'status', done: ['void'], never: ['issued'] },
  'disputes.close': {
    field: 'status',
    done: ['lost', 'warning_closed'],
    never: ['needs_response', 'warning_needs_response'],
  },
  'invoiceRenderingTemplates.archive': reversible('archived'),
  'invoiceRenderingTemplates.unarchive': reversible('active'),
  'invoices.finalizeInvoice': { field: 'status', done: ['open', 'paid', 'void', 'uncollectible'], never: ['draft'] },
  'invoices.markUncollectible': { field: 'status', done: ['uncollectible'], never: ['draft', 'open'] },
  // While a debit is on its way the invoice stays open; only one that nobody tried to pay was not paid.
  'invoices.pay': {
    field: 'status',
    done: ['paid'],
    never: ['draft', 'open', 'uncollectible', 'void'],
    proof: { attempted: false },
  },
  'invoices.voidInvoice': { field: 'status', done: ['void'], never: ['draft', 'open', 'paid', 'uncollectible'] },
  'paymentIntents.cancel': cancelled(...intentBefore, 'requires_capture'),
  'paymentIntents.capture': {
    field: 'status',
    done: ['succeeded'],
    never: ['requires_capture', 'canceled'],
    same: { amount_to_capture: 'amount_received' },
    // A capture that is not the final one leaves the intent to be captured.
    unless: ['final_capture'],
  },
  // One that waits for another payment method may have been confirmed, and declined, or debited and returned.
  'paymentIntents.confirm': {
    field: 'status',
    done: ['succeeded', 'processing', 'requires_capture', 'requires_action'],
    never: ['requires_confirmation'],
    // One that is confirmed by hand waits for it again once its customer has done what was asked for.
    proof: { confirmation_method: 'automatic' },
  },
  'paymentMethods.detach': { field: 'customer', done: [null], never: [any] },
  'payouts.cancel': cancelled('pending', 'in_transit', 'paid', 'failed'),
  'quotes.accept': { field: 'status', done: ['accepted'], never: ['draft', 'open', 'canceled'] },
  'quotes.cancel': cancelled('draft', 'open', 'accepted'),
  'quotes.finalizeQuote': { field: 'status', done: ['open', 'accepted'], never: ['draft'] },
  'refunds.cancel': cancelled('pending', 'requires_action', 'succeeded', 'failed'),
  'reviews.approve': { field: 'closed_reason', done: ['approved'], never: [null] },
  'setupIntents.cancel': cancelled(...intentBefore),
  'setupIntents.confirm': {
    field: 'status',
    done: ['succeeded', 'processing', 'requires_action'],
    never: ['requires_confirmation'],
  },
  'subscriptionSchedules.cancel': cancelled('not_started', 'active', 'completed', 'released'),
  'subscriptionSchedules.release': {
    field: 'status',
    done: ['released'],
    never: ['not_started', 'active', 'completed', 'canceled'],
  },
  'subscriptions.pause': reversible('paused'),
  'topups.cancel': cancelled('pending', 'failed', 'succeeded', 'reversed'),
  'billing.alerts.activate': reversible('active'),
  'billing.alerts.archive': reversible('archived'),
  'billing.alerts.deactivate': reversible('inactive'),
  'billing.creditGrants.voidGrant': { field: 'voided_at', done: [any], never: [null] },
  'billing.meters.deactivate': reversible('inactive'),
  'billing.meters.reactivate': reversible('active'),
  'checkout.sessions.expire': { field: 'status', done: ['expired'], never: ['open', 'complete'] },
  'climate.orders.cancel': cancelled('awaiting_funds', 'open', 'confirmed', 'delivered'),
  'financialConnections.accounts.disconnect': {
    field: 'status',
    done: ['disconnected'],
    never: ['active', 'inactive'],
  },
  'identity.verificationSessions.cancel': cancelled('requires_input', 'processing', 'verified'),
  'identity.verificationSessions.redact': { field: 'redaction', done: [any], never: [null] },
  'issuing.authorizations.approve': reversible(true, 'approved'),
  'issuing.disputes.submit': { field: 'status', done: ['submitted', 'won', 'lost'], never: ['unsubmitted'] },
  'treasury.financialAccounts.close': { field: 'status', done: ['closed'], never: ['open'] },
  'treasury.inboundTransfers.cancel': cancelled('processing', 'succeeded', 'failed'),
  'treasury.outboundPayments.cancel': cancelled('processing', 'posted', 'failed', 'returned'),
  'treasury.outboundTransfers.cancel': cancelled('processing', 'posted', 'failed', 'returned'),
  'v2.core.eventDestinations.disable': reversible('disabled'),
  'v2.core.eventDestinations.enable': reversible('enabled'),
  'v2.moneyManagement.outboundPayments.cancel': cancelled('processing', 'posted', 'failed', 'returned'),
  'v2.moneyManagement.outboundSetupIntents.cancel': cancelled('requires_action', 'requires_payout_method', 'succeeded'),
  'v2.moneyManagement.payoutIntents.cancel': cancelled('pending', 'posted', 'processing', 'requires_action'),
};

/** What an object's state says: `done`, `never`, or nothing. */
export function saysOf(rule: StateRule, object: Readonly<Record<string, unknown>>): 'done' | 'never' | undefined {
  const value = object[rule.field];
  if (rule.done.some((wanted) => fits(wanted, value))) return 'done';
  const proven = Object.entries(rule.proof ?? {}).every(([field, wanted]) => fits(wanted, object[field]));
  return proven && rule.never.some((wanted) => fits(wanted, value)) ? 'never' : undefined;
}

function fits(wanted: StateValue, value: unknown): boolean {
  if (typeof wanted === 'object' && wanted !== null) return value !== null && value !== undefined;
  return wanted === (value ?? null);
}
