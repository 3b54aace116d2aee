/**
 * A private Postgres on loopback that a test may kill.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findPostgres } from './binaries.ts';
import { layDataDirectory } from './postgres-template.ts';
import { runCommand } from './run-command.ts';
import { createServerFolder } from './server-folder.ts';
import { startServerProcess } from './server-process.ts';
import { serverUser } from './server-user.ts';

export interface StartPostgresOptions {
  /** Parameters of postgresql.conf; by default the server's own, so `fsync` is on, and 200 connections. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  /** Of the database `postgres`; the user is `postgres` and needs no password. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** The postmaster's process id; undefined while it does not run. */
  pid(): number | undefined;
  /** What the server wrote to its log. */
  log(): string;
  /** Makes an empty database, named for its number by default, and gives its URL. */
  createDatabase(name?: string): Promise<string>;
  /** Runs SQL by `psql` and gives the rows as lines, columns parted by `|`. */
  query(sql: string, database?: string): Promise<readonly string[]>;
  /**
   * Sends a signal to the postmaster. SIGKILL ends the backends too, and resolves when the postmaster has ended;
   * SIGSTOP freezes them all, and SIGCONT thaws them.
   */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** A fast shutdown if it runs, and a start on the same port and data; resolves when it answers. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * Starts a Postgres of its own, durable as Postgres is, in a temporary folder and on a free port. It ends with this
 * process at the latest, however that ends.
 *
 * @throws an error that says what to install where there is no Postgres
 *
 * @example
 * const postgres = await startPostgres({ settings: { max_connections: '20' } });
 * const pool = new Pool({ connectionString: await postgres.createDatabase() });
 * await postgres.kill('SIGKILL');
 * await postgres.restart();
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const bin = await findPostgres();
  const user = await serverUser();
  const folder = await createServerFolder('postgres', user);
  const dataDirectory = join(folder.path, 'data');
  try {
    await layDataDirectory(bin, dataDirectory, user);
  } catch (error) {
    await folder.remove();
    throw error;
  }
  const settings = {
    listen_addresses: host,
    unix_socket_directories: folder.path,
    max_connections: '200',
    // In the data directory, so that a killed server leaves nothing in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    ...options.settings,
  };
  const server = await startServerProcess({
    name: 'Postgres',
    file: join(bin, 'postgres'),
    args: (port) => [
      '-D',
      dataDirectory,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    folder,
    cwd: dataDirectory,
    user,
    quit: 'SIGINT',
    ready: async (_port, pid) => {
      // As pg_ctl does: line 1 is the process, line 8 its state. A killed server leaves the file of its own.
      const lines = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
      return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
    },
  });
  const urlOf = (database: string): string =>
    `postgres://postgres@${host}:${server.port}/${encodeURIComponent(database)}`;
  let databases = 0;

  const query = async (sql: string, database = 'postgres'): Promise<readonly string[]> => {
    const how = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1'];
    const rows = await runCommand(join(bin, 'psql'), [...how, '--dbname', urlOf(database), '--command', sql]);
    return rows === '' ? [] : rows.split('\n');
  };

  return {
    url: urlOf('postgres'),
    host,
    port: server.port,
    dataDirectory,
    pid: () => server.pid(),
    log: () => server.log(),
    async createDatabase(name = `test_${(databases += 1)}`) {
      await query(`create database "${name.replaceAll('"', '""')}"`);
      return urlOf(name);
    },
    query,
    kill: (signal) => server.kill(signal),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}
