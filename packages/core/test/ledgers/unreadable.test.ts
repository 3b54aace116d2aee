import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { isOncelyError } from '../../src/errors.ts';
import type { Ledger } from '../../src/ledger.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { redisLedger } from '../../src/ledgers/redis.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { openShop } from '../oncely/vendor.ts';
import { poolOf } from './postgres-server.ts';

const slot = 'invoice_1:desk:refund';

/** A record as this version writes it. */
async function wholeRecord(): Promise<string> {
  const shop = openShop();
  const oncely = shop.start();
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'desk' }, () =>
    oncely.effect('refund', () => oncely.clients.shop.write('refunds.create', { amount: 10 })),
  );
  return (await shop.ledger.read(slot)).row?.doc ?? '';
}

const newer = (await wholeRecord()).replace('"format":1', '"format":2');

describe('a record that cannot be read', () => {
  it.each([
    ['is no JSON', 'card 4242424242424242 {'],
    ['is empty', ''],
    ['is null', 'null'],
    ['is of something else', '{"card":"4242424242424242"}'],
    ['is cut off', '{"format":1,"contract":{"businessId":"4242424242424242"'],
    [
      'has lost its attempts',
      '{"format":1,"contract":{"businessId":"i","workflowId":"d","stepId":"r"},"attempts":null}',
    ],
    ['is of a newer version', newer],
  ])('is told of by its slot, and nothing is sent: it %s', async (_what, doc) => {
    const ledger = memoryLedger();
    await ledger.open();
    await ledger.write({ slot, expect: 0, doc, index: { state: 'in_doubt', dueAfterMs: 0 }, events: [] });
    const shop = openShop(ledger);
    const oncely = shop.start();
    const ask = (businessId: string): Promise<unknown> =>
      oncely.scope({ businessId, workflowId: 'desk' }, () =>
        oncely.effect('refund', () => oncely.clients.shop.write('refunds.create', { amount: 10 })),
      );
    for (const asked of [
      ask('invoice_1'),
      oncely.effects.get(slot),
      oncely.effects.list({ state: 'in_doubt' }),
      oncely.effects.resolve(slot, { happened: false }, { by: 'ann' }),
    ]) {
      const error: unknown = await asked.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(isOncelyError(error) && error.code).toBe('ledger_unusable');
      expect(String(error)).toMatch(
        /invoice_1:desk:refund cannot be read.*Nothing was sent.*\n {2}fix: (put back|update)/s,
      );
      expect(inspect(error, { depth: 10 })).not.toContain('4242');
    }
    expect((await oncely.recover()).open).toMatchObject([{ slot, reason: expect.stringContaining('cannot be read') }]);
    expect(shop.vendor.sends).toBe(0);
    await ask('invoice_2');
    expect(shop.vendor.sends).toBe(1);
  });
});

describe('a workflow that was paused or cancelled past Oncely', () => {
  const stores: readonly (readonly [string, () => Promise<Ledger>])[] = [
    ['memory', async () => memoryLedger()],
    [
      'SQLite',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'oncely-held-'));
        const ledger = sqliteLedger(join(folder, 'effects.db'));
        onTestFinished(async () => {
          await ledger.close();
          rmSync(folder, { recursive: true });
        });
        return ledger;
      },
    ],
    ['Postgres', async () => postgresLedger(poolOf(await sharedPostgresUrl()), { schema: `held_${process.pid}` })],
    [
      'Redis',
      async () => {
        const client = new Redis(await sharedRedisUrl());
        onTestFinished(() => client.disconnect());
        return redisLedger(client, { prefix: `held-${process.pid}`, buckets: 3 });
      },
    ],
  ];
  it.each(stores)('is seen by the audit: in %s', async (_name, make) => {
    const ledger = await make();
    await ledger.open();
    const oncely = openShop(ledger).start();
    await oncely.workflows.pause({ businessId: 'invoice_1', workflowId: 'desk' }, { by: 'ann' });
    expect(await oncely.audit.verify()).toMatchObject({ ok: true });
    for (const [number, state] of (['paused', 'cancelled', 'running'] as const).entries()) {
      await ledger.writeWorkflow({ workflow: `case_${number}:desk`, expect: 0, state, doc: '{"by":"ann"}' });
    }
    const { problems } = await oncely.audit.verify();
    expect(new Set(problems.map(({ kind, detail }) => `${kind} ${/case_\d/.exec(detail)?.[0]}`))).toEqual(
      new Set(['workflow case_0', 'workflow case_1']),
    );
    expect(problems[0]?.detail).toContain('changed past Oncely');
  });
});
