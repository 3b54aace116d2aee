import type { WireResponse } from './adapter.ts';
import { targetOf } from './attempt.ts';
import { effectKeyOf, slotOf } from './contract.ts';
import type { Job, RunnerParts } from './job.ts';
import { keysNow } from './keys.ts';
import { stateOf } from './lifecycle/state.ts';
import { openStored } from './payload.ts';
import type { Seen } from './ledger-session.ts';
import type { EffectRecord } from './record.ts';
import * as refusals from './refusals.ts';
import type { RecordedNo } from './scope.ts';

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

/** What marks the vendor's no of before as one that was not said now. */
export function recordedNo({ record, at }: Seen): { recordedNo?: RecordedNo } {
  if (!record || stateOf(record, at) !== 'rejected') return {};
  const no = record.attempts.findLast(({ evidence }) => evidence === 'rejected');
  const effect = effectKeyOf(record.contract, record.generation);
  const fix = `oncely.effect('${record.contract.stepId}', { onRejected: 'again' }, ...) asks the vendor once more; so does other input, or await oncely.effects.reopen('${effect}', { by: 'name' })`;
  return { recordedNo: { replayed: true, at: no?.settledAt ?? record.tombstone?.at ?? at, effect, fix } };
}

/** The vendor's error of a no that was given again says so, as far as it is an object that takes it. */
export function markRecorded(error: unknown, no: RecordedNo | undefined): void {
  if (no === undefined || typeof error !== 'object' || error === null || !Object.isExtensible(error)) return;
  if (!('oncely' in error)) Object.defineProperty(error, 'oncely', { value: no, configurable: true });
}
