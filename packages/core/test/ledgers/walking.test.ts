import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { sharedPostgresUrl, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Ledger, ListQuery, RecordIndex } from '../../src/ledger.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { postgresLedger } from '../../src/ledgers/postgres.ts';
import { sqliteLedger } from '../../src/ledgers/sqlite.ts';
import { SortedSlots } from '../../src/sorted-slots.ts';
import { claimOf, poolOf } from './postgres-server.ts';
import { clientOf, ledgerOn } from './redis-server.ts';

const count = 5_000;
const slotOf = (number: number): string => `case_${String(number).padStart(5, '0')}:desk:refund`;
// One in a thousand waits for a person, and one in a thousand is under way.
const stateOf = (number: number): string =>
  number % 1_000 === 500 ? 'awaiting_approval' : number % 1_000 === 700 ? 'executing' : 'succeeded';

async function filled(
  ledger: Ledger,
  indexOf: (number: number) => RecordIndex = (number) => ({ state: stateOf(number) }),
): Promise<Ledger> {
  await ledger.open();
  await Promise.all(
    Array.from({ length: count }, (_, number) =>
      ledger.write(claimOf(slotOf(number), { doc: '{}', index: indexOf(number) })),
    ),
  );
  return ledger;
}

let serial = 0;
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
  [
    'Postgres',
    async () =>
      postgresLedger(poolOf(await sharedPostgresUrl()), { schema: `walking_${process.pid}_${(serial += 1)}` }),
  ],
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

const redis: (typeof stores)[number] = [
  'Redis',
  async () => {
    const { hostname: host, port } = new URL(await sharedRedisUrl());
    const prefix = `walking_${process.pid}_${(serial += 1)}`;
    return ledgerOn(clientOf({ host, port: Number(port) }), { prefix }).ledger;
  },
];

describe.each([...stores, redis])('a backlog in %s', (name, make) => {
  it('of thousands that are due is listed in order, in parts', { timeout: 60_000 }, async () => {
    const ledger = await filled(await make(), (number) =>
      number % 5 === 0 ? { state: 'settled' } : { state: number > 4_900 ? 'in_doubt' : 'executing', dueAfterMs: 1 },
    );
    await sleep(5);
    const due = Array.from({ length: count }, (_, number) => number).filter((number) => number % 5 !== 0);
    const all = await walk(ledger, { due: true });
    expect(all.slots).toEqual(due.map(slotOf));
    const doubtful = await walk(ledger, { due: true, state: 'in_doubt' });
    expect(doubtful.slots).toEqual(due.filter((number) => number > 4_900).map(slotOf));
    // Where all of them would be read for each page, the first ends with what it has found among so many.
    if (name === 'SQLite' || name === 'Redis') expect(doubtful.pages).toBeGreaterThan(1);
  });

  it('on a shelf of retention comes oldest first, whatever its order', { timeout: 60_000 }, async () => {
    const ledger = await filled(await make(), (number) => ({
      state: 'succeeded',
      shelf: { name: 'expiry', afterMs: -1_000 },
      ...(number % 3 === 0 ? { dueAfterMs: 3_600_000 } : {}),
    }));
    await sleep(5);
    const { slots } = await walk(ledger, { shelf: { name: 'expiry' } });
    const lying = Array.from({ length: count }, (_, number) => number).filter((number) => number % 3 !== 0);
    expect(slots.toSorted()).toEqual(lying.map(slotOf));
  });
});

describe.each(stores.filter(([name]) => name === 'SQLite'))('large records in %s', (_, make) => {
  it('are read a few at a time, whatever is asked for', async () => {
    const ledger = await make();
    await ledger.open();
    const doc = 'x'.repeat(400_000);
    for (let number = 0; number < 10; number += 1) {
      const index = { state: 'stopped', shelf: { name: 'expiry', afterMs: 0 } } as const;
      await ledger.write(claimOf(slotOf(number), { doc, index }));
    }
    await sleep(5);
    const slots = Array.from({ length: 10 }, (__, number) => slotOf(number));
    for (const query of [{}, { state: 'stopped' }, { shelf: { name: 'expiry' } }] as const) {
      expect(await walk(ledger, query)).toEqual({ slots, pages: 5 });
    }
    expect((await ledger.audited({ limit: 10 })).rows).toHaveLength(2);
    // One that is larger than what is read at a time is read all the same.
    await ledger.write(claimOf(slotOf(0), { expect: 1, doc: 'x'.repeat(2_000_000), index: { state: 'stopped' } }));
    expect((await ledger.list({ limit: 10 })).rows).toHaveLength(1);
    expect((await walk(ledger, {})).slots).toEqual(slots);
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
