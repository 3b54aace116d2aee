import type { Keys } from './adapter.ts';
import { isVendorsOwn } from './adapter-kit/vendors-own.ts';
import { within, type Clock } from './clock.ts';
import { slotOf } from './contract.ts';
import type { Job } from './job.ts';
import type { Seen } from './ledger-session.ts';
import { openStored, type Codec } from './payload.ts';
import type { Stored } from './record.ts';
import * as refusals from './refusals.ts';

/**
 * The request to be sent under these keys: the caller's own, with what the vendor has to say before it, or in recovery
 * the one that was kept; `undefined` where it was not. One that an approver has edited is always the one that was kept.
 */
export async function requestFor(
  job: Job,
  seen: Seen,
  kept: Stored | undefined,
  isEdited: boolean,
  keys: Keys,
  { codec, clock }: { readonly codec: Codec | undefined; readonly clock: Clock },
): Promise<string | undefined> {
  // What an approver has edited is sent, and not what its caller asked for.
  const prepared = isEdited ? undefined : job.prepare?.(keys);
  if (prepared === undefined) {
    const stored = await openStored(kept, codec, { slot: slotOf(job.claim.contract), kind: 'request' });
    return stored === undefined ? undefined : job.rekey(stored, keys);
  }
  // Sent again without the key, or not found for want of the marker, what may have happened would happen twice.
  const { kind } = job.claim.safety;
  if (kind === 'keyed' && !carries(prepared, keys.key)) throw refusals.withoutName(job, seen, 'key');
  if (kind === 'probed' && job.findsBy !== 'content' && !carries(prepared, keys.marker)) {
    throw refusals.withoutName(job, seen, 'marker');
  }
  if (!job.complete) return prepared;
  const late = (): never => {
    throw new Error('it did not answer in time');
  };
  try {
    return await within(clock, job.giveUpAt - clock.monotonic(), job.complete(prepared), late);
  } catch (error) {
    if (isVendorsOwn(error)) throw error;
    throw refusals.notPrepared(job, seen, error);
  }
}

/** As it is, or inside of bytes that are kept as base64, where a name begins at any of three places. */
export function carries(request: string, name: string): boolean {
  if (request.includes(name)) return true;
  return [0, 1, 2].some((offset) => {
    // The characters at both ends are made of what stands beside it, too.
    const text = Buffer.from(`${' '.repeat(offset)}${name}`).toString('base64');
    return request.includes(text.slice(4, -4));
  });
}
