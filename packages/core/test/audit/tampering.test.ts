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

type Make = () => Promise<{ ledger: Ledger; raw: () => Promise<Raw> }>;

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
      return { ledger, raw: async () => rawSqlite(database) };
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
      return { ledger: postgresLedger(pool, { schema }), raw: () => rawPostgres(editor, schema) };
    },
  ],
  [
    'Redis',
    async () => {
      const client = new Redis(await sharedRedisUrl());
      onTestFinished(async () => void (await client.quit()));
      const prefix = `audit-${process.pid}-${(serial += 1)}`;
      return { ledger: redisLedger(client, { prefix }), raw: async () => rawRedis(client, prefix) };
    },
  ],
];

describe.each(stores)('I7 in %s', (_name, make) => {
  it('I7: no single edit of any field goes unseen up to the last exported seal', { timeout: 300_000 }, async () => {
    const { ledger, raw } = await make();
    const sealed = await sealedWork(ledger);
    expect(await unseen(ledger, await raw(), sealed)).toEqual([]);
  });

  it('I7: no forged chain, record, ledger or seal does either', { timeout: 60_000 }, async () => {
    const { ledger, raw } = await make();
    const sealed = await sealedWork(ledger);
    await expectForgeriesSeen(ledger, await raw(), sealed);
  });
});
