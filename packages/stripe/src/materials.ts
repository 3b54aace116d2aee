/** Parameters that are substance, shown in previews and compared by the twin guard. */
export const materials: Readonly<Record<string, readonly string[]>> = {
  'refunds.create': ['amount', 'charge', 'payment_intent', 'currency'],
  'charges.create': ['amount', 'currency', 'customer', 'source'],
  'charges.capture': ['amount'],
  'paymentIntents.create': ['amount', 'currency', 'customer', 'payment_method'],
  'paymentIntents.confirm': ['payment_method'],
  'paymentIntents.capture': ['amount_to_capture'],
  'setupIntents.create': ['customer', 'payment_method'],
  'customers.create': ['email'],
  'invoices.create': ['customer', 'currency', 'subscription'],
  'invoices.pay': ['payment_method', 'paid_out_of_band'],
  'invoiceItems.create': ['customer', 'amount', 'currency', 'invoice', 'pricing'],
  'creditNotes.create': ['invoice', 'amount'],
  'subscriptions.create': ['customer', 'items'],
  'subscriptions.update': ['items', 'cancel_at_period_end'],
  'prices.create': ['product', 'currency', 'unit_amount', 'recurring'],
  'products.create': ['name'],
  'transfers.create': ['amount', 'currency', 'destination'],
  'transfers.createReversal': ['amount'],
  'payouts.create': ['amount', 'currency', 'destination'],
  'topups.create': ['amount', 'currency'],
  'checkout.sessions.create': ['customer', 'line_items', 'mode'],
  'paymentLinks.create': ['line_items'],
};

/** Parameters that an object holds under the same name for ever; other than asked for, it is not what the write made. */
export const unchanging: readonly string[] = [
  'amount_off',
  'charge',
  'code',
  'currency',
  'customer',
  'destination',
  'financial_account',
  'invoice',
  'mode',
  'payment_intent',
  'percent_off',
  'percentage',
  'product',
  'unit_amount',
];

/** Where an object names what the path of its write names, and its list is not of that alone. */
export const sources: Readonly<Record<string, string>> = { 'payouts.reverse': 'original_payout' };
