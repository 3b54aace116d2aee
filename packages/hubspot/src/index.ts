/**
 * HubSpot under the ledger of Oncely.
 * @module
 */
export { oncelyHubspot } from './adapter.ts';
export type { HubSpotConfig, HubSpotOptions } from './adapter.ts';
export { existingIdOf } from './classify.ts';
export { provisionHubspot } from './provision.ts';
export type { Provisioned, ProvisionOptions } from './provision.ts';
export type { HubSpotLike } from './vendor.ts';
