import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { sharedPostgresUrl } from '@oncely/testing/servers/shared';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Ledger, ListQuery } from '../../src/ledger.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { SortedSlots } from '../../src/sorted-slots.ts';
import { claimOf, poolOf } from './postgres-server.ts';

const count = 5_000;
const slotOf = (number: number): string => `case_${String(number).padStart(5, '0')}:desk:refund`;
// One in a thousand waits for a person, and one in a thousand is under way.
const stateOf = (number: number): string =>
  number % 1_000 === 500 ? 'awaiting_approval' : number % 1_000 === 700 ? 'executing' : 'succeeded';

async function filled(ledger: Ledger): Promise<Ledger> {
  await ledger.open();
  await Promise.all(
    Array.from({ length: count }, (_, number) =>
      ledger.write(claimOf(slotOf(number), { doc: '{}', index: { state: stateOf(number) } })),
    ),
  );
  return ledger;
}

const stores: readonly (readonly [string, () => Promise<Ledger>])[] = [
  ['memory', async () => memoryLedger()],
  [
    'SQLite',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'oncely-walk-'));
      const ledger = sqliteLedger(join(folder, 'effects.db'));
      onTestFinished(async () => {
        await ledger.close();
        rmSync(folder, { recursive: true });
      });
      return ledger;
    },
  ],
  ['Postgres', async () => postgresLedger(poolOf(await sharedPostgresUrl()), { schema: `walking_${process.pid}` })],
];

async function walk(ledger: Ledger, query: Omit<ListQuery, 'limit'>): Promise<{ slots: string[]; pages: number }> {
  const slots: string[] = [];
  let pages = 0;
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Awaited<ReturnType<Ledger['list']>> = await ledger.list({ ...query, limit: 100, after });
    slots.push(...page.rows.map(({ slot }) => slot));
    pages += 1;
    after = page.next;
  }
  return { slots, pages };
}

describe.each(stores)('who walks a ledger in %s', (name, make) => {
  it('leaves others their turn, reads no more than a part at once, and finds all', { timeout: 60_000 }, async () => {
    const ledger = await filled(await make());
    let turns = 0;
    let walking = true;
    const tick = (): void => {
      turns += 1;
      if (walking) setImmediate(tick);
    };
    setImmediate(tick);
    const all = await walk(ledger, {});
    expect(all.slots).toEqual(Array.from({ length: count }, (_, number) => slotOf(number)));
    expect(turns).toBeGreaterThanOrEqual(all.pages - 1);

    for (const state of ['awaiting_approval', 'executing']) {
      const expected = all.slots.filter((_, number) => stateOf(number) === state);
      const { slots, pages } = await walk(ledger, { state });
      expect(slots).toEqual(expected);
      // By an index where few are in it; else in steps, the first of which need not find anything.
      expect(pages).toBe(state === 'awaiting_approval' || name === 'memory' ? 1 : 3);
    }
    const before = turns;
    let after: string | undefined = '';
    let audited = 0;
    let pages = 0;
    while (after !== undefined) {
      const page: Awaited<ReturnType<Ledger['audited']>> = await ledger.audited({ limit: 200, after });
      audited += page.rows.length;
      pages += 1;
      after = page.next;
    }
    walking = false;
    expect(audited).toBe(count);
    expect(turns - before).toBeGreaterThanOrEqual(pages - 1);
  });
});

it('an SQLite file of the first schema gets its index of what is open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oncely-walk-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'effects.db');
  const first = sqliteLedger(file);
  await first.open();
  await first.write(claimOf('a:desk:refund', { index: { state: 'stopped' } }));
  await first.close();
  const old = new DatabaseSync(file);
  old.exec('drop index effects_attention; pragma user_version = 1');
  old.close();
  const again = sqliteLedger(file);
  expect((await again.list({ limit: 5, state: 'stopped' })).rows).toHaveLength(1);
  await again.close();
});

it('slots stay in order, whichever come and go', () => {
  const sorted = new SortedSlots();
  const there = new Set<string>();
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let step = 0; step < 20_000; step += 1) {
    const slot = `case_${random(4_000)}:desk:refund`;
    if (random(3) === 0) {
      there.delete(slot);
      sorted.delete(slot);
    } else {
      there.add(slot);
      sorted.add(slot);
    }
  }
  const expected = [...there].sort();
  expect([...sorted.above('')]).toEqual(expected);
  const middle = expected[Math.floor(expected.length / 2)] ?? '';
  expect([...sorted.above(middle)]).toEqual(expected.filter((slot) => slot > middle));
});
