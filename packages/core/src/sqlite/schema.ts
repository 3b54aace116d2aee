import type { DatabaseSync } from 'node:sqlite';

import { OncelyError } from '../errors.ts';

// "oncl": tells our files from any other SQLite database.
const applicationId = 0x6f6e636c;

/** Append-only: a released migration is never edited, a change is a new one. */
const migrations: readonly string[] = [
  `
  create table ledger (id text not null, key blob not null, epoch integer not null, suspect_since integer) strict;
  create table effects (
    slot text primary key, revision integer not null, at integer not null, doc text not null,
    state text not null, due_at integer, sealed integer not null default 0
  ) strict;
  create index effects_due on effects (due_at) where due_at is not null;
  create index effects_unsealed on effects (slot) where sealed <> revision;
  create table events (
    slot text not null, sequence integer not null, at integer not null, doc text not null,
    primary key (slot, sequence)
  ) strict;
  create trigger events_keep_text before update on events begin select raise(abort, 'audit events are immutable'); end;
  create trigger events_keep_rows before delete on events begin select raise(abort, 'audit events are immutable'); end;
  create trigger events_keep_place before insert on events
    when exists (select 1 from events where slot = new.slot and sequence = new.sequence)
    begin select raise(abort, 'audit events are immutable'); end;
  create table workflows (
    workflow text primary key, revision integer not null, at integer not null, state text not null, doc text not null
  ) strict;
  `,
  `
  create index effects_attention on effects (state, slot) where state in ('awaiting_approval', 'ready', 'in_doubt',
    'stopped', 'rejected', 'declined', 'cancelled', 'compensating', 'compensated');
  `,
];

/** Brings a file to this version's tables, whichever process is first; refuses what it does not understand. */
export function migrate(database: DatabaseSync, file: string, fresh: { id: string; key: Uint8Array }): void {
  const read = (name: string): number => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0] as number;
  // A file of somebody else is refused below, unchanged.
  if (read('application_id') === applicationId) prepareFile(database);
  if (read('application_id') === applicationId && read('user_version') === migrations.length) return;
  database.exec('begin immediate');
  try {
    const tables = database.prepare(`select count(*) as n from sqlite_schema`).get() as { n: number };
    const version = read('user_version');
    if (read('application_id') !== applicationId && tables.n > 0) {
      throw unusable(`${file} is an SQLite database of something else`, 'give the ledger a file of its own');
    }
    if (version > migrations.length) {
      throw unusable(
        `${file} was written by a newer version of @oncely/core (schema ${version}, this one knows ${migrations.length})`,
        'update @oncely/core in this process',
      );
    }
    for (const migration of migrations.slice(version)) database.exec(migration);
    if (version === 0) {
      database.prepare(`insert into ledger (id, key, epoch) values (?, ?, 1)`).run(fresh.id, fresh.key);
    }
    database.exec(`pragma application_id = ${applicationId}`);
    database.exec(`pragma user_version = ${migrations.length}`);
    database.exec('commit');
  } catch (error) {
    rollback(database);
    throw error;
  }
  prepareFile(database);
}

/** WAL for several processes, a commit that survives a loss of power, and no trace of what was deleted. */
function prepareFile(database: DatabaseSync): void {
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full');
  database.exec('pragma secure_delete = on');
}

/** Ends a transaction that failed; SQLite may have ended it already, and old versions of Node cannot tell. */
export function rollback(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {
    // It was over.
  }
}

function unusable(what: string, fix: string): OncelyError {
  return new OncelyError('ledger_unusable', { message: `${what}. Nothing was sent.`, fix });
}
