import type { LedgerSession } from '../ledger-session.ts';
import type { RecordIndex, Row } from '../ledger.ts';
import { settleEntries } from './ends.ts';
import type { LimitDoc } from './row.ts';
import type { Limit } from './rules.ts';
import { labelledWindow, type Window } from './window.ts';

/**
 * A row that is removed begins anew at the first revision, which a writer that stood still since must not take for the
 * one it read. Nobody stands still for as long between reading a row and writing it.
 */
const untouchedMs = 600_000;

/** Where a row lies for retention, which looks at it once nothing in it can count any more; not where it counts ever. */
export function shelfOf({ longestMs }: Window): Pick<RecordIndex, 'shelf'> {
  return longestMs === undefined ? {} : { shelf: { name: 'expiry', afterMs: longestMs + untouchedMs } };
}

/** A stored row: what was put there by its last write has that write's time. */
export function docOf({ at, doc }: Pick<Row, 'at' | 'doc'>): LimitDoc {
  const stored = JSON.parse(doc) as LimitDoc;
  return { ...stored, entries: stored.entries.map((entry) => ({ at, ...entry })) };
}

/** As much of a rule as its row tells of it. */
export function limitOfRow({ label, window, maxima = {} }: LimitDoc): Limit {
  const [maxKey = 'null'] = Object.entries(maxima).toSorted(([, one], [, other]) => other - one)[0] ?? [];
  return {
    id: '',
    label,
    rule: { operations: '', per: '' },
    names: [],
    window: labelledWindow(window),
    groups: [],
    maxOf: () => Infinity,
    maxKey,
  };
}

/** Until when a row is needed at least; `Infinity` while what it counts counts ever. */
export async function limitKeptUntil(session: LedgerSession, row: Row, now: number): Promise<number> {
  const limit = limitOfRow(docOf(row));
  const { used, entries } = await settleEntries(session, docOf(row), limit, now);
  const free = row.at + untouchedMs;
  const { longestMs = Infinity, overAt } = limit.window;
  // What is open or in doubt counts in every window; it is looked at again when it may have ended.
  if (entries.length > 0) return Math.max(free, now + longestMs);
  const ends = Object.values(used).flatMap((parts) => Object.keys(parts).map((part) => overAt(part) ?? Infinity));
  return Math.max(free, ...ends);
}
