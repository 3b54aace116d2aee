import type { WireResponse } from './adapter.ts';
import { targetOf } from './attempt.ts';
import { slotOf } from './contract.ts';
import type { Job, RunnerParts } from './job.ts';
import { keysNow } from './keys.ts';
import { stateOf } from './lifecycle/state.ts';
import { openStored } from './payload.ts';
import type { EffectRecord } from './record.ts';
import * as refusals from './refusals.ts';

/** The recorded outcome, as it was kept, or read again at the vendor. @throws OncelyError where it is neither. */
export async function recorded(
  { session, codec }: Pick<RunnerParts, 'session' | 'codec'>,
  job: Job,
  record: EffectRecord,
): Promise<WireResponse> {
  const place = { slot: slotOf(record.contract), kind: 'result' } as const;
  const body = await openStored(record.result, codec, place).catch(() => undefined);
  if (body !== undefined) return JSON.parse(body) as WireResponse;
  if (stateOf(record, Infinity) === 'rejected') throw refusals.rejectionUnavailable(job, record);
  if (record.tombstone) throw refusals.resultUnavailable(job, record, undefined);
  try {
    const { naming } = await session.info();
    // The request went when it was settled; the caller's own says again which account and version to read in.
    return await job.restore(targetOf(record, naming, job.prepare?.(keysNow(record, naming))));
  } catch (error) {
    throw refusals.resultUnavailable(job, record, error);
  }
}
