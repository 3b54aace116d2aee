import type { EffectRecord } from '../record.ts';
import { change, type Change } from './change.ts';
import { postponed } from './probe.ts';
import { stateOf } from './state.ts';

/** The longest that an effect which waits for room is left alone: a raised limit is met soon enough. */
const longestMs = 900_000;

/**
 * What recovery finds no room for is due again when there is some, or after a pause that grows. Only recovery goes by
 * that: its caller, and who completes it, ask at once.
 */
export function withoutRoom(record: EffectRecord, roomInMs: number | undefined, now: number): Change | undefined {
  if (stateOf(record, now) !== 'ready') return postponed(record, roomInMs, now);
  const unreached = (record.unreached ?? 0) + 1;
  const dueAfterMs = Math.ceil(Math.min(roomInMs ?? 1_000 * 2 ** Math.min(unreached, 9), longestMs));
  const put = change({ ...record, unreached }, [], now);
  // What is due for nobody stays so.
  return put.index.dueAfterMs === undefined ? undefined : { ...put, index: { ...put.index, dueAfterMs } };
}
