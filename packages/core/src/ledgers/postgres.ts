/**
 * The ledger in a Postgres database, shared by any number of machines.
 * @module
 */
import { rareStates, scanLimit } from '../attention.ts';
import { batching, inTime } from '../batching.ts';
import { OncelyError } from '../errors.ts';
import { outliveIdleErrors } from '../idle-errors.ts';
import { newIdentity } from '../ledger-identity.ts';
import type { AuditRow, Ledger, LedgerInfo, ReadAnswer, WriteAnswer, WriteCommand } from '../ledger.ts';
import {
  auditedAnswer,
  auditedValues,
  sealedValues,
  selectAudited,
  selectUnsealed,
  updateSealed,
  type AuditedRowOf,
} from '../postgres/audited.ts';
import { isFaultOfOne, postgresFailure, tablesGone } from '../postgres/failures.ts';
import { refuseBadOptions } from '../postgres/given.ts';
import { createNoticing } from '../postgres/noticing.ts';
import {
  migration,
  placed,
  placeProblem,
  schemaVersion,
  workerGrants,
  type PostgresPlace,
} from '../postgres/schema.ts';
import {
  keyOf,
  pageOf,
  rowOf,
  weightOf,
  workflowAnswerOf,
  workflowRowOf,
  type InfoRow,
  type RowOf,
  type WorkflowRowOf,
} from '../postgres/rows.ts';
import { refuseUnfitServer, selectServer } from '../postgres/server.ts';
import { selectHeldWorkflows, selectWorkflow } from '../postgres/workflows.ts';
import { writesOf } from '../postgres/writes.ts';
import { shelfPage, shelfRange } from '../shelves.ts';

/** What is used of a `pg` Pool, or of anything else with the same `query`. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface PostgresOptions extends PostgresPlace {
  /** Accept a server or connection that may forget what it has acknowledged (fsync or synchronous_commit off). */
  readonly allowUnsafe?: boolean;
  /** How long one command may take before its caller is told that the ledger did not answer, in ms. Default 5,000. */
  readonly commandTimeoutMs?: number;
}

// Refused in a transaction that somebody else ends.
const standAlone = `do $$ begin commit; end $$`;

const selectRow = `
  select {now_ms}() as now_at, e.revision, e.at, e.doc from (select) as one left join {effects} e on e.key = $1
`;

const listRows = `
  select {now_ms}() as now_at, slot, revision, at, doc from {effects}
  where key > $1 and key < $2 and starts_with(slot, $3)
    and ($4::integer is null or length(slot) - length(replace(slot, ':', '')) = $4)
    and ($5::text is null or state = $5)
  order by key limit $6
`;

// Of a state that few are in; without its words the planner would not know the index of them.
const listRareRows = listRows.replace(
  '($5::text is null or state = $5)',
  `state = $5 and state in (${rareStates.map((state) => `'${state}'`).join(', ')})`,
);

// Where a page ends at the latest, whatever it finds.
const selectScanEnd = `select key from {effects} where key > $1 and key < $2 order by key offset $3 limit 1`;

// A statement of its own, so that the few that are due are found by their index among millions that are not.
const listDueRows = `
  with due as materialized (select key from {effects} where due_at <= (select {now_ms}()))
  select {now_ms}() as now_at, slot, revision, at, doc from due join {effects} using (key)
  where key > $1 and key < $2 and starts_with(slot, $3)
    and ($4::integer is null or length(slot) - length(replace(slot, ':', '')) = $4)
    and ($5::text is null or state = $5)
  order by key limit $6
`;

const listShelfRows = `
  select {now_ms}() as now_at, slot, revision, at, doc, due_at from {effects}
  where due_at >= $1 and due_at <= (select {now_ms}()) + $2::bigint and (due_at > $1 or key > $3)
  order by due_at, key limit $4
`;

const deleteRow = `delete from {effects} where key = $1 and revision = $2 and at = $3 returning {now_ms}() as now_at`;

const selectEvents = `select sequence, at, doc from {events} where key = $1 order by sequence`;

const selectInfo = `
  select version, id, encode(key, 'hex') as key, epoch, suspect_since, {now_ms}() as now_at from {ledger}
`;

// The mark that leaves the mark as it is.
const asItIs = -1;
const callMarkSuspect = `call {mark_suspect_alone}($1)`;

