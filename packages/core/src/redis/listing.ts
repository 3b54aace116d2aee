import { scanLimit } from '../attention.ts';
import type { ListAnswer, ListQuery, Row } from '../ledger.ts';
import { slotRange } from '../slot-range.ts';
import { bucketOfSlot, bucketOfWorkflow, type Bucket } from './buckets.ts';
import { callScript, type Calling } from './calling.ts';
import { dueScript, readScript, slotsScript } from './scripts-read.ts';
import { rowOf, stateOfRow } from './writing.ts';

type Slots = [now: string, slots: string[]];

/** How many due slots one call gives: they are looked through whole, and must not hold up the server. */
const dueChunk = 5_000;
const rowChunk = 100;

/** Lists the rows of all buckets, or of the one that a workflow lies in, in the byte order of their slots. */
export async function listRows(calling: Calling, buckets: readonly Bucket[], query: ListQuery): Promise<ListAnswer> {
  const { limit, workflow, state } = query;
  const { after, before, colons } = slotRange(query);
  const asked =
    workflow === undefined
      ? buckets
      : buckets.filter((_, index) => index === bucketOfWorkflow(workflow, buckets.length));
  const fits = (slot: string): boolean =>
    slot > after && slot < before && (colons === undefined || slot.split(':').length - 1 === colons);
  let at = 0;
  const see = (now: string | undefined): void => {
    at = Math.max(at, Number(now));
  };

  const read = async (bucket: Bucket, slots: readonly string[]): Promise<Row[]> => {
    const keys = slots.map((slot) => bucket.row(slot));
    const [now, ...found] = (await callScript(calling, readScript, keys, [], 'reads')) as [string, ...string[][]];
    see(now);
    return found.flatMap((row, index) => {
      const kept = state === undefined || stateOfRow(row) === state ? rowOf(slots[index] ?? '', row) : undefined;
      return kept ? [kept] : [];
    });
  };

  const readAll = async (slots: readonly string[]): Promise<Row[]> => {
    const byBucket = Map.groupBy(slots, (slot) => bucketOfSlot(slot, buckets.length));
    const calls: Promise<Row[]>[] = [];
    for (const [index, own] of byBucket) {
      for (let from = 0; from < own.length; from += rowChunk) {
        calls.push(read(buckets[index] as Bucket, own.slice(from, from + rowChunk)));
      }
    }
    return (await Promise.all(calls)).flat().sort((one, other) => (one.slot < other.slot ? -1 : 1));
  };

  /** Slots above `from` in order, and up to where that is all of them; `undefined`: to the end. */
  const next = async (from: string): Promise<{ slots: string[]; upTo: string | undefined }> => {
    const count = Math.ceil((limit + 1) / asked.length) + 16;
    const found = await Promise.all(
      asked.map(async (bucket) => {
        const reply = await callScript(calling, slotsScript, [bucket.slots], [from, before, String(count)], 'reads');
        const [now, slots] = reply as Slots;
        see(now);
        return slots;
      }),
    );
    const ends = found.flatMap((slots) => (slots.length < count ? [] : [slots.at(-1) ?? '']));
    const upTo = ends.length === 0 ? undefined : ends.reduce((one, other) => (one < other ? one : other));
    const slots = found.flat().filter((slot) => upTo === undefined || slot <= upTo);
    return { slots: slots.sort(), upTo };
  };

  /** The first that are due, in order, and up to where that is all of them; `undefined`: to the end. */
  const due = async (): Promise<{ slots: string[]; upTo: string | undefined }> => {
    const most = Math.max(scanLimit, limit + 1);
    const all = await Promise.all(
      asked.map(async (bucket) => {
        let found: string[] = [];
        let upTo: string | undefined;
        for (let skip = 0; ; skip += dueChunk) {
          const args = [String(skip), String(dueChunk)];
          const [now, slots] = (await callScript(calling, dueScript, [bucket.due], args, 'reads')) as Slots;
          see(now);
          // Of a hundred thousand no more are kept and sorted than this page may need.
          found = [...found, ...slots.filter(fits)].sort();
          if (found.length > most) {
            found = found.slice(0, most);
            upTo = found.at(-1);
          }
          if (slots.length < dueChunk) return { found, upTo };
        }
      }),
    );
    const ends = all.flatMap(({ upTo }) => (upTo === undefined ? [] : [upTo]));
    const upTo = ends.length === 0 ? undefined : ends.reduce((one, other) => (one < other ? one : other));
    const slots = all.flatMap(({ found }) => found).filter((slot) => upTo === undefined || slot <= upTo);
    return { slots: slots.sort(), upTo };
  };

  const page = (rows: readonly Row[], upTo?: string): ListAnswer => {
    const kept = rows.slice(0, limit);
    const next = rows.length > kept.length ? kept.at(-1)?.slot : upTo;
    return { at, rows: kept, ...(next === undefined ? {} : { next }) };
  };

  const rows: Row[] = [];
  if (query.due === true) {
    const { slots, upTo } = await due();
    for (let from = 0; from < slots.length && rows.length <= limit; from += limit + 1) {
      rows.push(...(await readAll(slots.slice(from, from + limit + 1))));
    }
    return page(rows, upTo);
  }
  for (let from: string | undefined = after; from !== undefined && rows.length <= limit;) {
    const { slots, upTo } = await next(from);
    rows.push(...(await readAll(slots.filter(fits))));
    from = upTo;
  }
  return page(rows);
}
