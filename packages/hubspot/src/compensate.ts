import type { Compensation, CompensationTarget } from '@oncely/core';

import { createdType } from './operations.ts';
import type { Read } from './reading.ts';

/**
 * How what an effect created is taken back: by archiving it. What a change overwrote is not kept once it is settled, and
 * of a batch no id is known, so both are for a person.
 */
export async function planCompensation(
  { operation, vendorId, begun }: CompensationTarget,
  read: Read,
  archive: (path: string) => Promise<unknown>,
): Promise<Compensation> {
  const type = createdType(operation);
  if (type === undefined) return { kind: 'impossible', why: `${operation} has no compensation` };
  if (vendorId === undefined) return { kind: 'impossible', why: 'the ledger does not know what it made' };
  const path = `/crm/v3/objects/${encodeURIComponent(type)}/${encodeURIComponent(vendorId)}`;
  // Once begun, it may be gone because of it.
  if (begun === undefined && (await read('GET', path)).status === 404) {
    return { kind: 'nothing', why: 'it is archived' };
  }
  return { kind: 'write', operation: `hubspot.crm.${type}.archive`, run: () => archive(path) };
}
