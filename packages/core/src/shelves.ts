import type { ListAnswer, ListQuery, RecordIndex, Row } from './ledger.ts';

/**
 * What waits for retention lies in the index of due times too, far above the times at which anybody looks for work: so
 * a store needs no second index, a write no second column, and recovery never meets what is settled.
 */
export type ShelfName = 'expiry' | 'tombstones';

/** In the year 33658 and further on; sums with a time stay whole numbers that a double holds exactly. */
const floors: Readonly<Record<ShelfName, number>> = { expiry: 1e15, tombstones: 2e15 };

/** In how many milliseconds after the write a store has a row in its index of due times; `undefined`: not at all. */
export function dueOffsetOf({ dueAfterMs, shelf }: RecordIndex): number | undefined {
  if (dueAfterMs !== undefined) return dueAfterMs;
  return shelf === undefined ? undefined : floors[shelf.name] + Math.max(0, shelf.afterMs);
}

/** Where in the index of due times a page of a shelf lies. */
export interface ShelfRange {
  /** The first due time. */
  readonly from: number;
  /** At `from`, only slots above this one. */
  readonly after: string;
  /** To be added to the ledger's time, for the last due time. */
  readonly untilOffset: number;
}

export function shelfRange(query: ListQuery & { readonly shelf: NonNullable<ListQuery['shelf']> }): ShelfRange {
  const { name, olderThanMs = 0 } = query.shelf;
  const floor = floors[name];
  const [, due = String(floor), after = ''] = /^(\d+) (.*)$/s.exec(query.after ?? '') ?? [];
  return { from: Number(due), after, untilOffset: floor - olderThanMs };
}

/** A page of what was found in the order of due times and slots, of which one more than the limit was asked for. */
export function shelfPage(
  at: number,
  limit: number,
  found: readonly { readonly row: Row; readonly dueAt: number }[],
): ListAnswer {
  const kept = found.slice(0, limit);
  const last = kept.at(-1);
  return {
    at,
    rows: kept.map(({ row }) => row),
    ...(last && found.length > kept.length ? { next: `${last.dueAt} ${last.row.slot}` } : {}),
  };
}
