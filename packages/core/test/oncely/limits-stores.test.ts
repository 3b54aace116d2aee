// oxlint-disable unicorn/no-thenable -- what a limit does then is a word, and nobody awaits it
import type { Ledger, LimitRule } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { codeOf, pay, perCase, sumOf } from './pay.ts';
import { shifted } from './shifted.ts';
import { desk, lost, openShop } from './vendor.ts';

const folder = mkdtempSync(join(tmpdir(), 'oncely-limit-stores-'));
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
const stores: Record<string, () => Ledger> = {};
let made = 0;

beforeAll(async () => {
  const [url, redisUrl] = await Promise.all([sharedPostgresUrl(), sharedRedisUrl()]);
  const pool = new Pool({ connectionString: url, options: '-c synchronous_commit=off' });
  const redis = new Redis(redisUrl);
  const prefix = (): string => `limit_stores_${process.pid}_${(made += 1)}_`;
  stores['memory'] = () => memoryLedger();
  stores['SQLite'] = () => sqliteLedger(join(folder, `${(made += 1)}.db`));
  stores['Postgres'] = () => postgresLedger(pool, { prefix: prefix(), allowUnsafe: true });
  stores['Redis'] = () => redisLedger(redis, { prefix: prefix() });
  closing.unshift(
    () => pool.end(),
    () => redis.quit(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

const hourly: LimitRule = { ...perCase, within: 3_600_000 };

describe.each(['memory', 'SQLite', 'Postgres', 'Redis'])('on %s', (store) => {
  const open = (): ReturnType<typeof shifted> => shifted(stores[store]?.() as Ledger);

  it('a limit pauses its workflow, and resuming grants nothing', async () => {
    const shop = openShop(open().ledger);
    const oncely = shop.start({ limits: [{ ...perCase, then: 'pause' }] });
    await pay(oncely, 'one', { amount: 1000 });
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }))).toBe('workflow_held');
    await oncely.workflows.resume(desk, { by: 'ann' });
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }))).toBe('workflow_held');
    expect(sumOf(shop)).toBe(1000);
  });

  it('what was taken back counts no more where the rule says so', async () => {
    const shop = openShop(open().ledger);
    const oncely = shop.start({ limits: [{ ...perCase, givenBackBy: 'compensation' }] });
    await pay(oncely, 'one', { amount: 1000 });
    expect(codeOf(await pay(oncely, 'two', { amount: 1000 }))).toBe('limit_reached');
    await oncely.effects.compensate('invoice_1:desk:one', { by: 'ann' });
    expect(codeOf(await pay(oncely, 'two', { amount: 1000 }))).toBeUndefined();
    expect(codeOf(await pay(oncely, 'three', { amount: 1 }))).toBe('limit_reached');
  });

  it('a day ends at its midnight, and says when there is room', async () => {
    const time = open();
    const shop = openShop(time.ledger);
    const daily: LimitRule = { operations: 'shop.pay', count: 1, per: 'all', within: 'day', timeZone: 'Europe/Berlin' };
    const oncely = shop.start({ limits: [daily] });
    await pay(oncely, 'one', {});
    const refused = await pay(oncely, 'two', {});
    expect(refused).toMatchObject({ code: 'limit_reached', next: 'wait' });
    const { retryAfterMs } = refused as { readonly retryAfterMs: number };
    expect(retryAfterMs).toBeLessThanOrEqual(25 * 3_600_000);
    time.ahead = retryAfterMs + 1_000;
    expect(codeOf(await pay(oncely, 'two', {}))).toBeUndefined();
    expect(codeOf(await pay(oncely, 'three', {}))).toBe('limit_reached');
  });

  it('a row goes once nothing in it counts, and not while one is in doubt', async () => {
    const time = open();
    const shop = openShop(time.ledger);
    const oncely = shop.start({ limits: [hourly], maxAttempts: 1 });
    shop.vendor.script.push(lost);
    await pay(oncely, 'doubt', { amount: 1000 }, { businessId: 'doubted' });
    await pay(oncely, 'one', { amount: 1000 });
    expect((await oncely.inspect.limits()).uses).toHaveLength(2);
    expect(await oncely.prune({ walk: true })).toMatchObject({ limitsDeleted: 0, failed: [] });
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }))).toBe('limit_reached');
    time.ahead = 3_600_000 * 2;
    expect(await oncely.prune({ walk: true, dryRun: true })).toMatchObject({ limitsDeleted: 1 });
    expect(await oncely.prune({ walk: true })).toMatchObject({ limitsDeleted: 1, failed: [] });
    expect((await oncely.inspect.limits()).uses).toMatchObject([{ of: 'doubted', used: 1000, open: 1000 }]);
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }, { businessId: 'doubted' }))).toBe('limit_reached');
    // It begins anew, also for the process that wrote it before.
    expect(codeOf(await pay(oncely, 'two', { amount: 1000 }))).toBeUndefined();
    expect(codeOf(await pay(oncely, 'three', { amount: 1 }))).toBe('limit_reached');
    expect((await oncely.audit.verify()).problems).toEqual([]);
  });

  it('a process that dies between taking room and its claim keeps the room for a minute, and anybody frees it', async () => {
    const time = open();
    const dying: Ledger = {
      ...time.ledger,
      write: (command) => (command.index.state === 'executing' ? new Promise(() => {}) : time.ledger.write(command)),
    };
    const shop = openShop(time.ledger);
    void pay(openShop(dying).start({ limits: [perCase] }), 'dead', { amount: 1000 });
    await expect
      .poll(async () => (await shop.start().inspect.limits()).uses)
      .toMatchObject([{ used: 1000, open: 1000 }]);
    const oncely = shop.start({ limits: [perCase] });
    expect(codeOf(await pay(oncely, 'one', { amount: 1000 }))).toBe('limit_reached');
    expect(await oncely.effects.get('invoice_1:desk:dead')).toBeUndefined();
    time.ahead = 61_000;
    expect(codeOf(await pay(oncely, 'one', { amount: 1000 }))).toBeUndefined();
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }))).toBe('limit_reached');
    expect(sumOf(shop)).toBe(1000);
  });
});
