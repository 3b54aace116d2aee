import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { aesCodec, isOncelyError, type OncelyError, type OncelyOptions } from '@oncely/core';
import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { postgresStore, redisStore, sqliteStore, type Store } from './stores.ts';
import { tracesOf } from './traces-of.ts';
import { emailVendor, hubspotVendor, planted, slackVendor, stripeVendor, type Vendor } from './vendors.ts';

let folder: string;
let pool: Pool;
let redis: Redis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oncely-secrets-'));
  pool = new Pool({ connectionString: await sharedPostgresUrl(), max: 4 });
  redis = new Redis(await sharedRedisUrl());
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await pool.end();
  await redis.quit();
});

let serial = 0;
const stores: Readonly<Record<string, () => Store>> = {
  sqlite: () => {
    const own = join(folder, String((serial += 1)));
    mkdirSync(own);
    return sqliteStore(own);
  },
  postgres: () => postgresStore(pool, `secrets_${process.pid}_${(serial += 1)}`),
  redis: () => redisStore(redis, `secrets-${process.pid}-${(serial += 1)}`),
};

const vendors: Readonly<Record<string, () => Promise<Vendor>>> = {
  stripe: stripeVendor,
  slack: slackVendor,
  hubspot: hubspotVendor,
  email: emailVendor,
};

/** All that anybody is told beside the caller's own result; a new sink, such as traces, is one more entry here. */
interface Told {
  readonly events: string[];
  readonly errors: OncelyError[];
}

/** A success, a replay, a refusal and a lost answer, in scopes of their own, with all that is told meanwhile. */
async function live(
  vendor: Vendor,
  store: Store,
  options: Partial<OncelyOptions<Record<never, never>>>,
): Promise<Told> {
  const told: Told = { events: [], errors: [] };
  const listen = (message: unknown): void => {
    told.events.push(inspect(message, { depth: 9 }));
  };
  subscribe('oncely:effect', listen);
  try {
    const settings = { drainOnSigterm: false, maxAttempts: 1, waitMs: 20_000, ...options, ledger: store.ledger };
    const { oncely, write } = vendor.start(settings);
    const act = (businessId: string): Promise<unknown> =>
      oncely
        .scope({ businessId, workflowId: 'desk' }, () => oncely.effect('write', write))
        .catch((error: unknown) => {
          if (isOncelyError(error)) told.errors.push(error);
        });
    vendor.lose();
    await act('lost');
    await act('done');
    await act('done');
    vendor.refuse();
    await act('refused');
    await act('refused');
    expect((await oncely.effects.get('done:desk:write'))?.state).toBe('succeeded');
    expect((await oncely.effects.get('lost:desk:write'))?.state).toMatch(/in_doubt|succeeded|stopped|ready/);
    told.events.push(JSON.stringify(await oncely.effects.list()));
    for (const id of ['lost', 'done', 'refused']) {
      told.events.push(JSON.stringify(await oncely.effects.history(`${id}:desk:write`)));
    }
    return told;
  } finally {
    unsubscribe('oncely:effect', listen);
  }
}

/** An error as it may be logged, without its cause: that is the vendor's own error, which belongs to the caller. */
function withoutCause(error: OncelyError): string {
  const { cause: _cause, ...own } = error;
  return [error.message, error.stack, JSON.stringify(error), inspect(own, { depth: 9 })].join('\n');
}

const codec = aesCodec({ keys: { k1: randomBytes(32) }, current: 'k1' });

describe('secrets', () => {
  it('are found in every form that they may take', () => {
    const secrets = planted('it');
    const it = secrets['it'] ?? '';
    const bytes = Buffer.from(`ab${it}cd`);
    for (const text of [
      it,
      JSON.stringify({ it }),
      encodeURIComponent(it),
      new URLSearchParams({ it }).toString(),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
    ]) {
      expect(tracesOf(secrets, text)).toEqual(['it']);
    }
    expect(tracesOf(secrets, 'nothing')).toEqual([]);
  });

  describe.each(Object.entries(vendors))('of %s', (_name, makeVendor) => {
    it.each(Object.entries(stores))(
      'with a codec are nowhere: %s',
      async (_store, makeStore) => {
        const [vendor, store] = [await makeVendor(), makeStore()];
        const told = await live(vendor, store, { codec });
        const all = { ...vendor.secrets, ...vendor.credentials };
        const dump = await store.dump();
        expect(dump).toContain('done:desk:write');
        expect(dump).toContain('a1.k1.');
        expect(tracesOf(all, dump)).toEqual([]);
        expect(tracesOf(all, told.events.join('\n'))).toEqual([]);
        expect(told.errors.flatMap((error) => tracesOf(all, withoutCause(error)))).toEqual([]);
        await store.ledger.close();
      },
      60_000,
    );

    it('without a codec lie in results and open requests only, and credentials nowhere', async () => {
      const [vendor, store] = [await makeVendor(), (stores['sqlite'] as () => Store)()];
      const told = await live(vendor, store, {});
      const { rows } = await store.ledger.list({ limit: 100 });
      expect(rows.flatMap(({ doc }) => tracesOf(vendor.secrets, doc)).length).toBeGreaterThan(0);
      for (const { doc } of rows) {
        const { request: _request, result: _result, ...rest } = JSON.parse(doc) as Record<string, unknown>;
        expect(tracesOf(vendor.secrets, JSON.stringify(rest))).toEqual([]);
      }
      expect(tracesOf(vendor.secrets, told.events.join('\n'))).toEqual([]);
      const everywhere = [
        await store.dump(),
        ...told.events,
        ...told.errors.map((error) => inspect(error, { depth: 9 })),
      ];
      expect(tracesOf(vendor.credentials, everywhere.join('\n'))).toEqual([]);
      await store.ledger.close();
    }, 60_000);

    it('under zero retention are nowhere, without a codec', async () => {
      const [vendor, store] = [await makeVendor(), (stores['sqlite'] as () => Store)()];
      const told = await live(vendor, store, { retention: { requests: 'never', result: 'none' } });
      const all = { ...vendor.secrets, ...vendor.credentials };
      expect(tracesOf(all, await store.dump())).toEqual([]);
      expect(tracesOf(all, told.events.join('\n'))).toEqual([]);
      expect(told.errors.flatMap((error) => tracesOf(all, withoutCause(error)))).toEqual([]);
      await store.ledger.close();
    }, 60_000);
  });
});
