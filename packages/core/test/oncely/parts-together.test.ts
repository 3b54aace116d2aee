import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { aesCodec } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { atEndOfFile } from '../../../../scripts/at-end-of-file.ts';
import { desk, openShop, type Shop, type TestOncely } from './vendor.ts';

// What one part of the ledger keeps is met by all others that go through it.

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const old = aesCodec({ keys: { early: key(1) }, current: 'early' });
const both = aesCodec({ keys: { early: key(1), late: key(2) }, current: 'late' });
const fresh = aesCodec({ keys: { late: key(2) }, current: 'late' });
const governed = {
  approvals: { version: 1, operations: { 'shop.pay': true } },
  budgets: { reEntries: 9 },
  twins: { withinMs: 1_000_000, onTwin: 'warn' },
} as const;

/** A ledger with a row of every kind in it, all of it sealed by a seal. */
async function everything(shop: Shop): Promise<TestOncely> {
  const oncely = shop.start({ codec: old, ...governed });
  const run = (): Promise<unknown> =>
    oncely.scope(desk, async () => {
      await oncely.value('day', () => '2026-11-25');
      await oncely.checkpoint('begun', { step: 1 }, { keep: true });
      await oncely.effect('ship', () => oncely.clients.shop.write('ship', { to: 'Ada' }));
      await oncely.effect('tell', () => oncely.clients.shop.write('tell', { text: 'done' }));
      await oncely.effect('pay', () => oncely.clients.shop.write('pay', { amount: 9 })).catch(() => undefined);
    });
  await run();
  await run();
  await oncely.effects.compensate('invoice_1:desk:tell', { by: 'ann' });
  await oncely.audit.seal();
  return oncely;
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oncely-parts-'));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe.each([
  ['memory', () => memoryLedger()],
  ['SQLite', () => sqliteLedger(join(ownFolder(), 'effects.db'))],
] as const)('a ledger (%s) with everything in it', (_name, makeLedger) => {
  it('is sealed anew whole, so that the old key can go, and its audit stands', async () => {
    const shop = openShop(makeLedger());
    await everything(shop);
    const turning = shop.start({ codec: both, ...governed });
    const { failed, resealed, next } = await turning.reseal();
    expect({ failed, next }).toEqual({ failed: [] });
    expect(resealed).toBeGreaterThan(4);
    expect(await turning.reseal()).toMatchObject({ resealed: 0, failed: [] });

    const oncely = shop.start({ codec: fresh, ...governed });
    expect((await oncely.effects.get('invoice_1:desk:pay'))?.approval?.preview).toMatchObject({ amount: 9 });
    expect(await oncely.scope(desk, () => oncely.value('day', () => 'another'))).toBe('2026-11-25');
    const { rows } = await shop.ledger.list({ limit: 1_000 });
    expect(rows.filter(({ doc }) => /early/.test(doc)).map(({ slot }) => slot)).toEqual([]);
    expect((await oncely.audit.verify()).problems).toEqual([]);
  });

  it('is pruned without a failure, and its audit stands', async () => {
    const shop = openShop(makeLedger());
    await everything(shop);
    const retention = { resultForMs: 1, tombstoneAfterMs: 2 };
    const oncely = shop.start({ codec: old, ...governed, retention });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const pruned = await oncely.prune({ walk: true });
    expect(pruned.failed).toEqual([]);
    expect(pruned.compacted).toBeGreaterThan(0);
    expect((await oncely.audit.verify()).problems).toEqual([]);
  });

  it('says in its audit what retention deletes, and what began anew behind that', async () => {
    const shop = openShop(makeLedger());
    await everything(shop);
    const retention = {
      resultForMs: 1,
      tombstoneAfterMs: 2,
      values: { deleteAfterMs: 1 },
      observations: { deleteAfterMs: 1 },
    };
    const oncely = shop.start({ codec: old, ...governed, retention });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await oncely.prune({ walk: true })).valuesDeleted).toBe(1);
    const deleted = await oncely.prune({ deleteTombstonesOlderThanMs: 0, acceptDuplicates: true });
    expect(deleted).toMatchObject({ tombstonesDeleted: 3, failed: [] });
    expect(await oncely.audit.verify()).toMatchObject({ problems: [], deleted: 4 });
    await oncely.scope(desk, async () => {
      await oncely.value('day', () => '2026-11-26');
      await oncely.effect('ship', () => oncely.clients.shop.write('ship', { to: 'Ada' }));
    });
    await oncely.audit.seal();
    expect((await oncely.audit.verify()).problems).toEqual([]);
    expect(shop.vendor.happened.filter(({ operation }) => operation === 'shop.ship')).toHaveLength(2);
  });

  it('whose rules of retention changed is put in its place again, and its audit stands', async () => {
    const shop = openShop(makeLedger());
    await everything(shop);
    const retention = { resultForMs: 1_000_000, values: { deleteAfterMs: 1_000_000 } };
    const oncely = shop.start({ codec: old, ...governed, retention });
    expect((await oncely.prune({ walk: true })).deferred).toBeGreaterThan(2);
    expect((await oncely.audit.verify()).problems).toEqual([]);
  });

  it('is swept and recovered without a failure', async () => {
    const shop = openShop(makeLedger());
    const oncely = await everything(shop);
    expect((await oncely.sweep()).failed).toEqual([]);
    expect((await oncely.recover()).open).toEqual([]);
    expect((await oncely.audit.verify()).problems).toEqual([]);
  });
});
