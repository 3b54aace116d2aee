/**
 * A private PgBouncer before a Postgres.
 *
 * @module
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { findPgbouncer } from './binaries.ts';
import { createServerFolder } from './server-folder.ts';
import { startServerProcess } from './server-process.ts';
import { serverUser } from './server-user.ts';

export interface StartPgbouncerOptions {
  /** The URL of the database behind it, which trusts its user: such as `(await startPostgres()).url`. */
  readonly upstream: string;
  readonly poolMode: 'session' | 'transaction' | 'statement';
  /** Further settings of the section [pgbouncer]; by default 20 connections to the server, 500 of clients. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PgbouncerServer {
  /** Of the upstream's database, through the pooler. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The process id; undefined while it does not run. */
  pid(): number | undefined;
  /** What the pooler wrote to its log. */
  log(): string;
  /** Sends a signal. After SIGKILL it resolves when the pooler has ended, after others (SIGSTOP, SIGCONT) at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it at once if it runs, and starts it on the same port; resolves when it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * Starts a PgBouncer of its own on a free port; it reaches all databases of the upstream's server, as the upstream's
 * user and no other. It ends with this process at the latest.
 *
 * @throws an error that says what to install where there is no PgBouncer
 *
 * @example
 * const pooler = await startPgbouncer({ upstream: postgres.url, poolMode: 'transaction' });
 * const pool = new Pool({ connectionString: pooler.url });
 */
export async function startPgbouncer(options: StartPgbouncerOptions): Promise<PgbouncerServer> {
  const file = await findPgbouncer();
  const user = await serverUser();
  const upstream = new URL(options.upstream);
  const folder = await createServerFolder('pgbouncer', user);
  const configuration = join(folder.path, 'pgbouncer.ini');
  const server = await startServerProcess({
    name: 'PgBouncer',
    file,
    args(port) {
      const settings = {
        listen_addr: host,
        listen_port: String(port),
        unix_socket_dir: '',
        auth_type: 'any',
        pool_mode: options.poolMode,
        default_pool_size: '20',
        max_client_conn: '500',
        ignore_startup_parameters: 'extra_float_digits',
        ...options.settings,
      };
      const lines = [
        '[databases]',
        `* = host=${upstream.hostname} port=${upstream.port || '5432'} user=${upstream.username || 'postgres'}`,
        '[pgbouncer]',
        ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
      ];
      writeFileSync(configuration, `${lines.join('\n')}\n`);
      chmodSync(configuration, 0o644); // whatever our umask, its user reads it
      return [configuration];
    },
    folder,
    cwd: folder.path,
    user,
    quit: 'SIGTERM',
    ready: speaksPostgres,
  });
  const url = new URL(upstream);
  url.host = `${host}:${server.port}`;
  return {
    url: url.href,
    host,
    port: server.port,
    pid: () => server.pid(),
    log: () => server.log(),
    kill: (signal) => server.kill(signal),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

// SSLRequest, which every server of the Postgres protocol answers with one letter, S or N.
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

function speaksPostgres(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(sslRequest));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('data', (answer) => {
      resolve(/^[SN]/.test(String(answer)));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}
