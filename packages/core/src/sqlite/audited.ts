import type { StatementSync } from 'node:sqlite';

import { lengthOf, upToText } from '../attention.ts';
import type { AuditAnswer, AuditedRow, AuditQuery, AuditRow, Ledger } from '../ledger.ts';

// Also slots that have events and no record: somebody deleted it.
const selectAll = `
  select slot from (
    select slot from (select slot from effects where slot > :after order by slot limit :limit)
    union select slot from (select distinct slot from events where slot > :after order by slot limit :limit)
  ) order by slot limit :limit
`;

const selectUnsealed = `
  select slot from effects indexed by effects_unsealed where sealed <> revision and slot > :after
  order by slot limit :limit
`;

const selectWhole = `select slot, revision, at, doc, state, due_at from effects where slot = ?`;

const selectEvents = `select sequence, at, doc from events where slot = ? order by sequence`;

const updateSealed = `update effects set sealed = :revision where slot = :slot and revision = :revision`;

type Statement = (sql: string) => StatementSync;

/** A page of records with their events. To be read inside of one transaction. */
export function auditedPage(statement: Statement, query: AuditQuery, at: number): AuditAnswer {
  const { limit, after = '' } = query;
  const select = statement(query.unsealed === true ? selectUnsealed : selectAll);
  const slots = (select.all({ after, limit: limit + 1 }) as unknown as { slot: string }[]).map(({ slot }) => slot);
  const { rows, more } = upToText(wholeRows(statement, slots), limit, lengthOf);
  const last = rows.at(-1);
  return { at, rows, ...(last !== undefined && more ? { next: last.slot } : {}) };
}

export function markRows(statement: Statement, rows: Parameters<Ledger['markSealed']>[0]): void {
  for (const { slot, revision } of rows) statement(updateSealed).run({ slot, revision });
}

function* wholeRows(statement: Statement, slots: readonly string[]): Generator<AuditedRow> {
  for (const slot of slots) yield wholeOf(statement, slot);
}

function wholeOf(statement: Statement, slot: string): AuditedRow {
  const events = statement(selectEvents).all(slot) as unknown as AuditRow[];
  const found = statement(selectWhole).get(slot) as unknown as
    | (Omit<AuditedRow, 'events' | 'dueAt'> & { readonly due_at: number | null })
    | undefined;
  if (!found) return { slot, revision: 0, at: 0, doc: '', state: '', events };
  const { due_at, ...row } = found;
  return { ...row, ...(due_at === null ? {} : { dueAt: due_at }), events };
}