const callWriteWorkflow = `call {write_workflow_alone}($1, $2, $3, $4, null)`;

/**
 * Makes the ledger in a Postgres database (13 or newer). What it has acknowledged survives a crash of any process, of
 * the server and a loss of power. Times are the server's. A claim is one statement, its settle another, and those that
 * are under way together share one. Works through a pooler in transaction mode, and never holds a transaction open
 * while a vendor is called. Closing it leaves the pool open: it is yours. Nothing is opened before the first use.
 *
 * @throws OncelyError `invalid_config` for options that cannot be; `ledger_unusable`, at the first use: tables of a newer version, an unlogged table, or settings under
 * which the server forgets what it acknowledged; `ledger_unavailable` on a standby, until it is promoted.
 * @example
 * const oncely = createOncely({ ledger: postgresLedger(new Pool({ connectionString: process.env.DATABASE_URL })) });
 */
export function postgresLedger(client: PostgresClient, options: PostgresOptions = {}): Ledger {
  refuseBadOptions(client, options);
  outliveIdleErrors(client);
  const { allowUnsafe = false, commandTimeoutMs = 5_000 } = options;
  const place = placed(options);
  const name = `postgres ${place('{schema}')}${options.prefix === undefined ? '' : `, ${options.prefix}*`}`;

  const query = async <T>(statement: string, values: unknown[] = []): Promise<T[]> => {
    try {
      const { rows } = await inTime(client.query(place(statement), values), commandTimeoutMs, name);
      return rows as T[];
    } catch (error) {
      throw postgresFailure(error, name);
    }
  };

  const one = async <T>(statement: string, values: unknown[] = []): Promise<T> => {
    const [row] = await query<T>(statement, values);
    if (row === undefined) throw lost(name);
    return row;
  };

  const noticing = createNoticing(name, one);

  const readInfo = async (): Promise<LedgerInfo> => {
    const row = await one<InfoRow>(selectInfo);
    if (row.version > schemaVersion) {
      throw new OncelyError('ledger_unusable', {
        message: `The ledger (${name}) was written by a newer version of @oncely/core (schema ${row.version}, this one knows ${schemaVersion}). Nothing was sent.`,
        fix: 'update @oncely/core in this process',
      });
    }
    return {
      id: row.id,
      key: Buffer.from(row.key, 'hex'),
      epoch: row.epoch,
      at: Number(row.now_at),
      ...(row.suspect_since === null ? {} : { suspectSince: Number(row.suspect_since) }),
    };
  };

  const open = async (): Promise<LedgerInfo> => {
    await query(standAlone);
    const tables = ['ledger', 'effects', 'events', 'workflows'].map((table) => `${options.prefix ?? ''}${table}`);
    refuseUnfitServer((await query(selectServer, [place('{schema}'), tables]))[0], name, allowUnsafe);
    const [found] = await query<{ there: boolean }>(`select to_regclass('{ledger}') is not null as there`);
    if (found?.there !== true && noticing.hasSeenTables()) {
      throw new OncelyError('ledger_unusable', {
        message: `The ledger (${name}) is gone: its tables were dropped while this process used them. Nothing was sent.`,
        fix: tablesGone,
      });
    }
    const current = found?.there === true && (await one<InfoRow>(selectInfo)).version >= schemaVersion;
    if (!current) await query(migration(options, newIdentity()));
    await noticing.notice();
    return readInfo();
  };

  const send = writesOf({ client, place, durable: !allowUnsafe, noticing, readInfo });

  const write = batching<WriteCommand, WriteAnswer>({
    name,
    send,
    weigh: weightOf,
    isFaultOfOne,
    timeoutMs: commandTimeoutMs,
  });

  const read = async (slot: string): Promise<ReadAnswer> => {
    const row = await one<RowOf>(selectRow, [keyOf(slot)]);
    if (row.revision === null) return { at: Number(row.now_at) };
    return { at: Math.max(Number(row.now_at), Number(row.at)), row: rowOf(slot, row) };
  };

  return {
    name,
    open,
    write: async (command) => {
      try {
        return await write(command);
      } catch (error) {
        throw postgresFailure(error, name);
      }
    },
    read,
    remove: async ({ slot, expect, at }) => {
      const [gone] = await query<{ now_at: number | string }>(deleteRow, [keyOf(slot), expect, at]);
      return gone ? { kind: 'removed', at: Number(gone.now_at) } : { kind: 'conflict', ...(await read(slot)) };
    },
    list: async (request) => {
      if (request.shelf) {
        const { from, after, untilOffset } = shelfRange({ ...request, shelf: request.shelf });
        const bounds = [from, Math.floor(untilOffset), keyOf(after), request.limit + 1];
        const lying = await query<RowOf & { slot: string; due_at: number | string }>(listShelfRows, bounds);
        const now = lying[0] ? Number(lying[0].now_at) : (await readInfo()).at;
        return shelfPage(
          now,
          request.limit,
          lying.map((row) => ({ row: rowOf(row.slot, row), dueAt: Number(row.due_at) })),
        );
      }
      const rare = request.state !== undefined && rareStates.includes(request.state);
      const statement = request.due === true ? listDueRows : rare ? listRareRows : listRows;
      const [from, before, ...others] = pageOf(request);
      const scans = request.state !== undefined && !rare && request.due !== true;
      const [end] = scans ? await query<{ readonly key: string }>(selectScanEnd, [from, before, scanLimit - 1]) : [];
      // Below every other key that begins as the end does.
      const values = [from, end ? `${end.key}\u0001` : before, ...others];
      const found = await query<RowOf & { readonly slot: string }>(statement, values);
      const rows = found.slice(0, request.limit).map((row) => rowOf(row.slot, row));
      const last = rows.at(-1);
      const at = found[0] ? Number(found[0].now_at) : (await readInfo()).at;
      const next = last && found.length > rows.length ? last.slot : end?.key;
      return { at, rows, ...(next === undefined ? {} : { next }) };
    },
    audited: async (asked) => {
      const statement = asked.unsealed === true ? selectUnsealed : selectAudited;
      const found = await query<AuditedRowOf>(statement, auditedValues(asked));
      return auditedAnswer(found, asked.limit, found.length === 0 ? (await readInfo()).at : 0);
    },
    markSealed: async (rows) => {
      await query(updateSealed, sealedValues(rows));
    },
    history: async (slot) => {
      const rows = await query<AuditRow>(selectEvents, [keyOf(slot)]);
      return rows.map(({ sequence, at, doc }) => ({ sequence, at: Number(at), doc }));
    },
    readWorkflow: async (workflow) => {
      const row = await one<WorkflowRowOf>(selectWorkflow, [keyOf(workflow)]);
      return { at: Number(row.now_at), ...(row.revision === null ? {} : { row: workflowRowOf(workflow, row) }) };
    },
    heldWorkflows: async ({ limit, after = '' }) => {
      const found = await query<WorkflowRowOf & { readonly key: string }>(selectHeldWorkflows, [after, limit]);
      const last = found.length === limit ? found.at(-1) : undefined;
      return { rows: found.map((row) => workflowRowOf(row.key, row)), ...(last ? { next: last.key } : {}) };
    },
    writeWorkflow: async ({ workflow, expect, state, doc }) => {
      const call = [keyOf(workflow), expect, state, doc];
      const row = workflowAnswerOf((await one<{ readonly answer: string }>(callWriteWorkflow, call)).answer);
      const at = Number(row.now_at);
      if (row.written) return { kind: 'written', revision: expect + 1, at };
      return { kind: 'conflict', at, ...(row.revision === null ? {} : { row: workflowRowOf(workflow, row) }) };
    },
    markSuspect: async (since) => {
      await query(callMarkSuspect, [since ?? null]);
      return readInfo();
    },
    raiseEpoch: async () => {
      await query(callMarkSuspect, [asItIs]);
      return readInfo();
    },
    close: async () => {},
  };
}

/**
 * SQL that lets a role work with a ledger and no more: it can neither change nor delete an audit event, nor the schema.
 * To be run by the owner of the tables, after the ledger was opened once, for a role that exists.
 * @example
 * await admin.query(postgresWorkerGrants('agents'));
 */
export function postgresWorkerGrants(role: string, options: PostgresPlace = {}): string {
  const problem = placeProblem(options);
  if (problem !== undefined) throw new OncelyError('invalid_config', { message: `postgresWorkerGrants: ${problem}.` });
  return workerGrants(role, options);
}

function lost(name: string): OncelyError {
  return new OncelyError('ledger_unusable', {
    message: `The ledger (${name}) has lost its own row. Nothing was sent.`,
  });
}
