/**
 * Stripe under the ledger of Oncely.
 * @module
 */
export { oncelyStripe } from './adapter.ts';
export type { StripeConfig, StripeOptions } from './adapter.ts';
export type { StripeLike } from './reader.ts';
export type { StripeHttpClient } from './reads.ts';
export { compensable, compensationOf } from './compensate.ts';
export type { Compensation, CompensationOptions } from './compensate.ts';
