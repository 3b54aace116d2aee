import assert from 'node:assert/strict';

import type { Ledger } from '@oncely/core';

import { assertRow, command, testCase, written, type LedgerCase } from './ledger-case.ts';

type Audited = Awaited<ReturnType<Ledger['audited']>>['rows'][number];

/** How a ledger shows all that it holds, and what of it no seal covers yet. */
export const ledgerAuditCases: readonly LedgerCase[] = [
  testCase(
    'gives every record whole with its events, in pages that miss and repeat none',
    async ({ ledger }, another) => {
      const slots = Array.from({ length: 7 }, (_, index) => `case${index % 3}:desk:slot${index}`);
      for (const slot of slots) {
        written(await ledger.write(command({ slot, doc: `first of ${slot}`, events: [1, 2] })));
        const index = { state: 'executing', dueAfterMs: 10_000 };
        const { at } = written(
          await another.write(command({ slot, expect: 1, doc: `of ${slot}`, events: [3], index })),
        );
        const row = (await all(ledger, 100)).find((each) => each.slot === slot);
        assertRow(row, { slot, revision: 2, at, doc: `of ${slot}` });
        assert.deepEqual([row?.state, row?.dueAt], ['executing', at + 10_000]);
      }
      written(await ledger.write(command({ slot: '=case:value', index: { state: 'value' } })));
      for (const limit of [1, 2, 3, 8, 9]) {
        const rows = await all(another, limit);
        assert.deepEqual(rows.map(({ slot }) => slot).toSorted(), [...slots, '=case:value'].toSorted());
        for (const { slot, events, dueAt } of rows) {
          const own = await ledger.history(slot);
          assert.deepEqual(
            events.map(({ sequence, at, doc }) => ({ sequence, at, doc })),
            own.map(({ sequence, at, doc }) => ({ sequence, at, doc })),
          );
          assert.equal(own.length, slot.startsWith('=') ? 0 : 3);
          assert.equal(dueAt === undefined, slot.startsWith('='));
        }
      }
    },
  ),

  testCase('shows the events of a record that was removed', async ({ ledger }, another) => {
    const { at } = written(await ledger.write(command({ slot: 'case:desk:gone', events: [1, 2] })));
    written(await ledger.write(command({ slot: 'case:desk:here', events: [1] })));
    assert.equal((await ledger.remove({ slot: 'case:desk:gone', expect: 1, at })).kind, 'removed');
    for (const limit of [1, 9]) {
      const rows = await all(another, limit);
      const shown = rows.map(({ slot, revision, events }) => `${slot} ${revision} ${events.length}`);
      assert.deepEqual(shown.toSorted(), ['case:desk:gone 0 2', 'case:desk:here 1 1']);
    }
  }),

  testCase(
    'what was marked as sealed is unsealed again by its next write, and by nothing else',
    async ({ ledger }, another) => {
      const unsealed = async (): Promise<string[]> =>
        (await all(another, 2, true)).map(({ slot, revision }) => `${slot} ${revision}`).toSorted();
      for (const slot of ['a:b:1', 'a:b:2', 'a:c:3']) written(await ledger.write(command({ slot, events: [1] })));
      assert.deepEqual(await unsealed(), ['a:b:1 1', 'a:b:2 1', 'a:c:3 1']);
      written(await ledger.write(command({ slot: 'a:b:2', expect: 1 })));
      // It has changed since it was read, so the seal does not cover it.
      await another.markSealed(['a:b:1', 'a:b:2', 'a:c:3', 'x:y:gone'].map((slot) => ({ slot, revision: 1 })));
      assert.deepEqual(await unsealed(), ['a:b:2 2']);
      await ledger.write(command({ slot: 'a:b:1', events: [2] }));
      await ledger.read('a:b:1');
      await ledger.markSealed([]);
      assert.deepEqual(await unsealed(), ['a:b:2 2'], 'a conflict and a read change nothing');
      written(await another.write(command({ slot: 'a:c:3', expect: 1, events: [2] })));
      assert.deepEqual(await unsealed(), ['a:b:2 2', 'a:c:3 2']);
      await ledger.markSealed([
        { slot: 'a:b:2', revision: 2 },
        { slot: 'a:c:3', revision: 2 },
      ]);
      assert.deepEqual(await unsealed(), []);
      assert.equal((await all(ledger, 100)).length, 3);
    },
  ),

  testCase(
    'what is written while seals are marked is either covered or still unsealed',
    async ({ ledger }, another) => {
      const covered = new Map<string, number>();
      const slots = Array.from({ length: 30 }, (_, index) => `case:desk:slot${index}`);
      let writing = true;
      const write = async (): Promise<void> => {
        for (const expect of [0, 1, 2]) {
          await Promise.all(slots.map((slot) => ledger.write(command({ slot, expect, events: [expect + 1] }))));
        }
        writing = false;
      };
      const mark = async (): Promise<void> => {
        while (writing) {
          const rows = await all(another, 7, true);
          await another.markSealed(rows);
          for (const { slot, revision } of rows) covered.set(slot, Math.max(revision, covered.get(slot) ?? 0));
          // A store that works synchronously would let nobody else have a turn.
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await Promise.all([write(), mark()]);
      for (const { slot, revision } of await all(ledger, 100, true)) covered.set(slot, revision);
      assert.deepEqual(Object.fromEntries(covered), Object.fromEntries(slots.map((slot) => [slot, 3])));
    },
  ),
];

async function all(ledger: Ledger, limit: number, unsealed?: true): Promise<Audited[]> {
  const rows: Audited[] = [];
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<Ledger['audited']>> = await ledger.audited({
      limit,
      ...(after === undefined ? {} : { after }),
      ...(unsealed === undefined ? {} : { unsealed }),
    });
    assert.ok(page.rows.length <= limit);
    assert.equal(typeof page.at, 'number');
    rows.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return rows;
}
