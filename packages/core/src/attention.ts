import type { AuditedRow, ListAnswer, ListQuery } from './ledger.ts';

/** The states that somebody is to look at, or that few effects are in: stores find them by an index. */
export const rareStates: readonly string[] = [
  'awaiting_approval',
  'ready',
  'in_doubt',
  'stopped',
  'rejected',
  'declined',
  'cancelled',
  'compensating',
  'compensated',
];

/** How many rows a store looks through in one step for those that fit: what follows is for the next page. */
export const scanLimit = 2_000;

/** How much text a store on this machine reads in one step, in characters. */
const textLimit = 1_000_000;

/** How much text a row has, its events with it. */
export function lengthOf({ doc, events }: AuditedRow): number {
  return events.reduce((sum, event) => sum + event.doc.length, doc.length);
}

/** The first rows of a page whose text is no longer than one step may read, and at least one. */
export function upToText<T extends { readonly doc: string }>(
  rows: Iterable<T>,
  limit: number,
  lengthOf: (row: T) => number = ({ doc }) => doc.length,
): { readonly rows: readonly T[]; readonly more: boolean } {
  const read: T[] = [];
  let length = 0;
  for (const row of rows) {
    if (read.length === limit || (read.length > 0 && length + lengthOf(row) > textLimit))
      return { rows: read, more: true };
    read.push(row);
    length += lengthOf(row);
  }
  return { rows: read, more: false };
}

/**
 * A page of the records that may be in a state: stored as in it, or turned to it by time alone, as an attempt that nobody
 * ended turns to doubt.
 */
export async function listMayBe(
  list: (query: ListQuery) => Promise<ListAnswer>,
  state: string | undefined,
  limit: number,
  after: string,
): Promise<ListAnswer> {
  if (state === undefined) return list({ limit, after });
  const turned = state === 'in_doubt' || state === 'stopped';
  const pages = await Promise.all([
    list({ limit, after, state }),
    ...(turned ? [list({ limit, after, state: 'executing', due: true })] : []),
  ]);
  // Behind the end of the shorter page the other may have more.
  const ends = pages.flatMap(({ next }) => (next === undefined ? [] : [next]));
  const upTo = ends.length === 0 ? undefined : ends.reduce((one, other) => (one < other ? one : other));
  const rows = pages
    .flatMap((page) => page.rows)
    .filter(({ slot }) => upTo === undefined || slot <= upTo)
    .sort((one, other) => (one.slot < other.slot ? -1 : 1));
  return { at: Math.max(...pages.map(({ at }) => at)), rows, ...(upTo === undefined ? {} : { next: upTo }) };
}
