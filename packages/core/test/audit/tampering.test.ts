import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Ledger } from '../../src/ledger.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { redisLedger } from '../../src/ledgers/redis.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { rawPostgres, rawRedis, rawSqlite, type Raw } from './raw.ts';
import { expectForgeriesSeen, sealedWork, unseen } from './tampering.ts';

interface Store {
  readonly ledger: Ledger;
  /** As another process has it. */
  readonly another: () => Ledger;
  readonly raw: () => Promise<Raw>;
}
type Make = () => Promise<Store>;

let serial = 0;

const stores: readonly [string, Make][] = [
  [
    'SQLite',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'oncely-audit-'));
      const file = join(folder, 'effects.db');
      const ledger = sqliteLedger(file);
      await ledger.open();
      const database = new DatabaseSync(file);
      // Many small edits that need not survive anything.
      database.exec('pragma synchronous = off');
      onTestFinished(async () => {
        database.close();
        await ledger.close();
        rmSync(folder, { recursive: true });
      });
      return { ledger, another: () => ledger, raw: async () => rawSqlite(database) };
    },
  ],
  [
    'Postgres',
    async () => {
      const pool = new Pool({ connectionString: await sharedPostgresUrl() });
      onTestFinished(() => pool.end());
      const schema = `audit_${process.pid}_${(serial += 1)}`;
      const editor = new Pool({ connectionString: await sharedPostgresUrl(), options: '-c synchronous_commit=off' });
      onTestFinished(() => editor.end());
      const another = (): Ledger => postgresLedger(pool, { schema });
      return { ledger: another(), another, raw: () => rawPostgres(editor, schema) };
    },
  ],
  [
    'Redis',
    async () => {
      const client = new Redis(await sharedRedisUrl());
      onTestFinished(async () => void (await client.quit()));
      const prefix = `audit-${process.pid}-${(serial += 1)}`;
      const another = (): Ledger => redisLedger(client, { prefix });
      return { ledger: another(), another, raw: async () => rawRedis(client, prefix) };
    },
  ],
];

describe.each(stores)('I7 in %s', (name, make) => {
  it('I7: no single edit of any field goes unseen up to the last exported seal', { timeout: 300_000 }, async () => {
    const { ledger, raw } = await make();
    const sealed = await sealedWork(ledger);
    const how = name === 'SQLite' ? 'every way' : 'every field';
    expect(await unseen(ledger, await raw(), sealed, how)).toEqual([]);
  });

  it('I7: no forged chain, record, ledger or seal does either', { timeout: 60_000 }, async () => {
    const { ledger, another, raw } = await make();
    const sealed = await sealedWork(ledger);
    await expectForgeriesSeen(ledger, another, await raw(), sealed);
  });
});
