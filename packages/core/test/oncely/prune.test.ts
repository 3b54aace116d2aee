import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { declined, lost, openShop, type TestOncely } from './vendor.ts';

let folder: string;
let pool: Pool;
let redis: Redis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-prune-'));
  pool = new Pool({ connectionString: await sharedPostgresUrl(), max: 4 });
  redis = new Redis(await sharedRedisUrl());
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await pool.end();
  await redis.quit();
});

let serial = 0;
const stores: readonly (readonly [string, () => Ledger])[] = [
  ['memory', () => memoryLedger()],
  ['SQLite', () => sqliteLedger(join(folder, `${(serial += 1)}.db`))],
  ['Postgres', () => postgresLedger(pool, { schema: 'prune', prefix: `case_${process.pid}_${(serial += 1)}_` })],
  ['Redis', () => redisLedger(redis, { prefix: `prune-${process.pid}-${(serial += 1)}`, buckets: 2 })],
];

const at = (businessId: string): { businessId: string; workflowId: string } => ({ businessId, workflowId: 'desk' });
const act = (oncely: TestOncely, businessId: string, options = {}, amount = 1): Promise<{ id: string }> =>
  oncely.scope(at(businessId), () =>
    oncely.effect('refund', options, () => oncely.clients.shop.write('refund', { amount })),
  );
const atOnce = { retention: { tombstoneAfterMs: 0 } } as const;

describe.each(stores)('oncely.prune on %s', (_name, makeLedger) => {
  it(
    'makes tombstones that still dedupe, and leaves every effect that is open as it is',
    { timeout: 60_000 },
    async () => {
      const shop = openShop(makeLedger());
      const oncely = shop.start({ ...atOnce, maxAttempts: 1, waitMs: 20_000 });
      for (const id of ['done1', 'done2', 'done3']) await act(oncely, id);
      shop.vendor.script.push(declined);
      await act(oncely, 'rejected').catch(() => undefined);
      shop.vendor.script.push(lost);
      await act(oncely, 'doubt').catch(() => undefined);
      await act(oncely, 'waiting', { approval: 'required' }).catch(() => undefined);
      shop.vendor.script.push(() => ({ evidence: 'not_applied', reason: 'limited', retryAfterMs: 60_000 }));
      await act(oncely, 'ready').catch(() => undefined);
      const open = ['doubt', 'waiting', 'ready'];
      const rowOf = async (id: string): Promise<unknown> => (await shop.ledger.read(`${id}:desk:refund`)).row;
      const before = await Promise.all(open.map(rowOf));

      const counted = await oncely.prune({ dryRun: true });
      expect(counted).toMatchObject({ examined: 4, compacted: 4, failed: [] });
      expect(await oncely.prune({ limit: 3 })).toMatchObject({ examined: 3, compacted: 3, next: expect.anything() });
      expect(await oncely.prune()).toMatchObject({ examined: 1, compacted: 1, failed: [] });
      expect(await oncely.prune()).toMatchObject({ examined: 0, compacted: 0 });
      expect(await oncely.prune({ walk: true })).toMatchObject({ examined: 7, compacted: 0 });
      expect(await Promise.all(open.map(rowOf))).toEqual(before);
      expect((await oncely.recover({ deadlineMs: 0 })).examined).toBeLessThanOrEqual(1);

      const sends = shop.vendor.sends;
      await expect(act(oncely, 'done2')).rejects.toMatchObject({
        code: 'result_unavailable',
        vendorId: 'o_2',
        message: expect.stringContaining('expired by retention'),
      });
      await expect(act(oncely, 'done2', {}, 2)).rejects.toMatchObject({ code: 'input_changed' });
      await expect(act(oncely, 'rejected')).rejects.toMatchObject({ code: 'rejection_unavailable' });
      expect(shop.vendor.sends).toBe(sends);
      const history = await oncely.effects.history('done1:desk:refund');
      expect(history.map(({ event }) => event['decision'] ?? event['type'])).toEqual(['settled', 'compact']);
      await shop.ledger.close();
    },
  );

  it('deletes tombstones only when told of the duplicates, and the audit goes on behind what it said', async () => {
    const shop = openShop(makeLedger());
    const oncely = shop.start(atOnce);
    await act(oncely, 'old');
    await oncely.prune();
    await expect(oncely.prune({ deleteTombstonesOlderThanMs: 0 })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('acceptDuplicates'),
    });
    expect(await oncely.effects.get('old:desk:refund')).toBeDefined();
    const far = await oncely.prune({ deleteTombstonesOlderThanMs: 3_600_000, acceptDuplicates: true });
    expect(far).toMatchObject({ tombstonesDeleted: 0 });
    const gone = await oncely.prune({ deleteTombstonesOlderThanMs: 0, acceptDuplicates: true });
    expect(gone).toMatchObject({ examined: 1, tombstonesDeleted: 1, failed: [] });
    expect(await oncely.effects.get('old:desk:refund')).toBeUndefined();

    // It is what was accepted: done again. Its chain is the one of the slot.
    expect(await act(oncely, 'old')).toEqual({ id: 'o_2' });
    expect(await act(oncely, 'old')).toEqual({ id: 'o_2' });
    expect(shop.vendor.happened).toHaveLength(2);
    const events = await oncely.effects.history('old:desk:refund');
    expect(events.map(({ event }) => event['sequence'])).toEqual([1, 2, 3, 4]);
    await oncely.prune();
    expect((await oncely.effects.history('old:desk:refund')).map(({ event }) => event['sequence'])).toEqual([
      1, 2, 3, 4, 5,
    ]);
    await shop.ledger.close();
  }, 60_000);

  it('may run in several processes beside claims and repeats', { timeout: 60_000 }, async () => {
    const shop = openShop(makeLedger());
    const workers = [shop.start(atOnce), shop.start(atOnce)];
    const cases = Array.from({ length: 12 }, (_, index) => `case${index}`);
    let pruning = true;
    const compacted = Promise.all(
      workers.map(async (oncely) => {
        let sum = 0;
        while (pruning) {
          sum += (await oncely.prune({ limit: 5 })).compacted;
          // The ledger in memory answers without a turn of the event loop.
          await new Promise((resolve) => setImmediate(resolve));
        }
        return sum + (await oncely.prune()).compacted;
      }),
    );
    await Promise.all(
      [...cases, ...cases].map((id, index) =>
        act(workers[index % 2] as TestOncely, id).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'result_unavailable' });
        }),
      ),
    );
    pruning = false;
    expect((await compacted).reduce((one, other) => one + other, 0)).toBeGreaterThanOrEqual(12);
    expect(shop.vendor.happened).toHaveLength(12);
    const { rows } = await shop.ledger.list({ limit: 100 });
    for (const row of rows) expect(JSON.parse(row.doc)).toMatchObject({ tombstone: { state: 'succeeded' } });
    await shop.ledger.close();
  });
});

