import type { StatementSync } from 'node:sqlite';

import { rareStates, scanLimit, upToText } from '../attention.ts';
import type { ListAnswer, ListQuery, Row } from '../ledger.ts';
import { shelfPage, shelfRange } from '../shelves.ts';
import { slotRange } from '../slot-range.ts';

/** Listings, each a statement of its own, so that the few it is after are found by an index among millions. */

const listRows: string = `
  select slot, revision, at, doc from effects
  where slot > :after and slot < :before and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
    and (:state is null or state = :state)
  order by slot limit :limit
`;

/** From how many on their index is not sorted for every page: each of them is looked up in the table. */
const manyDue = 2_000;

/** Where a page ends at the latest, whatever it finds. */
const selectScanEnd: string = `
  select slot from effects where slot > :after and slot < :before order by slot limit 1 offset :scan
`;

/** Of a state that few are in. */
const listRareRows: string = `
  select slot, revision, at, doc from effects indexed by effects_attention
  where state = :state and state in (${rareStates.map((state) => `'${state}'`).join(', ')})
    and slot > :after and slot < :before and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
  order by slot limit :limit
`;

const listDueRows: string = `
  select slot, revision, at, doc from effects indexed by effects_due
  where due_at <= :due and slot > :after and slot < :before
    and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
    and (:state is null or state = :state)
  order by slot limit :limit
`;

/** How many are due, if that is not too many. */
const countDueRows: string = `
  select count(*) as found from (select 1 from effects indexed by effects_due where due_at <= :due limit :most)
`;

/** Of so many that are due that their index would be read for long: what is found among so many rows. */
const listManyDueRows: string = `
  select slot, revision, at, doc from effects
  where slot > :after and slot < :before and +due_at <= :due
    and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
    and (:state is null or state = :state)
  order by slot limit :limit
`;

const listShelfRows: string = `
  select slot, revision, at, doc, due_at as dueAt from effects indexed by effects_due
  where due_at >= :from and due_at <= :until and (due_at > :from or slot > :after)
  order by due_at, slot limit :limit
`;

/** A page of rows as of `at`; of a state that many are in, what is found among so many rows. */
export function listPage(statement: (sql: string) => StatementSync, query: ListQuery, at: number): ListAnswer {
  const { limit, state = null } = query;
  if (query.shelf) {
    const { from, after, untilOffset } = shelfRange({ ...query, shelf: query.shelf });
    const bounds = { from, after, until: at + untilOffset, limit: limit + 1 };
    const found = statement(listShelfRows).iterate(bounds) as unknown as Iterable<Row & { dueAt: number }>;
    const { rows: lying, more } = upToText(found, limit);
    const page = lying.map(({ dueAt, ...row }) => ({ row, dueAt }));
    // One more than the page says that there is one.
    return shelfPage(at, lying.length, more ? [...page, ...page.slice(-1)] : page);
  }
  const { colons = null, ...range } = slotRange(query);
  const rare = state !== null && rareStates.includes(state);
  const due = query.due === true;
  const many = due && (statement(countDueRows).get({ due: at, most: manyDue }) as { found: number }).found === manyDue;
  const scans = many || (!due && !rare && (state !== null || colons !== null));
  const end = scans
    ? (statement(selectScanEnd).get({ ...range, scan: scanLimit - 1 }) as { slot: string } | undefined)?.slot
    : undefined;
  const sql = many ? listManyDueRows : due ? listDueRows : rare ? listRareRows : listRows;
  const found = statement(sql).iterate({
    ...range,
    // Below every other slot that begins as the end does.
    ...(end === undefined ? {} : { before: `${end}\u0001` }),
    colons,
    state,
    limit: limit + 1,
    ...(due ? { due: at } : {}),
  }) as unknown as Iterable<Row>;
  const { rows, more } = upToText(found, limit);
  const last = rows.at(-1);
  if (last && more) return { at, rows, next: last.slot };
  return { at, rows, ...(end === undefined ? {} : { next: end }) };
}
