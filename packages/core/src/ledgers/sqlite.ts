/**
 * The embedded ledger: one SQLite file, shared by any number of processes of one machine.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import { batching } from '../batching.ts';
import { workflowOfSlot } from '../contract.ts';
import { OncelyError } from '../errors.ts';
import type { AuditRow, Ledger, LedgerInfo, Row, WorkflowRow, WriteAnswer, WriteCommand } from '../ledger.ts';
import { slotRange } from '../slot-range.ts';
import { auditedPage, markRows } from '../sqlite/audited.ts';
import { refuseUnfitPlace } from '../sqlite/place.ts';
import { fileFailure, migrate, rollback } from '../sqlite/schema.ts';

export interface SqliteOptions {
  /** Accept a file in a serverless environment, where it is gone with the instance and nothing is remembered. */
  readonly allowEphemeral?: boolean;
  /** How long one call waits for another process's write, in milliseconds. Default 10,000. */
  readonly busyTimeoutMs?: number;
  /** The ledger's clock, in milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

const selectRow = `select slot, revision, at, doc from effects where slot = ?`;

const insertRow = `
  insert into effects (slot, revision, at, doc, state, due_at) values (?, ?, ?, ?, ?, ?)
  on conflict (slot) do update set revision = excluded.revision, at = excluded.at, doc = excluded.doc,
    state = excluded.state, due_at = excluded.due_at
`;

const insertEvent = `insert into events (slot, sequence, at, doc) values (?, ?, ?, ?)`;

const selectEvents = `select sequence, at, doc from events where slot = ? order by sequence`;

const listRows = `
  select slot, revision, at, doc from effects
  where slot > :after and slot < :before and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
    and (:state is null or state = :state)
  order by slot limit :limit
`;

// A statement of its own, so that the few that are due are found by their index among millions that are not.
const listDueRows = `
  select slot, revision, at, doc from effects indexed by effects_due
  where due_at <= :due and slot > :after and slot < :before
    and (:colons is null or length(slot) - length(replace(slot, ':', '')) = :colons)
    and (:state is null or state = :state)
  order by slot limit :limit
`;

const selectInfo = `select id, key, epoch, suspect_since from ledger`;

// A second loss does not end the doubt about the first.
const updateEpoch = `update ledger set epoch = epoch + 1`;

const updateSuspect = `update ledger set suspect_since = min(:since, coalesce(suspect_since, :since)), epoch = epoch + 1`;

const selectWorkflow = `select workflow, revision, at, state, doc from workflows where workflow = ?`;

const insertWorkflow = `
  insert into workflows (workflow, revision, at, state, doc) values (?, ?, ?, ?, ?)
  on conflict (workflow) do update set revision = excluded.revision, at = excluded.at, state = excluded.state,
    doc = excluded.doc
`;

/**
 * Makes the embedded ledger on a file. What it has acknowledged survives a crash of the process, of the machine and a
 * loss of power (WAL, synchronous=FULL). Times are of this machine's clock. Nothing is opened before the first use.
 *
 * @throws OncelyError `ledger_unusable`, at the first use: not a ledger, corrupt, written by a newer version, on a
 * network file system, or in a serverless environment whose files vanish.
 * @example
 * const oncely = createOncely({ ledger: sqliteLedger('effects.db') });
 */
