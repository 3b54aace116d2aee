import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isOncelyError, type Ledger, type Verdict } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Seal } from '../../src/audit/seal.ts';
import { redisLedger } from '../../src/ledgers/redis.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { poolOf } from '../ledgers/postgres-server.ts';
import { declined, desk, openShop, type Shop, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:refund';
const busy = (): Verdict => ({
  evidence: 'not_applied',
  reason: 'rate_limited',
  retryAfterMs: 0,
  response: { status: 429, headers: {}, body: '{}' },
});

const refund = (oncely: TestOncely, options: object = {}): Promise<unknown> =>
  oncely
    .scope(desk, () => oncely.effect('refund', options, () => oncely.clients.shop.write('refund', { amount: 1 })))
    .catch((error: unknown) => error);

/** Calls again and again until the vendor was asked so often. */
async function refusedUntil(sends: number, { vendor }: Shop, oncely: TestOncely): Promise<void> {
  while (vendor.sends < sends) {
    vendor.script.push(...Array.from({ length: sends - vendor.sends }, () => busy));
    await refund(oncely);
  }
  vendor.script.length = 0;
}

const stores: readonly (readonly [string, () => Promise<Ledger>])[] = [
  ['memory', async () => memoryLedger()],
  [
    'SQLite',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'oncely-attempts-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      return sqliteLedger(join(folder, 'effects.db'));
    },
  ],
  ['Postgres', async () => postgresLedger(poolOf(await sharedPostgresUrl()), { schema: `attempts_${process.pid}` })],
  [
    'Redis',
    async () => {
      const redis = new Redis(await sharedRedisUrl());
      onTestFinished(async () => void (await redis.quit()));
      return redisLedger(redis, { prefix: `attempts-${process.pid}`, onWarning: () => undefined });
    },
  ],
];

describe('C18: an effect that the vendor keeps refusing for now', () => {
  it.each(stores)('has a record that does not grow, and an audit that tells each attempt: %s', async (_name, open) => {
    const shop = openShop(await open());
    const oncely = shop.start();
    onTestFinished(() => oncely.close());
    const seals: Seal[] = [];
    const seal = (): Promise<unknown> => oncely.audit.seal({ to: (each) => void seals.push(each) });
    await refusedUntil(40, shop, oncely);
    const size = (await shop.ledger.read(slot)).row?.doc.length ?? 0;
    await seal();
    await refusedUntil(90, shop, oncely);
    expect((await shop.ledger.read(slot)).row?.doc.length ?? 0).toBeLessThan(size + 100);
    expect(await oncely.audit.verify({ seals })).toMatchObject({ ok: true, problems: [] });
    await seal();

    const effect = await oncely.effects.get(slot);
    expect(effect?.attempts).toHaveLength(21);
    expect(effect?.attempts.map(({ times }) => times ?? 1)).toEqual([
      1,
      1,
      1,
      1,
      70,
      ...Array.from({ length: 16 }, () => 1),
    ]);
    expect(await refund(oncely)).toEqual({ id: 'o_1' });
    expect(shop.vendor.happened).toHaveLength(1);
    const numbers = (await oncely.effects.history(slot)).map(({ event }) => event['attempt']);
    expect(numbers).toEqual(Array.from({ length: 91 }, (_, at) => at + 1));
    const told = (await oncely.audit.timeline(desk)).effects[0]?.attempts ?? [];
    expect(told.map(({ number }) => number)).toEqual(numbers);
    expect(told.map(({ evidence }) => evidence)).toEqual([
      ...Array.from({ length: 90 }, () => 'not_applied'),
      'accepted',
    ]);
    expect(await oncely.audit.verify({ seals })).toMatchObject({ ok: true, problems: [] });
  });

  it('is stopped for a person after a thousand attempts, who opens it again', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await refusedUntil(1_000, shop, oncely);
    const error = await refund(oncely);
    expect(isOncelyError(error) && error).toMatchObject({ code: 'stopped', next: 'ask-a-person' });
    expect(String(error)).toMatch(/has not happened: it was tried 1,000 times.*rate_limited[^]*effects\.reopen\(/);
    expect(await refund(shop.start(), { onRejected: 'again', onDoubt: 'resend' })).toMatchObject({ code: 'stopped' });
    await oncely.recover();
    expect(shop.vendor.sends).toBe(1_000);
    expect((await oncely.effects.list({ state: 'stopped' })).effects).toMatchObject([
      { slot, state: 'stopped', stopped: expect.stringContaining('tried 1,000 times') },
    ]);
    await oncely.effects.reopen(slot, { by: 'ann' });
    expect(await refund(oncely)).toEqual({ id: 'o_1' });
    expect(shop.vendor.sends).toBe(1_001);
    expect(await oncely.audit.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('is not asked without end where the caller asks again after each definite no', async () => {
    const shop = openShop();
    const oncely = shop.start();
    for (let call = 0; call < 60; call += 1) {
      shop.vendor.script.push(declined);
      expect(await refund(oncely, { onRejected: 'again' })).toMatchObject({ status: 402 });
    }
    const effect = await oncely.effects.get(slot);
    expect(effect).toMatchObject({ state: 'rejected', generation: 60 });
    expect(effect?.attempts).toHaveLength(21);
    expect(await refund(oncely)).toMatchObject({ status: 402, oncely: { replayed: true } });
    expect(shop.vendor.sends).toBe(60);
    expect(await refund(oncely, { onRejected: 'again' })).toEqual({ id: 'o_1' });
    expect(await oncely.audit.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it('keeps a doubt among the noes as it is', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await refusedUntil(10, shop, oncely);
    const lostNow = (): Verdict => ({ evidence: 'unknown', reason: 'ECONNRESET', retryAfterMs: 0 });
    shop.vendor.script.push(lostNow, lostNow);
    await refusedUntil(60, shop, oncely);
    const effect = await oncely.effects.get(slot);
    expect(effect?.attempts.map(({ evidence, times = 1 }) => [evidence, times])).toEqual([
      ...Array.from({ length: 4 }, () => ['not_applied', 1]),
      ['not_applied', 6],
      ['unknown', 1],
      ['unknown', 1],
      ['not_applied', 32],
      ...Array.from({ length: 16 }, () => ['not_applied', 1]),
    ]);
    expect(effect?.state).toBe('in_doubt');
  });
});
