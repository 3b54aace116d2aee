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
  /** What stands for one of these where the request leaves it out: all that is held, not paid elsewhere. */
  readonly usual?: Readonly<Record<string, Usual>>;
  /** With one of these parameters the state does not tell. */
  readonly unless?: readonly string[];
  /**
   * Where the object says when it came to the state; the first of these that it says. Without it Stripe says no time, and
   * it is done whoever did it: nothing but the end state counts, which is the same.
   */
  readonly at?: readonly string[];
  /** What has to be expanded for that. */
  readonly expand?: string;
}

/** Another field of the object, or a value. */
export type Usual = { readonly field: string } | { readonly value: string | boolean | null };

/** `any`: whatever it is, but there. */
export type StateValue = string | boolean | null | { readonly any: true };

const any: StateValue = { any: true };
const cancelled = (...never: readonly StateValue[]): StateRule => ({ field: 'status', done: ['canceled'], never });
/** A state that can be left again, so that its absence proves nothing. */
const reversible = (done: StateValue, field = 'status'): StateRule => ({ field, done: [done], never: [] });
const since = (rule: StateRule, ...at: readonly string[]): StateRule => ({ ...rule, at });
const stated = (rule: StateRule, name: string): StateRule => since(rule, `status_transitions.${name}`);

const intentBefore = ['requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'succeeded'];

/**
 * Writes that lead to a state, by their names. A test compares fields and states with the SDK's own types.
 * @see https://docs.stripe.com/payments/paymentintents/lifecycle, https://docs.stripe.com/invoicing/overview
 */
export const states: Readonly<Record<string, StateRule>> = {
  'charges.capture': {
    field: 'captured',
    done: [true],
    never: [false],
    same: { amount: 'amount_captured' },
    usual: { amount: { field: 'amount' } },
    // The money moves when it is captured, not when it is authorized.
    at: ['balance_transaction.created'],
    expand: 'balance_transaction',
  },
  'creditNotes.voidCreditNote': { field: 'status', done: ['void'], never: ['issued'], at: ['voided_at'] },
  'disputes.close': {
    field: 'status',
    done: ['lost', 'warning_closed'],
    never: ['needs_response', 'warning_needs_response'],
  },
  'invoiceRenderingTemplates.archive': reversible('archived'),
  'invoiceRenderingTemplates.unarchive': reversible('active'),
  'invoices.finalizeInvoice': stated(
    { field: 'status', done: ['open', 'paid', 'void', 'uncollectible'], never: ['draft'] },
    'finalized_at',
  ),
  'invoices.markUncollectible': stated(
    { field: 'status', done: ['uncollectible'], never: ['draft', 'open'] },
    'marked_uncollectible_at',
  ),
  // While a debit is on its way the invoice stays open; only one that nobody tried to pay was not paid.
  'invoices.pay': {
    field: 'status',
    done: ['paid'],
    never: ['draft', 'open', 'uncollectible', 'void'],
    proof: { attempted: false },
    // Until API version 2025-03-31 an invoice says so; what is to be charged is not what was paid elsewhere.
    same: { paid_out_of_band: 'paid_out_of_band' },
    usual: { paid_out_of_band: { value: false } },
    at: ['status_transitions.paid_at'],
  },
  'invoices.voidInvoice': stated(
    { field: 'status', done: ['void'], never: ['draft', 'open', 'paid', 'uncollectible'] },
    'voided_at',
  ),
  'paymentIntents.cancel': since(cancelled(...intentBefore, 'requires_capture'), 'canceled_at'),
  'paymentIntents.capture': {
    field: 'status',
    done: ['succeeded'],
    never: ['requires_capture', 'canceled'],
    same: { amount_to_capture: 'amount_received' },
    usual: { amount_to_capture: { field: 'amount' } },
    at: ['latest_charge.balance_transaction.created'],
    expand: 'latest_charge.balance_transaction',
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
    at: ['latest_charge.created'],
    expand: 'latest_charge',
  },
  'paymentMethods.detach': { field: 'customer', done: [null], never: [any] },
  // What gives the money back to the balance says when.
  'payouts.cancel': {
    ...since(cancelled('pending', 'in_transit', 'paid', 'failed'), 'failure_balance_transaction.created'),
    expand: 'failure_balance_transaction',
  },
  'quotes.accept': stated({ field: 'status', done: ['accepted'], never: ['draft', 'open', 'canceled'] }, 'accepted_at'),
  'quotes.cancel': stated(cancelled('draft', 'open', 'accepted'), 'canceled_at'),
  'quotes.finalizeQuote': stated({ field: 'status', done: ['open', 'accepted'], never: ['draft'] }, 'finalized_at'),
  'refunds.cancel': cancelled('pending', 'requires_action', 'succeeded', 'failed'),
  'reviews.approve': { field: 'closed_reason', done: ['approved'], never: [null] },
  'setupIntents.cancel': cancelled(...intentBefore),
  'setupIntents.confirm': {
    field: 'status',
    done: ['succeeded', 'processing', 'requires_action'],
    never: ['requires_confirmation'],
    at: ['latest_attempt.created'],
    expand: 'latest_attempt',
  },
  'subscriptionSchedules.cancel': since(cancelled('not_started', 'active', 'completed', 'released'), 'canceled_at'),
  'subscriptionSchedules.release': {
    field: 'status',
    done: ['released'],
    never: ['not_started', 'active', 'completed', 'canceled'],
    at: ['released_at'],
  },
  'subscriptions.pause': reversible('paused'),
  'topups.cancel': cancelled('pending', 'failed', 'succeeded', 'reversed'),
  'billing.alerts.activate': reversible('active'),
  'billing.alerts.archive': reversible('archived'),
  'billing.alerts.deactivate': reversible('inactive'),
  'billing.creditGrants.voidGrant': { field: 'voided_at', done: [any], never: [null], at: ['voided_at'] },
  'billing.meters.deactivate': stated(reversible('inactive'), 'deactivated_at'),
  'billing.meters.reactivate': reversible('active'),
  'checkout.sessions.expire': { field: 'status', done: ['expired'], never: ['open', 'complete'] },
  'climate.orders.cancel': since(cancelled('awaiting_funds', 'open', 'confirmed', 'delivered'), 'canceled_at'),
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
  'treasury.inboundTransfers.cancel': stated(cancelled('processing', 'succeeded', 'failed'), 'canceled_at'),
  'treasury.outboundPayments.cancel': stated(cancelled('processing', 'posted', 'failed', 'returned'), 'canceled_at'),
  'treasury.outboundTransfers.cancel': stated(cancelled('processing', 'posted', 'failed', 'returned'), 'canceled_at'),
  'v2.core.eventDestinations.disable': reversible('disabled'),
  'v2.core.eventDestinations.enable': reversible('enabled'),
  'v2.moneyManagement.outboundPayments.cancel': stated(
    cancelled('processing', 'posted', 'failed', 'returned'),
    'canceled_at',
  ),
  'v2.moneyManagement.outboundSetupIntents.cancel': cancelled('requires_action', 'requires_payout_method', 'succeeded'),
  'v2.moneyManagement.payoutIntents.cancel': stated(
    cancelled('pending', 'posted', 'processing', 'requires_action'),
    'canceled_at',
  ),
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
