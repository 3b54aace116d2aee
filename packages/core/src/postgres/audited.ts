import type { AuditAnswer, AuditedRow, AuditQuery, AuditRow, Ledger } from '../ledger.ts';
import { keyOf } from './rows.ts';

// One statement, so that each record and its events are of one moment. Also keys that have events and no record:
// somebody deleted it.
export const selectAudited = `
  with page as materialized (
    select key from (
      select key from (select key from {effects} where key > $1 order by key limit $2) as of_records
      union select key from (select distinct key from {events} where key > $1 order by key limit $2) as of_events
    ) as keys order by key limit $2
  )
  select {now_ms}() as now_at, p.key, e.slot, e.revision, e.at, e.doc, e.state, e.due_at, v.sequence, v.at as event_at,
    v.doc as event_doc
  from page p left join {effects} e on e.key = p.key left join {events} v on v.key = p.key order by p.key, v.sequence
`;

export const selectUnsealed = `
  with page as materialized (
    select key from {effects} where sealed <> revision and key > $1 order by key limit $2
  )
  select {now_ms}() as now_at, p.key, e.slot, e.revision, e.at, e.doc, e.state, e.due_at, v.sequence, v.at as event_at,
    v.doc as event_doc
  from page p join {effects} e on e.key = p.key left join {events} v on v.key = p.key order by p.key, v.sequence
`;

// In the order of their keys, as all writes take their rows.
export const updateSealed = `
  with held as materialized (
    select e.key, e.revision from {effects} e
      join unnest($1::text[], $2::integer[]) as c (key, revision) on c.key = e.key and c.revision = e.revision
    order by e.key for update of e
  )
  update {effects} e set sealed = h.revision from held h where e.key = h.key and e.revision = h.revision
`;

export interface AuditedRowOf {
  readonly now_at: number | string;
  readonly key: string;
  readonly slot: string | null;
  readonly revision: number | null;
  readonly at: number | string;
  readonly doc: string;
  readonly state: string;
  readonly due_at: number | string | null;
  readonly sequence: number | null;
  readonly event_at: number | string;
  readonly event_doc: string;
}

export function auditedValues({ after = '', limit }: AuditQuery): unknown[] {
  return [after, limit + 1];
}

/** The columns of `markSealed`. */
export function sealedValues(rows: Parameters<Ledger['markSealed']>[0]): unknown[] {
  return [rows.map(({ slot }) => keyOf(slot)), rows.map(({ revision }) => revision)];
}

/** A page of joined rows; its cursor is a key. `at` is the time where there are none. */
export function auditedAnswer(found: readonly AuditedRowOf[], limit: number, at: number): AuditAnswer {
  const byKey = [...Map.groupBy(found, ({ key }) => key)];
  const page = byKey.slice(0, limit);
  const next = byKey.length > limit ? page.at(-1)?.[0] : undefined;
  return {
    at: found[0] ? Number(found[0].now_at) : at,
    rows: page.map(([key, rows]) => auditedRow(key, rows)),
    ...(next === undefined ? {} : { next }),
  };
}

function auditedRow(key: string, rows: readonly AuditedRowOf[]): AuditedRow {
  const [first] = rows;
  const events = rows.flatMap(({ sequence, event_at, event_doc }): AuditRow[] =>
    sequence === null ? [] : [{ sequence, at: Number(event_at), doc: event_doc }],
  );
  if (!first || first.revision === null) return { slot: key, revision: 0, at: 0, doc: '', state: '', events };
  const { slot, revision, at, doc, state, due_at } = first;
  const due = due_at === null ? {} : { dueAt: Number(due_at) };
  return { slot: slot ?? key, revision, at: Number(at), doc, state, ...due, events };
}
