import { createOncely, isOncelyError, type Ledger, type OncelyOptions } from '@oncely/core';
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
import { afterAll, beforeAll, expect } from 'vitest';

import { addressOf, apiKey } from '../case.ts';

const folder = mkdtempSync(join(tmpdir(), 'oncely-edited-'));
const prefix = `edited_${process.pid}_`;
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
  stores['SQLite'] = () => sqliteLedger(join(folder, 'edited.db'));
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

type Options = Partial<Omit<OncelyOptions<Record<never, never>>, 'ledger' | 'clients'>>;

export const editable = {
  amount: { max: 'asked' },
  reason: { oneOf: ['duplicate', 'requested_by_customer'] },
} as const;
export const rules = { version: 1, operations: { 'stripe.refunds.create': { editable } } } as const;

let cases = 0;

/**
 * One refund of 900.00 that waits, on one store; each process is another one. The store is that of all cases, whose rules
 * differ: so the version rises with each.
 */
export function openCase(store: string, options: Options = {}) {
  cases += 1;
  const version = cases;
  const businessId = `edited_${cases}_${store}`;
  const charge = `ch_${businessId}`;
  fake.seedCharge({ id: charge, amount: 900_00, currency: 'usd' });
  const slot = `${businessId}:desk:refund`;
  const sent = () =>
    fake
      .effects('refunds.create')
      .filter(({ params }) => params['charge'] === charge)
      .map(({ params }) => params);
  const start = (own: Options = {}, dies = false) => {
    const ledger = { ...(stores[store]?.() as Ledger), close: async () => {} };
    const mortal: Ledger = {
      ...ledger,
      // What it has sent it does not live to store.
      write: (command) => (dies && sent().length > 0 ? new Promise(() => undefined) : ledger.write(command)),
    };
    return createOncely({
      waitMs: 5_000,
      leaseMs: 200,
      drainOnSigterm: false,
      ...options,
      ...own,
      approvals: { ...(own.approvals ?? options.approvals ?? rules), version },
      ledger: mortal,
      clients: {
        stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config }), { landingBoundMs: 1 }),
      },
    });
  };
  type Process = ReturnType<typeof start>;
  const call = (oncely: Process, amount: number | undefined = 900_00) =>
    oncely.scope({ businessId, workflowId: 'desk' }, () =>
      oncely.effect('refund', () => oncely.clients.stripe.refunds.create({ charge, amount, reason: 'duplicate' })),
    );
  const ask = async (oncely: Process): Promise<string> => {
    const error: unknown = await call(oncely).catch((thrown: unknown) => thrown);
    expect(isOncelyError(error) && error.code).toBe('approval_required');
    return (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
  };
  return { businessId, charge, slot, start, call, ask, sent };
}

export const codeOf = (error: unknown): string =>
  isOncelyError(error) ? `${error.code} ${error.message}` : String(error);
