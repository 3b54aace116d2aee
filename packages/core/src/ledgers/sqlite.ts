/**
 * The embedded ledger: one SQLite file, shared by any number of processes of one machine.
 * @module
 */
import { batching } from '../batching.ts';
import { workflowOfSlot } from '../contract.ts';
import { OncelyError } from '../errors.ts';
import { refuseUnknown, type NamesOf } from '../known-options.ts';
import type { AuditRow, Ledger, LedgerInfo, Row, WorkflowRow, WriteAnswer, WriteCommand } from '../ledger.ts';
import { dueOffsetOf } from '../shelves.ts';
import { auditedPage, markRows } from '../sqlite/audited.ts';
import { connectionTo } from '../sqlite/connection.ts';
import { isFaultOfOne } from '../sqlite/failures.ts';
import { listPage } from '../sqlite/listing.ts';
import { createMemory } from '../sqlite/memory.ts';
import { turn } from '../taking-turns.ts';

export interface SqliteOptions {
  /** Accept a file in a serverless environment, where it is gone with the instance and nothing is remembered. */
  readonly allowEphemeral?: boolean;
  /** How long one call waits for another process's write, in milliseconds. Default 10,000. */
  readonly busyTimeoutMs?: number;
  /** Told once what about the file is not safe. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
  /** The ledger's clock, in milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

// Reading more with all of their events would stop this thread for too long.
const auditedAtOnce = 100;

const selectRow = `select slot, revision, at, doc from effects where slot = ?`;

const insertRow = `
  insert into effects (slot, revision, at, doc, state, due_at) values (?, ?, ?, ?, ?, ?)
  on conflict (slot) do update set revision = excluded.revision, at = excluded.at, doc = excluded.doc,
    state = excluded.state, due_at = excluded.due_at
`;

const insertEvent = `insert into events (slot, sequence, at, doc) values (?, ?, ?, ?)`;

const selectEvents = `select sequence, at, doc from events where slot = ? order by sequence`;

const deleteRow = `delete from effects where slot = ?`;

const selectInfo = `select id, key, epoch, suspect_since from ledger`;

// A second loss does not end the doubt about the first.
const updateEpoch = `update ledger set epoch = epoch + 1`;

const updateSuspect = `update ledger set suspect_since = min(:since, coalesce(suspect_since, :since)), epoch = epoch + 1`;

const selectWorkflow = `select workflow, revision, at, state, doc from workflows where workflow = ?`;

const selectHeldWorkflows = `
  select workflow, revision, at, state, doc from workflows where workflow > ? and state <> 'running' order by workflow limit ?
`;

const insertWorkflow = `
  insert into workflows (workflow, revision, at, state, doc) values (?, ?, ?, ?, ?)
  on conflict (workflow) do update set revision = excluded.revision, at = excluded.at, state = excluded.state,
    doc = excluded.doc
`;

/**
 * Makes the embedded ledger on a file. What it has acknowledged survives a crash of the process, of the machine and a
 * loss of power (WAL, synchronous=FULL). Times are of this machine's clock. Nothing is opened before the first use.
 *
 * @throws OncelyError `invalid_config` for options that cannot be; `ledger_unusable`, at the first use: not a ledger,
 * corrupt, written by a newer version, on a network file system, or in a serverless environment whose files vanish.
 * @example
 * const oncely = createOncely({ ledger: sqliteLedger('effects.db') });
 */
export function sqliteLedger(file: string, options: SqliteOptions = {}): Ledger {
  refuseBadOptions(file, options);
  const name = `sqlite ${file}`;
  const now = options.now ?? Date.now;
  const warned = new Set<string>();
  const { statement, patiently, inTransaction, close } = connectionTo(file, {
    allowEphemeral: options.allowEphemeral === true,
    busyTimeoutMs: options.busyTimeoutMs ?? 10_000,
    now,
    warn: (message) => {
      if (warned.has(message)) return;
      warned.add(message);
      (options.onWarning ?? emitWarning)(message);
    },
  });

  const memory = createMemory(statement, file);

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
    const offset = dueOffsetOf(index);
    const dueAt = offset === undefined ? null : Math.ceil(at + offset);
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
        const written = inTransaction(() => {
          const lostSince = memory.lostSince();
          if (lostSince !== undefined) statement(updateSuspect).run({ since: lostSince });
          return commands.map((command, at) => answers[at] ?? writeLocked(command));
        });
        for (const [at, command] of commands.entries()) {
          if (written[at]?.kind === 'written') memory.remember(command, written[at].at);
        }
        return written;
      }),
    weigh: ({ doc }) => doc.length,
    isFaultOfOne,
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
    remove: ({ slot, expect, at: writtenAt }) =>
      patiently(() =>
        inTransaction(() => {
          const row = readRow(slot);
          const at = timeAfter(row);
          if (row?.revision !== expect || row.at !== writtenAt)
            return { kind: 'conflict', at, ...(row ? { row } : {}) };
          statement(deleteRow).run(slot);
          return { kind: 'removed', at };
        }),
      ),
    list: async (query) => {
      const page = await patiently(() => listPage(statement, query, now()));
      // This thread stood still for the page, and whoever reads many of them must leave some of it to the others.
      if (page.next !== undefined) await turn();
      return page;
    },
    audited: async (query) => {
      const limit = Math.min(query.limit, auditedAtOnce);
      const page = await patiently(() =>
        inTransaction(() => auditedPage(statement, { ...query, limit }, now()), 'begin'),
      );
      if (page.next !== undefined) await turn();
      return page;
    },
    markSealed: async (rows) => {
      // Each mark is for itself, and a commit of all of them would be a long one.
      for (let from = 0; from < rows.length; from += auditedAtOnce) {
        if (from > 0) await turn();
        const some = rows.slice(from, from + auditedAtOnce);
        await patiently(() => inTransaction(() => markRows(statement, some)));
      }
    },
    history: (slot) => patiently(() => statement(selectEvents).all(slot) as unknown as AuditRow[]),
    readWorkflow: (workflow) =>
      patiently(() => {
        const row = readWorkflow(workflow);
        return { at: now(), ...(row ? { row } : {}) };
      }),
    heldWorkflows: ({ limit, after = '' }) =>
      patiently(() => {
        const rows = statement(selectHeldWorkflows).all(after, limit) as unknown as WorkflowRow[];
        const last = rows.length === limit ? rows.at(-1) : undefined;
        return { rows, ...(last ? { next: last.workflow } : {}) };
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
      close();
      memory.forget();
    },
  };
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'OncelyWarning');
}

function refuseBadOptions(file: unknown, options: SqliteOptions): void {
  const bad = (problem: string, fix: string): never => {
    throw new OncelyError('invalid_config', { message: `sqliteLedger: ${problem}. Nothing was opened.`, fix });
  };
  if (typeof file !== 'string') bad(`file must be a path, got ${typeof file}`, `sqliteLedger('effects.db')`);
  // Such a URL is what the command takes; as a path it would be another file than the command's.
  const [scheme] = /^(?:sqlite|postgres(?:ql)?|rediss?):/i.exec(String(file)) ?? [];
  if (scheme !== undefined) bad(`file must be a path, got a URL of ${scheme}`, `sqliteLedger('effects.db')`);
  refuseUnknown(
    'sqliteLedger',
    options,
    { allowEphemeral: true, busyTimeoutMs: true, onWarning: true, now: true } satisfies NamesOf<SqliteOptions>,
    { code: 'invalid_config', left: 'Nothing was opened.' },
  );
  const { busyTimeoutMs = 0 } = options;
  if (!(Number.isFinite(busyTimeoutMs) && busyTimeoutMs >= 0)) {
    bad('busyTimeoutMs must be a number from 0', 'busyTimeoutMs: 10_000');
  }
}
