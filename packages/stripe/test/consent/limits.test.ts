import { createOncely, isOncelyError, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { postgresLedger } from '@oncely/core/ledgers/postgres';
import { redisLedger } from '@oncely/core/ledgers/redis';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { addressOf, apiKey } from '../case.ts';

const folder = mkdtempSync(join(tmpdir(), 'oncely-limits-'));
const prefix = `limits_${process.pid}_`;
const closing: (() => unknown)[] = [];
let fake: StripeFake;
const stores: Record<string, () => Ledger> = {};

beforeAll(async () => {
  const [url, redisUrl] = await Promise.all([sharedPostgresUrl(), sharedRedisUrl()]);
  const pool = new Pool({ connectionString: url, options: '-c synchronous_commit=off' });
  const redis = new Redis(redisUrl);
  fake = await startStripeFake();
  const memory = memoryLedger();
  stores['memory'] = () => memory;
  stores['SQLite'] = () => sqliteLedger(join(folder, 'limits.db'));
  stores['Postgres'] = () => postgresLedger(pool, { prefix, allowUnsafe: true });
  stores['Redis'] = () => redisLedger(redis, { prefix });
  closing.push(
    () => pool.end(),
    () => redis.quit(),
    () => fake.close(),
    () => rmSync(folder, { recursive: true, force: true }),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

describe.each(['memory', 'SQLite', 'Postgres', 'Redis'])('I10 on %s', (store) => {
  it('64 refunds at once, by four processes, give back no more than the limit', { timeout: 60_000 }, async () => {
    const charge = `ch_limit_${store}`;
    fake.seedCharge({ id: charge, amount: 10_000_00, currency: 'usd' });
    const start = () =>
      createOncely({
        waitMs: 20_000,
        drainOnSigterm: false,
        ledger: { ...(stores[store]?.() as Ledger), close: async () => {} },
        clients: { stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config })) },
        limits: [{ operations: 'stripe.refunds.create', sum: 'amount', by: 'currency', max: 1_000_00, per: 'case' }],
      });
    const workers = Array.from({ length: 4 }, start);
    const codes = await Promise.all(
      Array.from({ length: 64 }, async (_, at) => {
        const oncely = workers[at % workers.length] as (typeof workers)[number];
        const refund = (): Promise<unknown> =>
          Promise.resolve(
            oncely.scope({ businessId: `case_${store}`, workflowId: `desk_${at % 8}` }, () =>
              oncely.effect(`refund_${at}`, () => oncely.clients.stripe.refunds.create({ charge, amount: 70_00 })),
            ),
          );
        return refund().then(
          () => 'done',
          (error: unknown) => (isOncelyError(error) ? error.code : String(error)),
        );
      }),
    );
    const refunds = fake.effects('refunds.create').filter(({ params }) => params['charge'] === charge);
    expect(refunds).toHaveLength(14);
    expect(codes.filter((code) => code === 'done')).toHaveLength(14);
    expect(codes.filter((code) => code === 'limit_reached')).toHaveLength(50);

    // Without an amount all of it would go back.
    const [oncely] = workers as [(typeof workers)[number]];
    await expect(
      oncely.scope({ businessId: `case_${store}`, workflowId: 'desk' }, () =>
        oncely.effect('all', () => oncely.clients.stripe.refunds.create({ charge })),
      ),
    ).rejects.toMatchObject({ code: 'limit_reached' });
    expect(fake.effects('refunds.create').filter(({ params }) => params['charge'] === charge)).toHaveLength(14);
  });
});

it('a limit that fits no operation of any client is refused, and an alias is counted under its one name', () => {
  const start = (operations: string): unknown =>
    createOncely({
      ledger: memoryLedger(),
      clients: { stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config })) },
      limits: [{ operations, count: 1, per: 'all' }],
    });
  expect(() => start('stripe.refund.create')).toThrow("did you mean 'stripe.refunds.create'");
  expect(() => start('paypal.*')).toThrow('fits no operation of any client');
  expect(() => start('stripe.refunds.*')).not.toThrow();
});
