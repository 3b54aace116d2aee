/**
 * A ledger in this process's memory: for tests and for trying things out. It forgets everything when the process ends.
 * @module
 */
import { randomBytes } from 'node:crypto';

import { workflowOfSlot } from '../contract.ts';
import type { AuditRow, Ledger, LedgerInfo, ListAnswer, ListQuery, Row, WorkflowRow } from '../ledger.ts';
import { dueOffsetOf, shelfPage, shelfRange } from '../shelves.ts';

interface StoredRow extends Row {
  readonly state: string;
  readonly dueAt: number | undefined;
  readonly sealed: number;
}

/**
 * Makes a ledger in memory. It keeps every promise of a ledger except durability.
 * @example
 * const oncely = createOncely({ ledger: memoryLedger() });
 */
export function memoryLedger(options: { readonly now?: () => number } = {}): Ledger {
  const now = options.now ?? Date.now;
  const rows = new Map<string, StoredRow>();
  const history = new Map<string, AuditRow[]>();
  const workflows = new Map<string, WorkflowRow>();
  const id = randomBytes(16).toString('hex');
  const key = randomBytes(32);
  let epoch = 1;
  let suspectSince: number | undefined;

  // A clock that was set back must not make a slot's time run backwards.
  const timeAfter = (row: StoredRow | undefined): number => Math.max(now(), row?.at ?? 0);

  const info = (): LedgerInfo => ({
    id,
    key,
    epoch,
    at: now(),
    ...(suspectSince === undefined ? {} : { suspectSince }),
  });

  return {
    name: 'memory',
    open: async () => info(),
    write: async (command) => {
      const row = rows.get(command.slot);
      const at = timeAfter(row);
      if ((row?.revision ?? 0) !== command.expect) return { kind: 'conflict', at, ...(row ? { row } : {}) };
      if (command.guard) {
        if (command.guard.epoch !== epoch) return { kind: 'epoch', at, info: info() };
        const workflow = workflows.get(workflowOfSlot(command.slot));
        if (workflow && workflow.state !== 'running') return { kind: 'held', at, workflow };
      }
      const { slot, doc, index } = command;
      if (command.events.length > 0) {
        const events = history.get(slot) ?? [];
        const taken = new Set(events.map((event) => event.sequence));
        for (const { sequence } of command.events) {
          if (taken.has(sequence)) throw new Error(`${slot} has an audit event ${sequence} already`);
          taken.add(sequence);
        }
        history.set(slot, [...events, ...command.events.map((event) => ({ ...event, at }))]);
      }
      const revision = command.expect + 1;
      const offset = dueOffsetOf(index);
      const dueAt = offset === undefined ? undefined : at + offset;
      rows.set(slot, { slot, revision, at, doc, state: index.state, dueAt, sealed: row?.sealed ?? 0 });
      return { kind: 'written', revision, at };
    },
    read: async (slot) => {
      const row = rows.get(slot);
      return { at: timeAfter(row), ...(row ? { row } : {}) };
    },
    remove: async ({ slot, expect, at: writtenAt }) => {
      const row = rows.get(slot);
      const at = timeAfter(row);
      if (!row || row.revision !== expect || row.at !== writtenAt)
        return { kind: 'conflict', at, ...(row ? { row } : {}) };
      rows.delete(slot);
      return { kind: 'removed', at };
    },
    list: async (query) => {
      const at = now();
      if (query.shelf) return listShelf(rows.values(), { ...query, shelf: query.shelf }, at);
      const found = [...rows.values()]
        .filter(
          (row) =>
            (query.after === undefined || row.slot > query.after) &&
            (query.workflow === undefined || workflowOfSlot(row.slot) === query.workflow) &&
            (query.state === undefined || row.state === query.state) &&
            (query.due !== true || (row.dueAt !== undefined && row.dueAt <= at)),
        )
        .sort((a, b) => (a.slot < b.slot ? -1 : 1));
      const page = found.slice(0, query.limit);
      const last = page.at(-1);
      return { at, rows: page, ...(last && found.length > page.length ? { next: last.slot } : {}) };
    },
    audited: async ({ limit, after = '', unsealed }) => {
      // Also slots that have events and no record: it was deleted.
      const bare = [...history.keys()].filter((slot) => unsealed !== true && !rows.has(slot));
      const found = [
        ...[...rows.values()].filter((row) => unsealed !== true || row.sealed !== row.revision),
        ...bare.map((slot) => ({ slot, revision: 0, at: 0, doc: '', state: '', dueAt: undefined })),
      ]
        .filter((row) => row.slot > after)
        .sort((a, b) => (a.slot < b.slot ? -1 : 1));
      const page = found.slice(0, limit).map(({ slot, revision, at, doc, state, dueAt }) => ({
        slot,
        revision,
        at,
        doc,
        state,
        events: [...(history.get(slot) ?? [])],
        ...(dueAt === undefined ? {} : { dueAt }),
      }));
      const last = page.at(-1);
      return { at: now(), rows: page, ...(last && found.length > page.length ? { next: last.slot } : {}) };
    },
    markSealed: async (sealed) => {
      for (const { slot, revision } of sealed) {
        const row = rows.get(slot);
        if (row?.revision === revision) rows.set(slot, { ...row, sealed: revision });
      }
    },
    history: async (slot) => [...(history.get(slot) ?? [])],
    readWorkflow: async (workflow) => {
      const row = workflows.get(workflow);
      return { at: now(), ...(row ? { row } : {}) };
    },
    writeWorkflow: async ({ workflow, expect, state, doc }) => {
      const at = now();
      const row = workflows.get(workflow);
      if ((row?.revision ?? 0) !== expect) return { kind: 'conflict', at, ...(row ? { row } : {}) };
      workflows.set(workflow, { workflow, revision: expect + 1, at, state, doc });
      return { kind: 'written', revision: expect + 1, at };
    },
    markSuspect: async (since) => {
      // A second loss does not end the doubt about the first.
      suspectSince = since === undefined ? undefined : Math.min(since, suspectSince ?? since);
      epoch += 1;
      return info();
    },
    raiseEpoch: async () => {
      epoch += 1;
      return info();
    },
    close: async () => {},
  };
}

function listShelf(
  rows: Iterable<StoredRow>,
  query: ListQuery & { readonly shelf: NonNullable<ListQuery['shelf']> },
  at: number,
): ListAnswer {
  const { from, after, untilOffset } = shelfRange(query);
  const found = [...rows].flatMap((row) => {
    const { dueAt = -1, slot } = row;
    const fits = dueAt >= from && dueAt <= at + untilOffset && (dueAt > from || slot > after);
    return fits ? [{ row, dueAt }] : [];
  });
  found.sort((a, b) => a.dueAt - b.dueAt || (a.row.slot < b.row.slot ? -1 : 1));
  return shelfPage(at, query.limit, found);
}
