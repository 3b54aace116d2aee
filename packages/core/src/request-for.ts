import type { Keys } from './adapter.ts';
import type { Job } from './job.ts';
import type { Seen } from './ledger-session.ts';
import { openStored, type Codec } from './payload.ts';
import type { Stored } from './record.ts';
import * as refusals from './refusals.ts';

/**
 * The request to be sent under these keys: the caller's own, with what the vendor has to say before it, or in recovery
 * the one that was kept; `undefined` where it was not.
 */
export async function requestFor(
  job: Job,
  seen: Seen,
  kept: Stored | undefined,
  keys: Keys,
  codec: Codec | undefined,
): Promise<string | undefined> {
  const prepared = job.prepare?.(keys);
  if (prepared === undefined) {
    const stored = await openStored(kept, codec);
    return stored === undefined ? undefined : job.rekey(stored, keys);
  }
  if (!job.complete) return prepared;
  return job.complete(prepared).catch((error: unknown) => {
    throw refusals.notPrepared(job, seen, error);
  });
}
