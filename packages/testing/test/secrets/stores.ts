import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Ledger } from '@oncely/core';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';

/** A store, and all that lies in it as one text. */
export interface Store {
  readonly ledger: Ledger;
  dump(): Promise<string>;
}

export function sqliteStore(folder: string): Store {
  return {
    ledger: sqliteLedger(join(folder, 'effects.db')),
    // The file, its log and its index, as bytes.
    dump: async () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join('\n'),
  };
}

export function postgresStore(pool: Pool, schema: string): Store {
  return {
    ledger: postgresLedger(pool, { schema }),
    dump: async () => {
      const tables = await pool.query<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = $1`,
        [schema],
      );
      const dumps = tables.rows.map(({ name }) => pool.query(`select t::text as row from ${schema}.${name} t`));
      return JSON.stringify((await Promise.all(dumps)).map(({ rows }) => rows as unknown[]));
    },
  };
}

export function redisStore(redis: Redis, prefix: string): Store {
  return {
    ledger: redisLedger(redis, { prefix }),
    dump: async () => {
      const keys = (await redis.keys('*')).filter((key) => key.includes(prefix));
      const values = await Promise.all(
        keys.map(async (key): Promise<unknown> => {
          const type = await redis.type(key);
          if (type === 'hash') return redis.hgetall(key);
          if (type === 'zset') return redis.zrange(key, '0', '-1', 'WITHSCORES');
          return type === 'string' ? redis.get(key) : `${type}?`;
        }),
      );
      return JSON.stringify([keys, values]);
    },
  };
}
