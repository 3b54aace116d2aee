import assert from 'node:assert/strict';

import type { Ledger } from '@oncely/core';

import { command, pass, testCase, written, type LedgerCase } from './ledger-case.ts';

type Shelf = NonNullable<Parameters<Ledger['list']>[0]['shelf']>;

/** All pages of a shelf, each of at most `limit` rows. */
async function lyingOn(ledger: Ledger, shelf: Shelf, limit = 10): Promise<string[]> {
  const slots: string[] = [];
  let after: string | undefined;
  do {
    const page = await ledger.list({ limit, shelf, ...(after === undefined ? {} : { after }) });
    assert.ok(page.rows.length <= limit);
    slots.push(...page.rows.map((row) => row.slot));
    after = page.next;
  } while (after !== undefined);
  return slots;
}

const onShelf = (slot: string, name: Shelf['name'], afterMs: number): Parameters<Ledger['write']>[0] =>
  command({ slot, doc: `of ${slot}`, index: { state: 'succeeded', shelf: { name, afterMs } } });

/** What retention needs of a store: its shelves, and a removal by compare-and-set. */
export const ledgerRetentionCases: readonly LedgerCase[] = [
  testCase('what lies on a shelf comes up by the time of the ledger, and is no work that is due', async (subject) => {
    const { ledger, advance } = subject;
    written(await ledger.write(onShelf('desk:now', 'expiry', 0)));
    written(await ledger.write(onShelf('desk:soon', 'expiry', 400)));
    written(await ledger.write(onShelf('desk:late', 'expiry', 3_600_000)));
    written(await ledger.write(onShelf('desk:stone', 'tombstones', 0)));
    written(await ledger.write(command({ slot: 'desk:due', index: { state: 'executing', dueAfterMs: 0 } })));
    assert.deepEqual(await lyingOn(ledger, { name: 'expiry' }), ['desk:now']);
    assert.deepEqual(await lyingOn(ledger, { name: 'tombstones' }), ['desk:stone']);
    assert.deepEqual(
      (await ledger.list({ limit: 10, due: true })).rows.map((row) => row.slot),
      ['desk:due'],
    );
    await pass(advance, 400);
    assert.deepEqual(await lyingOn(ledger, { name: 'expiry' }), ['desk:now', 'desk:soon']);
    assert.deepEqual(await lyingOn(ledger, { name: 'tombstones', olderThanMs: 400 }), ['desk:stone']);
    assert.deepEqual(await lyingOn(ledger, { name: 'tombstones', olderThanMs: 3_600_000 }), []);
    written(await ledger.write({ ...command({ slot: 'desk:now', expect: 1 }), index: { state: 'succeeded' } }));
    assert.deepEqual(await lyingOn(ledger, { name: 'expiry' }), ['desk:soon']);
  }),

  testCase('a shelf is read by pages in the order of time, none twice and none left out', async (subject) => {
    const { ledger, advance } = subject;
    for (const round of [0, 1, 2]) {
      const slots = Array.from({ length: 7 }, (_, index) => `case${round}-${index}:desk:s`);
      for (const answer of await Promise.all(slots.map((slot) => ledger.write(onShelf(slot, 'expiry', 0))))) {
        written(answer);
      }
      await pass(advance, 5);
    }
    const whole = await lyingOn(ledger, { name: 'expiry' }, 50);
    assert.equal(new Set(whole).size, 21);
    const rounds = whole.map((slot) => slot.slice(4, 5));
    assert.deepEqual(rounds, rounds.toSorted());
    for (const limit of [1, 4, 7, 21]) assert.deepEqual(await lyingOn(ledger, { name: 'expiry' }, limit), whole);
  }),

  testCase('a record is removed by compare-and-set, and its audit events stay', async ({ ledger }, another) => {
    const { at } = written(
      await ledger.write({ ...onShelf('desk:slot', 'tombstones', 0), events: [{ sequence: 1, doc: 'event 1' }] }),
    );
    for (const other of [
      { expect: 2, at },
      { expect: 1, at: at - 1 },
    ]) {
      const refused = await another.remove({ slot: 'desk:slot', ...other });
      assert.equal(refused.kind === 'conflict' && refused.row?.doc, 'of desk:slot');
    }
    assert.equal((await ledger.read('desk:slot')).row?.revision, 1);
    const answers = await Promise.all(
      [ledger, another, ledger].map((each) => each.remove({ slot: 'desk:slot', expect: 1, at })),
    );
    assert.equal(answers.filter((answer) => answer.kind === 'removed').length, 1);
    for (const answer of answers) if (answer.kind === 'conflict') assert.equal(answer.row, undefined);
    assert.equal((await another.read('desk:slot')).row, undefined);
    assert.deepEqual((await another.list({ limit: 10 })).rows, []);
    assert.deepEqual(await lyingOn(another, { name: 'tombstones' }), []);
    assert.deepEqual(
      (await another.history('desk:slot')).map((event) => event.doc),
      ['event 1'],
    );
    await assert.rejects(ledger.write(command({ events: [1] })), 'an event is not written over');
    const again = written(await ledger.write(command({ doc: 'anew', events: [2] })));
    assert.equal(again.revision, 1);
    assert.equal((await another.history('desk:slot')).length, 2);
  }),

  testCase('of a removal and writers at once one wins', async ({ ledger }, another) => {
    for (const slot of ['desk:a', 'desk:b', 'desk:c', 'desk:d']) {
      const { at } = written(await ledger.write(command({ slot })));
      const [removal, ...writes] = await Promise.all([
        another.remove({ slot, expect: 1, at }),
        ledger.write(command({ slot, expect: 1, doc: 'one' })),
        another.write(command({ slot, expect: 1, doc: 'other' })),
      ]);
      const wins = writes.filter((answer) => answer.kind === 'written').length + (removal?.kind === 'removed' ? 1 : 0);
      assert.equal(wins, 1);
      assert.equal((await ledger.read(slot)).row === undefined, removal?.kind === 'removed');
    }
  }),
];
