/**
 * Stripe as tools for agents.
 * @module
 */
import { selectTools, type Tool, type ToolPolicy, type ToolRow } from '@oncely/core/tools';

import type { StripeForTools } from './tools/client.ts';
import { createCustomer, updateCustomer } from './tools/customers.ts';
import { addInvoiceLine, createInvoice, finalizeInvoice, sendInvoice, voidInvoice } from './tools/invoices.ts';
import { cancelPayment, capturePayment, createPaymentLink } from './tools/payments.ts';
import { findCustomers, getInvoice, listPayments, listRefunds, listSubscriptions } from './tools/reads.ts';
import { refundFull, refundPartial } from './tools/refunds.ts';
import { cancelSubscription, createSubscription } from './tools/subscriptions.ts';

export type { StripeForTools } from './tools/client.ts';

export type StripeToolName =
  | 'stripe_refund_full'
  | 'stripe_refund_partial'
  | 'stripe_cancel_payment'
  | 'stripe_capture_payment'
  | 'stripe_create_customer'
  | 'stripe_update_customer'
  | 'stripe_create_invoice'
  | 'stripe_add_invoice_line'
  | 'stripe_finalize_invoice'
  | 'stripe_send_invoice'
  | 'stripe_void_invoice'
  | 'stripe_create_subscription'
  | 'stripe_cancel_subscription'
  | 'stripe_create_payment_link'
  | 'stripe_find_customers'
  | 'stripe_list_payments'
  | 'stripe_list_refunds'
  | 'stripe_get_invoice'
  | 'stripe_list_subscriptions';

const table: Readonly<Record<StripeToolName, ToolRow<StripeForTools>>> = {
  stripe_refund_full: { build: refundFull },
  // Several parts of one payment are ordinary, and Stripe bounds their sum.
  stripe_refund_partial: { build: refundPartial, maxOccurrence: 3 },
  stripe_cancel_payment: { build: cancelPayment },
  stripe_capture_payment: { build: capturePayment },
  stripe_create_customer: { build: createCustomer },
  stripe_update_customer: { build: updateCustomer, maxOccurrence: 3 },
  stripe_create_invoice: { build: createInvoice },
  stripe_add_invoice_line: { build: addInvoiceLine },
  stripe_finalize_invoice: { build: finalizeInvoice },
  stripe_send_invoice: { build: sendInvoice },
  stripe_void_invoice: { build: voidInvoice },
  stripe_create_subscription: { build: createSubscription },
  stripe_cancel_subscription: { build: cancelSubscription },
  stripe_create_payment_link: { build: createPaymentLink },
  stripe_find_customers: { build: findCustomers },
  stripe_list_payments: { build: listPayments },
  stripe_list_refunds: { build: listRefunds },
  stripe_get_invoice: { build: getInvoice },
  stripe_list_subscriptions: { build: listSubscriptions },
};

/** Every tool that there is. */
export const stripeToolNames: readonly StripeToolName[] = Object.keys(table) as StripeToolName[];

/**
 * The allowed tools over a Stripe client of `oncely.clients`. In one scope each write happens once, whatever the model
 * calls it; amounts are in minor units with their currency, and ids come from the vendor.
 *
 * @throws OncelyError `invalid_config` for a name that there is not.
 * @example
 * const tools = stripeTools(oncely.clients.stripe, { allow: ['stripe_list_payments', 'stripe_refund_partial'] });
 */
export function stripeTools(stripe: StripeForTools, policy: ToolPolicy<StripeToolName>): readonly Tool[] {
  return selectTools(table, stripe, policy);
}
