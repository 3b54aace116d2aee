import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Ledger } from '../../src/ledger.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { redisLedger } from '../../src/ledgers/redis.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { claimOf } from './postgres-server.ts';
import { kinds, startAgent, type TrueVendor } from './true-vendor.ts';

const hour = 3_600_000;
let folder: string;
let pool: Pool;
let redis: Redis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-steps-'));
  pool = new Pool({ connectionString: await sharedPostgresUrl() });
  redis = new Redis(await sharedRedisUrl());
});
afterAll(async () => {
  await pool.end();
  await redis.quit();
  rmSync(folder, { recursive: true });
});

/** A new place of each kind, and any number of ledgers on it. */
const stores = {
  SQLite: () => {
    const file = join(folder, `${randomUUID()}.db`);
    return () => sqliteLedger(file, { now: () => Date.now() });
  },
  Postgres: () => {
    const schema = `steps_${randomUUID().slice(0, 8)}`;
    return () => postgresLedger(pool, { schema });
  },
  Redis: () => {
    const prefix = `steps_${randomUUID()}`;
    return () => redisLedger(redis, { prefix, onWarning: () => {} });
  },
} satisfies Record<string, () => () => Ledger>;

function stepBy(ms: number): void {
  const before = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => before() + ms);
}

describe.each(Object.entries(stores))('%s', (_name, place) => {
  it.each([-hour, hour])(
    "once each, where a worker's clock steps by %i ms between claim and send, and another worker comes",
    { timeout: 120_000 },
    async (ms) => {
      const vendor: TrueVendor = { effects: [], requests: 0 };
      const ledgerAt = place();
      const ledger = ledgerAt();
      const claimed = Promise.withResolvers<void>();
      const send = Promise.withResolvers<void>();
      let claims = 0;
      const leaseMs = 20_000;
      const holds: Ledger = {
        ...ledger,
        write: async (command) => {
          const answer = await ledger.write(command);
          if (command.expect === 0 && (claims += 1) === kinds.length) claimed.resolve();
          if (command.expect === 0) await send.promise;
          return answer;
        },
      };
      const first = startAgent(vendor, holds, leaseMs);
      const second = startAgent(vendor, ledgerAt(), leaseMs);
      const firsts = kinds.map((kind) => first.act(kind, 'case'));
      await claimed.promise;
      stepBy(ms);
      const seconds = Promise.all(kinds.map((kind) => second.act(kind, 'case')));
      // Where a lease seems to be over, the second does all there is to do; elsewhere it waits for the first.
      await Promise.race([seconds, sleep(2_000)]);
      send.resolve();
      const said = [...(await Promise.all(firsts)), ...(await seconds)];

      for (const kind of kinds) expect(vendor.effects.filter((effect) => effect.kind === kind).length).toBeLessThan(2);
      // Only what nobody can look up may wait for a person.
      const [ended, ...others] = kinds.map((kind) => vendor.effects.some((effect) => effect.kind === kind) || kind);
      expect([ended, ...others].filter((each) => each !== true && each !== 'unverifiable')).toEqual([]);
      expect(said.filter((word) => !/^[a-z]+_\d+$/.test(word) && word !== 'stopped')).toEqual([]);
      await first.oncely.close();
      await second.oncely.close();
    },
  );
});

describe.each(Object.entries({ Postgres: stores.Postgres, Redis: stores.Redis }))('%s', (_name, place) => {
  it.each([-hour, hour])("has the server's time where the worker's clock is %i ms off", async (ms) => {
    const ledger = place()();
    const before = (await ledger.open()).at;
    stepBy(ms);
    const written = await ledger.write(claimOf('case:desk:refund', { events: [{ sequence: 1, doc: 'claimed' }] }));
    const read = await ledger.read('case:desk:refund');
    const [event] = await ledger.history('case:desk:refund');
    const pause = await ledger.writeWorkflow({ workflow: 'case:desk', expect: 0, state: 'paused', doc: '' });
    for (const at of [(await ledger.open()).at, written.at, read.at, read.row?.at, event?.at, pause.at]) {
      expect(at).toBeGreaterThanOrEqual(before);
      expect(at).toBeLessThan(before + 60_000);
    }
    // Due by the server's clock as well: in a second, and not in an hour.
    expect((await ledger.list({ limit: 10, due: true })).rows).toEqual([]);
  });
});

describe('SQLite', () => {
  it.each([-hour, hour])('a record never runs back where the clock steps by %i ms', async (ms) => {
    const ledger = stores.SQLite()();
    const claimed = await ledger.write(claimOf('case:desk:refund'));
    stepBy(ms);
    const settled = await ledger.write(claimOf('case:desk:refund', { expect: 1 }));
    expect(settled.at).toBeGreaterThanOrEqual(claimed.at);
    await ledger.close();
  });
});
