/**
 * A ledger in this process's memory: for tests and for trying things out. It forgets everything when the process ends.
 * @module
 */
import { randomBytes } from 'node:crypto';

import { scanLimit } from '../attention.ts';
import { workflowOfSlot } from '../contract.ts';
import { refuseUnknown } from '../known-options.ts';
import type { AuditedRow, AuditRow, Ledger, LedgerInfo, ListAnswer, ListQuery, Row, WorkflowRow } from '../ledger.ts';
import { dueOffsetOf, shelfPage, shelfRange } from '../shelves.ts';
import { slotRange } from '../slot-range.ts';
import { SortedSlots } from '../sorted-slots.ts';
import { turn } from '../taking-turns.ts';

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
  refuseUnknown('memoryLedger', options, { now: true }, { code: 'invalid_config', left: 'Nothing was opened.' });
  const now = options.now ?? Date.now;
  const rows = new Map<string, StoredRow>();
  const history = new Map<string, AuditRow[]>();
  /** Of rows and events. */
  const slots = new SortedSlots();
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

  /** What is made of the slots above `after`, at most so many; others have their turn while it is looked for. */
  const pageOf = async <T extends { readonly slot: string }>(
    after: string,
    limit: number,
    make: (slot: string) => T | undefined,
    before = '\u007f',
  ): Promise<{ readonly rows: readonly T[]; readonly next?: string }> => {
    const found: T[] = [];
    let from: string | undefined = after;
    while (from !== undefined) {
      let scanned = 0;
      let last: string = from;
      from = undefined;
      for (const slot of slots.above(last)) {
        if (slot >= before) break;
        if (scanned === scanLimit) {
          from = last;
          break;
        }
        const made = make(slot);
        if (made && found.length === limit) {
          // Nobody else has a turn while the pages of a ledger in memory follow each other.
          await turn();
          return { rows: found, next: found.at(-1)?.slot ?? '' };
        }
        if (made) found.push(made);
        last = slot;
        scanned += 1;
      }
      if (from !== undefined) await turn();
    }
    return { rows: found };
  };

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
        if (!row) slots.add(slot);
        history.set(slot, [...events, ...command.events.map((event) => ({ ...event, at }))]);
      }
      const revision = command.expect + 1;
      const offset = dueOffsetOf(index);
      const dueAt = offset === undefined ? undefined : at + offset;
      if (!row) slots.add(slot);
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
      if (!history.has(slot)) slots.delete(slot);
      return { kind: 'removed', at };
    },
    list: async (query) => {
      const at = now();
      if (query.shelf) return listShelf(rows, { ...query, shelf: query.shelf }, at);
      const { after, before, colons } = slotRange(query);
      const fits = (row: StoredRow): boolean =>
        (colons === undefined || row.slot.split(':').length - 1 === colons) &&
        (query.state === undefined || row.state === query.state) &&
        (query.due !== true || (row.dueAt !== undefined && row.dueAt <= at));
      const page = await pageOf(
        after,
        query.limit,
        (slot) => {
          const row = rows.get(slot);
          return row && fits(row) ? row : undefined;
        },
        before,
      );
      return { at, ...page };
    },
    audited: async ({ limit, after = '', unsealed }) => {
      const page = await pageOf(after, limit, (slot): AuditedRow | undefined => {
        const row = rows.get(slot);
        const events = [...(history.get(slot) ?? [])];
        // Also a slot that has events and no record: it was deleted.
        if (!row) return unsealed === true ? undefined : { slot, revision: 0, at: 0, doc: '', state: '', events };
        if (unsealed === true && row.sealed === row.revision) return undefined;
        const { revision, at, doc, state, dueAt } = row;
        return { slot, revision, at, doc, state, events, ...(dueAt === undefined ? {} : { dueAt }) };
      });
      return { at: now(), ...page };
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
    heldWorkflows: async () => ({ rows: [...workflows.values()].filter(({ state }) => state !== 'running') }),
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

/** The first of a shelf, of which no more are kept at a time than a page needs. */
async function listShelf(
  all: ReadonlyMap<string, StoredRow>,
  query: ListQuery & { readonly shelf: NonNullable<ListQuery['shelf']> },
  at: number,
): Promise<ListAnswer> {
  const { from, after, untilOffset } = shelfRange(query);
  const most = query.limit + 1;
  let found: { readonly row: StoredRow; readonly dueAt: number }[] = [];
  const keepFirst = (): void => {
    found.sort((a, b) => a.dueAt - b.dueAt || (a.row.slot < b.row.slot ? -1 : 1));
    found = found.slice(0, most);
  };
  let scanned = 0;
  for (const row of all.values()) {
    if ((scanned += 1) % scanLimit === 0) {
      keepFirst();
      await turn();
    }
    const { dueAt = -1, slot } = row;
    if (dueAt >= from && dueAt <= at + untilOffset && (dueAt > from || slot > after)) found.push({ row, dueAt });
  }
  keepFirst();
  // Others had their turn, so one may be gone by now, or have been written again.
  return shelfPage(
    at,
    query.limit,
    found.filter(({ row }) => all.get(row.slot) === row),
  );
}
