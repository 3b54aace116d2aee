import type { Keys } from './adapter.ts';
import { effectKeyOf, type Contract } from './contract.ts';
import { sha256 } from './fingerprint.ts';

/**
 * The names under which a vendor sees an effect: hashes, so that they fit every limit and tell a reader of the
 * vendor's data nothing about the business.
 */
export function keysOf(contract: Contract, generation: number): Keys {
  return {
    key: `oncely_${sha256(effectKeyOf(contract, generation)).slice(0, 48)}`,
    marker: `oncely_${sha256(effectKeyOf(contract)).slice(0, 48)}`,
  };
}