export function sqliteLedger(file: string, options: SqliteOptions = {}): Ledger {
  const name = `sqlite ${file}`;
  const now = options.now ?? Date.now;
  const busyTimeoutMs = options.busyTimeoutMs ?? 10_000;
  let opened: { database: DatabaseSync; prepared: Map<string, StatementSync> } | undefined;

  const connect = (): { database: DatabaseSync; prepared: Map<string, StatementSync> } => {
    if (opened) return opened;
    refuseUnfitPlace(file, options.allowEphemeral === true);
    let database: DatabaseSync | undefined;
    try {
      // SQLite itself waits for other processes only briefly, since it blocks the event loop; see `patiently`.
      database = new DatabaseSync(file);
      database.exec('pragma busy_timeout = 50');
      migrate(database, file, { id: randomBytes(16).toString('hex'), key: randomBytes(32) });
    } catch (error) {
      database?.close();
      throw fileFailure(error, file);
    }
    opened = { database, prepared: new Map() };
    return opened;
  };

  const statement = (sql: string): StatementSync => {
    const { database, prepared } = connect();
    let found = prepared.get(sql);
    if (!found) prepared.set(sql, (found = database.prepare(sql)));
    return found;
  };

  const patiently = async <T>(work: () => T): Promise<T> => {
    const giveUpAt = performance.now() + busyTimeoutMs;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
      try {
        return work();
      } catch (error) {
        if (!busy.has(resultCodeOf(error))) throw unavailable(error, file);
        if (performance.now() > giveUpAt) throw unavailable(error, file);
        await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
      }
    }
  };

  const inTransaction = <T>(work: () => T, begin = 'begin immediate'): T => {
    const { database } = connect();
    database.exec(begin);
    try {
      const result = work();
      database.exec('commit');
      return result;
    } catch (error) {
      rollback(database);
      throw error;
    }
  };

  const readInfo = (): LedgerInfo => {
    const found = statement(selectInfo).get() as {
      id: string;
      key: Uint8Array;
      epoch: number;
      suspect_since: number | null;
    };
    return {
      id: found.id,
      key: found.key,
      epoch: found.epoch,
      at: now(),
      ...(found.suspect_since === null ? {} : { suspectSince: found.suspect_since }),
    };
  };

  const readRow = (slot: string): Row | undefined => statement(selectRow).get(slot) as unknown as Row | undefined;

  const readWorkflow = (workflow: string): WorkflowRow | undefined =>
    statement(selectWorkflow).get(workflow) as unknown as WorkflowRow | undefined;

  // A clock that was set back must not make a slot's time run backwards.
  const timeAfter = (row: Row | undefined): number => Math.max(now(), row?.at ?? 0);

  const writeLocked = (command: WriteCommand): WriteAnswer => {
    const row = readRow(command.slot);
    const at = timeAfter(row);
    if ((row?.revision ?? 0) !== command.expect) return { kind: 'conflict', at, ...(row ? { row } : {}) };
    if (command.guard) {
      const info = readInfo();
      if (info.epoch !== command.guard.epoch) return { kind: 'epoch', at, info };
      const workflow = readWorkflow(workflowOfSlot(command.slot));
      if (workflow && workflow.state !== 'running') return { kind: 'held', at, workflow };
    }
    const { slot, doc, index } = command;
    const revision = command.expect + 1;
    const dueAt = index.dueAfterMs === undefined ? null : Math.ceil(at + index.dueAfterMs);
    statement(insertRow).run(slot, revision, at, doc, index.state, dueAt);
    for (const event of command.events) statement(insertEvent).run(slot, event.sequence, at, event.doc);
    return { kind: 'written', revision, at };
  };

  const conflictWith = (command: WriteCommand): (WriteAnswer & { kind: 'conflict' }) | undefined => {
    const row = readRow(command.slot);
    if ((row?.revision ?? 0) === command.expect) return undefined;
    return { kind: 'conflict', at: timeAfter(row), ...(row ? { row } : {}) };
  };

  const write = batching<WriteCommand, WriteAnswer>({
    name,
    send: (commands) =>
      patiently(() => {
        // Replays find their records without taking the write lock of the file.
        const answers = commands.map(conflictWith);
        if (answers.every((answer) => answer !== undefined)) return answers;
        return inTransaction(() => commands.map((command, at) => answers[at] ?? writeLocked(command)));
      }),
    weigh: ({ doc }) => doc.length,
    isFaultOfOne: (error) => faultsOfOne.has(resultCodeOf(error)),
    // A commit stops this thread, so nothing could gather while it is under way: one commit for all of a turn.
    gather: () => new Promise((resolve) => setImmediate(resolve)),
  });

  return {
    name,
    open: () => patiently(readInfo),
    write,
    read: (slot) =>
      patiently(() => {
        const row = readRow(slot);
        return { at: timeAfter(row), ...(row ? { row } : {}) };
      }),
    list: (query) =>
      patiently(() => {
        const at = now();
        const { after, before, colons = null } = slotRange(query);
        const found = statement(query.due === true ? listDueRows : listRows).all({
          after,
          before,
          colons,
          state: query.state ?? null,
          limit: query.limit + 1,
          ...(query.due === true ? { due: at } : {}),
        }) as unknown as Row[];
        const rows = found.slice(0, query.limit);
        const last = rows.at(-1);
        return { at, rows, ...(last && found.length > rows.length ? { next: last.slot } : {}) };
      }),
    audited: (query) => patiently(() => inTransaction(() => auditedPage(statement, query, now()), 'begin')),
    markSealed: (rows) => patiently(() => inTransaction(() => markRows(statement, rows))),
    history: (slot) => patiently(() => statement(selectEvents).all(slot) as unknown as AuditRow[]),
    readWorkflow: (workflow) =>
      patiently(() => {
        const row = readWorkflow(workflow);
        return { at: now(), ...(row ? { row } : {}) };
      }),
    writeWorkflow: ({ workflow, expect, state, doc }) =>
      patiently(() =>
        inTransaction(() => {
          const at = now();
          const row = readWorkflow(workflow);
          if ((row?.revision ?? 0) !== expect) return { kind: 'conflict', at, ...(row ? { row } : {}) };
          statement(insertWorkflow).run(workflow, expect + 1, at, state, doc);
          return { kind: 'written', revision: expect + 1, at };
        }),
      ),
    markSuspect: (since) =>
      patiently(() =>
        inTransaction(() => {
          statement(updateSuspect).run({ since: since ?? null });
          return readInfo();
        }),
      ),
    raiseEpoch: () =>
      patiently(() =>
        inTransaction(() => {
          statement(updateEpoch).run();
          return readInfo();
        }),
      ),
    close: async () => {
      opened?.prepared.clear();
      opened?.database.close();
      opened = undefined;
    },
  };
}

// Primary result codes (https://sqlite.org/rescode.html): SQLITE_BUSY and SQLITE_LOCKED; then SQLITE_ABORT (a trigger of
// ours), SQLITE_TOOBIG, SQLITE_CONSTRAINT and SQLITE_MISMATCH, which blame one row.
const busy = new Set([5, 6]);
const faultsOfOne = new Set([4, 18, 19, 20]);
const sqliteFull = 13;

function resultCodeOf(error: unknown): number {
  const { errcode, cause } = error as { errcode?: number; cause?: unknown };
  if (errcode !== undefined) return errcode & 0xff;
  return cause === undefined ? 0 : resultCodeOf(cause);
}

function unavailable(cause: unknown, file: string): unknown {
  const error = fileFailure(cause, file);
  if (error instanceof OncelyError) return error;
  if (resultCodeOf(cause) === sqliteFull) {
    return new OncelyError('ledger_unavailable', {
      message: `The ledger ${file} cannot grow: its disk is full. This command was not stored.`,
      fix: 'free space on the disk; what was stored is intact, and the same command then succeeds',
      cause: error,
    });
  }
  return new OncelyError('ledger_unavailable', {
    message: `The ledger ${file} did not answer: ${error instanceof Error ? error.message : String(error)}. This command was not stored.`,
    cause: error,
  });
}
