/**
 * A private Redis, or Valkey, on loopback that a test may kill.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findRedis } from './binaries.ts';
import { redisCommand, type RedisReply } from './redis-command.ts';
import { createServerFolder } from './server-folder.ts';
import { startServerProcess } from './server-process.ts';

export interface StartRedisOptions {
  /**
   * Directives of redis.conf, values as they stand there; by default `appendonly yes`, `appendfsync always` and no
   * snapshots.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /** Another server of the same protocol, such as `findValkey()`; default `redis-server`. */
  readonly binary?: string;
}

export interface RedisServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** The process id; undefined while it does not run. */
  pid(): number | undefined;
  /** What the server wrote to its log. */
  log(): string;
  /** Sends one command on a connection of its own; rejects with an error reply's text. ASCII only. */
  command(...args: readonly string[]): Promise<RedisReply>;
  /** Sends a signal. After SIGKILL it resolves when the server has ended, after others (SIGSTOP, SIGCONT) at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** A shutdown if it runs, and a start on the same port and data; resolves when the data is loaded. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const syncTimeoutMs = 30_000;

/**
 * Starts a Redis of its own, which syncs each write before it answers, in a temporary folder and on a free port. It ends
 * with this process at the latest, however that ends.
 *
 * @throws an error that says what to install where there is no Redis
 *
 * @example
 * const redis = await startRedis({ settings: { appendfsync: 'everysec' } });
 * const client = new Redis(redis.url);
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const file = options.binary ?? (await findRedis());
  const folder = await createServerFolder('redis');
  const dataDirectory = join(folder.path, 'data');
  const configuration = join(folder.path, 'redis.conf');
  const settings = {
    bind: host,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '""',
    // By default a replica waits five seconds for others that may want the same snapshot.
    'repl-diskless-sync-delay': '0',
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value === '' ? '""' : value}\n`);
  await mkdir(dataDirectory);
  await writeFile(configuration, lines.join(''));
  const server = await startServerProcess({
    name: 'Redis',
    file,
    args: (port) => [configuration, '--port', String(port)],
    folder,
    cwd: dataDirectory,
    quit: 'SIGTERM',
    ready: answers,
  });
  return {
    url: `redis://${host}:${server.port}`,
    host,
    port: server.port,
    dataDirectory,
    pid: () => server.pid(),
    log: () => server.log(),
    command: (...args) => redisCommand(server.port, args),
    kill: (signal) => server.kill(signal),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

/** Starts a replica of a running server; resolves when it has all of its data on disk and follows it. */
export async function startRedisReplica(of: RedisServer, options: StartRedisOptions = {}): Promise<RedisServer> {
  const replica = await startRedis({
    ...options,
    settings: { replicaof: `${of.host} ${of.port}`, ...options.settings },
  });
  const giveUpAt = performance.now() + syncTimeoutMs;
  for (;;) {
    const info = String(await replica.command('INFO'));
    // Until its first append-only file is written it is not durable.
    const ready = ['master_link_status:up', 'aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0'];
    if (ready.every((line) => info.includes(line))) return replica;
    if (performance.now() >= giveUpAt) {
      const log = replica.log();
      await replica.stop();
      throw new Error(`The replica did not catch up with ${of.url}. Its last words:\n${log.slice(-2_000)}`);
    }
    await sleep(20);
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await redisCommand(port, ['PING'], { timeoutMs: 1_000 })) === 'PONG';
  } catch (error) {
    return (error as Error).message.startsWith('NOAUTH'); // it wants a password; others: not listening yet, LOADING
  }
}