describe('oncely.prune', () => {
  it('drops results first, then compacts, each at its time and by the rule of the operation', async () => {
    let now = 1_700_000_000_000;
    const shop = openShop(memoryLedger({ now: () => now }));
    const oncely = shop.start({
      retention: { resultForMs: 1_000, operations: { 'shop.*': { tombstoneAfterMs: 5_000 }, 'shop.keep': {} } },
    });
    await act(oncely, 'case');
    await oncely.scope(at('kept'), () => oncely.effect('e', () => oncely.clients.shop.write('keep', { n: 1 })));
    now += 999;
    expect(await oncely.prune()).toMatchObject({ examined: 0 });
    now += 1;
    expect(await oncely.prune()).toMatchObject({ examined: 2, resultsDropped: 2, compacted: 0 });
    // What was dropped is read again at the vendor.
    expect(await act(oncely, 'case')).toEqual({ id: 'o_1', restored: true });
    now += 3_999;
    expect(await oncely.prune()).toMatchObject({ examined: 0 });
    now += 1;
    expect(await oncely.prune()).toMatchObject({ examined: 1, compacted: 1 });
    now += 1e12;
    expect(await oncely.prune()).toMatchObject({ examined: 0 });
    expect(shop.vendor.sends).toBe(2);
  });

  it('takes up what was settled before there were rules by a walk, resumable by its cursor', async () => {
    let now = 1_700_000_000_000;
    const shop = openShop(memoryLedger({ now: () => now }));
    for (const id of ['a', 'b', 'c', 'd', 'e']) await act(shop.start(), id);
    const oncely = shop.start({ retention: { tombstoneAfterMs: 1_000 } });
    expect(await oncely.prune()).toMatchObject({ examined: 0 });
    const first = await oncely.prune({ walk: true, limit: 2 });
    expect(first).toMatchObject({ examined: 2, deferred: 2 });
    expect(await oncely.prune({ walk: true, cursor: first.next ?? '' })).toMatchObject({ examined: 3, deferred: 3 });
    now += 1_000;
    expect(await oncely.prune()).toMatchObject({ examined: 5, compacted: 5 });
  });

  it('takes what a longer rule keeps off its way, so that it does not stand before the rest', async () => {
    let now = 1_700_000_000_000;
    const shop = openShop(memoryLedger({ now: () => now }));
    await act(shop.start({ retention: { tombstoneAfterMs: 10 } }), 'case');
    now += 10;
    expect(await shop.start({ retention: { tombstoneAfterMs: 1_000 } }).prune()).toMatchObject({ deferred: 1 });
    expect(await shop.start({ retention: { tombstoneAfterMs: 1_000 } }).prune()).toMatchObject({ examined: 0 });
    now += 990;
    expect(await shop.start().prune()).toMatchObject({ examined: 1, kept: 1 });
    expect(await shop.start().prune()).toMatchObject({ examined: 0 });
  });

  it('deletes remembered values and counts of unscoped writes when their time is over', async () => {
    let now = 1_700_000_000_000;
    const shop = openShop(memoryLedger({ now: () => now }));
    const oncely = shop.start({
      unscoped: 'observe',
      retention: { values: { deleteAfterMs: 1_000 }, observations: { deleteAfterMs: 2_000 } },
    });
    let computed = 0;
    const value = (): Promise<number> => oncely.scope(at('case'), () => oncely.value('date', () => (computed += 1)));
    expect([await value(), await value()]).toEqual([1, 1]);
    await oncely.clients.shop.write('refund', { amount: 1 });
    now += 1_000;
    await oncely.clients.shop.write('refund', { amount: 1 });
    expect(await oncely.prune()).toMatchObject({ examined: 1, valuesDeleted: 1 });
    expect(await value()).toBe(2);
    now += 1_999;
    expect(await oncely.observed()).toHaveLength(1);
    expect(await oncely.prune()).toMatchObject({ valuesDeleted: 1, observationsDeleted: 0 });
    now += 1;
    expect(await oncely.prune()).toMatchObject({ examined: 1, observationsDeleted: 1 });
    expect(await oncely.observed()).toEqual([]);
  });

  it('deletes checkpoints and what was observed when their time is over, and twin guards past theirs', async () => {
    let now = 1_700_000_000_000;
    const shop = openShop(memoryLedger({ now: () => now }));
    const options = {
      twins: { withinMs: 500, onTwin: 'refuse' },
      retention: { trail: { deleteAfterMs: 1_000 } },
    } as const;
    const first = shop.start(options);
    await act(first, 'case');
    await act(first, 'case');
    await first.scope(at('case'), () => first.checkpoint('paid', { paid: true }, { keep: true }));
    await first.close();
    const oncely = shop.start(options);
    const kinds = async (): Promise<string> =>
      (await shop.ledger.list({ limit: 100 })).rows.map(({ slot }) => slot[0]).join('');
    expect((await kinds()).split('').toSorted().join('')).toBe('$&^c');
    expect(await oncely.prune()).toMatchObject({ examined: 0 });
    now += 500;
    expect(await oncely.prune()).toMatchObject({ examined: 1, guardsDeleted: 1, trailDeleted: 0 });
    now += 500;
    expect(await oncely.prune()).toMatchObject({ examined: 2, trailDeleted: 2 });
    expect(await kinds()).toBe('c');
    expect(await oncely.audit.verify()).toMatchObject({ ok: true, deleted: 3 });
    expect(await oncely.prune({ walk: true })).toMatchObject({ kept: 1 });
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ deadlineMs: NaN }, 'deadlineMs'],
    [{ deleteTombstonesOlderThanMs: -1, acceptDuplicates: true }, 'deleteTombstonesOlderThanMs'],
  ] as const)('refuses %o', async (options, named) => {
    await expect(openShop().start().prune(options)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(named),
    });
  });

  it.each([
    [{ tombstoneAfterMs: -1 }, 'tombstoneAfterMs'],
    [{ operations: { 'shop.*': { resultForMs: Infinity } } }, 'operations.shop.*.resultForMs'],
    [{ result: { project: (body: unknown) => body, version: '' } }, 'result.version'],
    [{ requests: 'sometimes' as 'never' }, 'requests'],
  ] as const)('createOncely refuses retention %o', (retention, named) => {
    expect(() => openShop().start({ retention })).toThrow(named);
  });
});
