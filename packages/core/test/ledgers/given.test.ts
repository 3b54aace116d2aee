import { describe, expect, it } from 'vitest';

import { memoryLedger } from '../../src/ledgers/memory.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { redisLedger } from '../../src/ledgers/redis.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';

type Loose = (...given: unknown[]) => unknown;

const stores: Readonly<Record<string, Loose>> = {
  sqliteLedger: sqliteLedger as Loose,
  postgresLedger: postgresLedger as Loose,
  redisLedger: redisLedger as Loose,
  memoryLedger: memoryLedger as Loose,
};
const pool = { query: async () => ({ rows: [] }) };
const redis = { call: async () => null };

describe('a ledger refuses when it is made, and names', () => {
  it.each<[string, string, readonly unknown[], string]>([
    ['a file that is an object', 'sqliteLedger', [{ path: 'effects.db' }], 'file must be a path, got object'],
    ['a file that is missing', 'sqliteLedger', [undefined], 'file must be a path, got undefined'],
    ['a URL', 'sqliteLedger', ['sqlite:effects.db'], 'file must be a path, got a URL of sqlite:'],
    ['a misspelled option of SQLite', 'sqliteLedger', ['effects.db', { busyTimeout: 3 }], 'busyTimeoutMs in place of'],
    ['a wait that is none', 'sqliteLedger', ['effects.db', { busyTimeoutMs: -1 }], 'busyTimeoutMs must be'],
    ['an address in place of a pool', 'postgresLedger', ['postgres://ann:s3cret@db/x'], 'got string'],
    ['a pool that is missing', 'postgresLedger', [undefined], 'got undefined'],
    ['a misspelled option of Postgres', 'postgresLedger', [pool, { shema: 'x' }], 'schema in place of'],
    ['a time limit that is none', 'postgresLedger', [pool, { commandTimeoutMs: 0 }], 'commandTimeoutMs must be'],
    ['an address in place of a client', 'redisLedger', ['redis://ann:s3cret@db'], 'neither an ioredis'],
    ['a misspelled option of Redis', 'redisLedger', [redis, { prefx: 'x' }], 'prefix in place of'],
    ['a misspelled option of memory', 'memoryLedger', [{ clock: Date.now }], 'clock is no option'],
    ['a file for memory', 'memoryLedger', ['effects.db'], 'must be an object, got string'],
  ])('%s', (_what, store, given, said) => {
    let thrown: unknown;
    try {
      stores[store]?.(...given);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'invalid_config' });
    const { message, fix } = thrown as { message: string; fix?: string };
    expect(`${message} ${fix}`).toContain(said);
    expect(`${message} ${fix}`).not.toContain('s3cret');
  });
});
