import type { Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { afterAll, beforeAll } from 'vitest';

export interface FourStores {
  readonly open: (store: string) => Ledger;
  readonly fake: () => StripeFake;
}

export const storeNames = ['memory', 'SQLite', 'Postgres', 'Redis'] as const;

/** One ledger on each store, and Stripe, for the tests of the file that calls it: hooks are of the file that makes them. */
export function fourStores(name: string): FourStores {
  const stores: Record<string, () => Ledger> = {};
  const closing: (() => unknown)[] = [];
  let stripe: StripeFake;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), `oncely-${name}-`));
    const prefix = `${name}_${process.pid}_`;
    const [url, redisUrl] = await Promise.all([sharedPostgresUrl(), sharedRedisUrl()]);
    const pool = new Pool({ connectionString: url, options: '-c synchronous_commit=off' });
    const redis = new Redis(redisUrl);
    stripe = await startStripeFake();
    const memory = memoryLedger();
    stores['memory'] = () => memory;
    stores['SQLite'] = () => sqliteLedger(join(folder, `${name}.db`));
    stores['Postgres'] = () => postgresLedger(pool, { prefix, allowUnsafe: true });
    stores['Redis'] = () => redisLedger(redis, { prefix });
    closing.push(
      () => pool.end(),
      () => redis.quit(),
      () => stripe.close(),
      () => rmSync(folder, { recursive: true, force: true }),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  return {
    open: (store) => {
      const ledger = stores[store]?.();
      if (!ledger) throw new Error(`there is no store ${store}`);
      return ledger;
    },
    fake: () => stripe,
  };
}
