import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { OncelyError, type Ledger } from '@oncely/core';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';

import { CommandError } from './command-error.ts';
import { importFrom } from './import-from.ts';
import { masked } from './masked.ts';

/** A ledger, and the end of the connections that were made for it. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly disconnect: () => Promise<void>;
}

/**
 * The ledger of a URL: `sqlite:path`, `postgres://...[?schema=&prefix=]`, `redis://...[?prefix=]`. The database's driver is
 * the user's own (`pg`; `redis` or `ioredis`), found from `cwd`.
 *
 * @throws CommandError for a URL of another kind, a driver that is not installed, and, unless it `mayCreate`, a file
 * that is not there: a slip of the pen must not look like an empty ledger.
 */
export async function openLedger(url: string, cwd: string, mayCreate: boolean): Promise<OpenedLedger> {
  const [, scheme = ''] = /^([a-z]+):/.exec(url) ?? [];
  switch (scheme) {
    case 'sqlite':
      return openSqlite(url, cwd, mayCreate);
    case 'postgres':
    case 'postgresql':
      return openPostgres(url, cwd);
    case 'redis':
    case 'rediss':
      return openRedis(url, cwd);
    default:
      throw new CommandError(
        'usage',
        `"${masked(url)}" is no ledger: say sqlite:effects.db, postgres://... or redis://...`,
      );
  }
}

function openSqlite(url: string, cwd: string, mayCreate: boolean): OpenedLedger {
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '') throw new CommandError('usage', 'sqlite: needs the path of the file behind it.');
  const file = isAbsolute(path) ? path : join(cwd, path);
  if (!mayCreate && !existsSync(file)) {
    throw new CommandError('usage', `There is no file ${file}. \`oncely migrate\` would make an empty ledger there.`);
  }
  return { ledger: sqliteLedger(file), disconnect: async () => undefined };
}

async function openPostgres(url: string, cwd: string): Promise<OpenedLedger> {
  const driver = await importFrom(cwd, 'pg');
  if (!driver) throw missing(['pg'], cwd);
  const { address, place } = split(url, ['schema', 'prefix']);
  const { Pool } = (driver['default'] ?? driver) as { Pool: new (options: object) => PoolLike };
  const pool = new Pool({ connectionString: address, max: 4, connectionTimeoutMillis: 10_000 });
  // An idle connection that breaks is no error of any command.
  pool.on('error', () => undefined);
  return { ledger: postgresLedger(pool, place), disconnect: () => pool.end() };
}

type PoolLike = Parameters<typeof postgresLedger>[0] & {
  on(event: 'error', listener: () => void): void;
  end(): Promise<void>;
};

type RedisLike = Parameters<typeof redisLedger>[0] & {
  on(event: 'error', listener: () => void): void;
  connect(): Promise<unknown>;
  disconnect?(): void;
  destroy?(): void;
};

async function openRedis(url: string, cwd: string): Promise<OpenedLedger> {
  const { address, place } = split(url, ['prefix']);
  const nodeRedis = await importFrom(cwd, 'redis');
  const ioredis = nodeRedis ? undefined : await importFrom(cwd, 'ioredis');
  const client = nodeRedis ? withNodeRedis(nodeRedis, address) : ioredis && withIoredis(ioredis, address);
  if (!client) throw missing(['redis', 'ioredis'], cwd);
  client.on('error', () => undefined);
  const disconnect = async (): Promise<void> => {
    if (client.destroy) client.destroy();
    else client.disconnect?.();
  };
  try {
    await client.connect();
  } catch (error) {
    await disconnect().catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    throw new OncelyError('ledger_unavailable', {
      message: `The ledger ${masked(address)} cannot be reached: ${why}.`,
      cause: error,
    });
  }
  return { ledger: redisLedger(client, place), disconnect };
}

function withNodeRedis(driver: Record<string, unknown>, url: string): RedisLike {
  const { createClient } = driver as { createClient: (options: object) => RedisLike };
  return createClient({ url, socket: { connectTimeout: 10_000, reconnectStrategy: false } });
}

function withIoredis(driver: Record<string, unknown>, url: string): RedisLike {
  const Redis = driver['Redis'] as new (url: string, options: object) => RedisLike;
  return new Redis(url, { lazyConnect: true, connectTimeout: 10_000, retryStrategy: () => null });
}

/** Our own parameters of a URL, and the rest of it for the driver. */
function split(url: string, own: readonly string[]): { address: string; place: Record<string, string> } {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new CommandError('usage', `"${masked(url)}" cannot be read as a URL.`);
  }
  const place: Record<string, string> = {};
  for (const name of own) {
    const value = parsed.searchParams.get(name);
    if (value === null) continue;
    place[name] = value;
    parsed.searchParams.delete(name);
  }
  return { address: parsed.href, place };
}

function missing(names: readonly string[], cwd: string): CommandError {
  return new CommandError(
    'usage',
    `The driver for this ledger is not installed: \`npm install ${names[0]}\`${names.length > 1 ? ` (or ${names[1]})` : ''}, in ${cwd} or above it.`,
  );
}
