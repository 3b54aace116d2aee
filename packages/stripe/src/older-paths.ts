/** Older paths that Stripe still takes, and what the SDK has for the same. */
export const olderPaths: readonly { readonly method: string; readonly path: string; readonly same: string }[] = [
  { method: 'POST', path: '/v1/charges/:id/refund', same: 'refunds.create' },
  { method: 'POST', path: '/v1/charges/:id/refunds', same: 'refunds.create' },
  { method: 'POST', path: '/v1/customers/:id/subscription', same: 'subscriptions.create' },
  { method: 'POST', path: '/v1/customers/:id/subscriptions', same: 'subscriptions.create' },
  { method: 'POST', path: '/v1/customers/:id/subscriptions/:id', same: 'subscriptions.update' },
  { method: 'DELETE', path: '/v1/customers/:id/subscription', same: 'subscriptions.cancel' },
  { method: 'DELETE', path: '/v1/customers/:id/subscriptions', same: 'subscriptions.cancel' },
  { method: 'DELETE', path: '/v1/customers/:id/subscription/:id', same: 'subscriptions.cancel' },
  { method: 'DELETE', path: '/v1/customers/:id/subscriptions/:id', same: 'subscriptions.cancel' },
];
