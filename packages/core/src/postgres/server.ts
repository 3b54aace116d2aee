import { OncelyError } from '../errors.ts';

/** Oldest server that has all that is used here. */
const oldestVersion = 130_000;

/** The settings that decide what an acknowledgement of this server is worth; `$1` is the schema, `$2` the tables. */
export const selectServer = `
  select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
    current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
    pg_is_in_recovery() as standby,
    (select string_agg(c.relname, ', ') from pg_class c join pg_namespace s on s.oid = c.relnamespace
      where s.nspname = $1 and c.relname = any($2) and c.relpersistence <> 'p') as unlogged
`;

interface Server {
  readonly version: number;
  readonly encoding: string;
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly standby: boolean;
  readonly unlogged: string | null;
}

/**
 * @throws OncelyError `ledger_unusable` where the server would lose or garble what it acknowledged; `ledger_unavailable`
 * on a standby, which the next opening may meet promoted, or no longer meet.
 */
export function refuseUnfitServer(row: unknown, name: string, allowUnsafe: boolean): void {
  const server = row as Server;
  const refuse = (what: string, fix: string): never => {
    throw new OncelyError('ledger_unusable', { message: `The ledger (${name}): ${what}. Nothing was sent.`, fix });
  };
  if (server.version < oldestVersion) refuse('the server is older than Postgres 13', 'use Postgres 13 or newer');
  if (server.encoding !== 'UTF8') refuse(`the database is encoded as ${server.encoding}`, 'use a database in UTF8');
  if (server.standby) {
    throw new OncelyError('ledger_unavailable', {
      message: `The ledger (${name}) takes no commands for now: the server is a standby, which cannot be written. Nothing was sent.`,
      fix: 'in a failover call again: it opens once the standby is promoted or the client follows to the primary; otherwise connect to the primary',
    });
  }
  if (server.unlogged !== null) {
    refuse(
      `${server.unlogged} is not a logged table: a crash of the server would empty it`,
      `alter table ${server.unlogged} set logged, and mark what may be lost with oncely.suspect(since)`,
    );
  }
  if (allowUnsafe) return;
  if (server.fsync === 'off') {
    refuse('fsync is off: a crash of the machine corrupts the ledger', 'set fsync = on, or pass allowUnsafe: true');
  }
  if (server.synchronous_commit === 'off') {
    refuse(
      'synchronous_commit is off: a crash of the server loses what it acknowledged last',
      "set synchronous_commit = on for the ledger's connections, or pass allowUnsafe: true",
    );
  }
}
