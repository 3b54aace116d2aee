/**
 * What every ledger must do, as data: any test runner can run it, and it imports none.
 * @module
 */
import assert from 'node:assert/strict';

import { assertRow, command, pass, testCase, written, type LedgerCase } from './ledger-case.ts';
import { ledgerAuditCases } from './ledger-audit.ts';
import { ledgerWorkflowCases } from './ledger-workflows.ts';

export type { LedgerCase, LedgerUnderTest } from './ledger-case.ts';

/**
 * The conformance suite of a ledger.
 * @example
 * it.each([...ledgerConformance])('$name', ({ run }) => run(async () => ({ ledger: memoryLedger() })));
 */
export const ledgerConformance: readonly LedgerCase[] = [
  testCase('open gives a stable id and a 32-byte key, as often as it is called', async ({ ledger }, another) => {
    const first = await ledger.open();
    assert.ok(first.id.length >= 16, 'the id is random');
    assert.ok(first.key instanceof Uint8Array);
    assert.equal(first.key.length, 32);
    assert.equal(first.suspectSince, undefined);
    for (const again of [await ledger.open(), await another.open()]) {
      assert.equal(again.id, first.id);
      assert.deepEqual([...again.key], [...first.key]);
      assert.equal(again.epoch, first.epoch);
    }
  }),

  testCase('two stores share neither id nor key', async ({ ledger }, _another, make) => {
    const [one, other] = [await ledger.open(), await (await make()).ledger.open()];
    assert.notEqual(one.id, other.id);
    assert.notDeepEqual([...one.key], [...other.key]);
  }),

  testCase('an absent slot has no row, no history, and the time', async ({ ledger }) => {
    const answer = await ledger.read('nobody:was:here');
    assert.equal(answer.row, undefined);
    assert.equal(typeof answer.at, 'number');
    assert.deepEqual(await ledger.history('nobody:was:here'), []);
    assert.deepEqual((await ledger.list({ limit: 10 })).rows, []);
  }),

  testCase('a write from 0 and its follower are read back as they were', async ({ ledger }, another) => {
    const first = written(await ledger.write(command({ doc: '{"n":1}', events: [1] })));
    assert.equal(first.revision, 1);
    assertRow((await another.read('desk:slot')).row, { slot: 'desk:slot', revision: 1, at: first.at, doc: '{"n":1}' });
    const second = written(await another.write(command({ expect: 1, doc: '{"n":2}', events: [2, 3] })));
    assert.equal(second.revision, 2);
    assertRow((await ledger.read('desk:slot')).row, { slot: 'desk:slot', revision: 2, at: second.at, doc: '{"n":2}' });
    const history = await ledger.history('desk:slot');
    assert.deepEqual(
      history.map(({ sequence, doc, at }) => ({ sequence, doc, at })),
      [
        { sequence: 1, doc: 'event 1', at: first.at },
        { sequence: 2, doc: 'event 2', at: second.at },
        { sequence: 3, doc: 'event 3', at: second.at },
      ],
    );
  }),

  testCase('a conflict gives the row and changes nothing, its events neither', async ({ ledger }) => {
    const absent = await ledger.write(command({ expect: 1 }));
    assert.equal(absent.kind, 'conflict');
    assert.equal(absent.kind === 'conflict' && absent.row, undefined);
    written(await ledger.write(command({ doc: 'first', events: [1] })));
    for (const expect of [0, 2]) {
      const answer = await ledger.write(command({ expect, doc: 'other', events: [2] }));
      assert.equal(answer.kind, 'conflict');
      assert.equal(answer.kind === 'conflict' && answer.row?.doc, 'first');
      assert.equal(answer.kind === 'conflict' && answer.row?.revision, 1);
    }
    assert.equal((await ledger.read('desk:slot')).row?.doc, 'first');
    assert.equal((await ledger.history('desk:slot')).length, 1);
  }),

  testCase('of 20 writers at once exactly one wins, and the others are shown its row', async ({ ledger }, another) => {
    for (const expect of [0, 1, 2]) {
      const writers = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? ledger : another).write(command({ expect, doc: `writer ${index}`, events: [expect + 1] })),
      );
      const answers = await Promise.all(writers);
      const winners = answers.flatMap((answer, index) => (answer.kind === 'written' ? [`writer ${index}`] : []));
      assert.equal(winners.length, 1);
      for (const answer of answers) {
        if (answer.kind === 'written') continue;
        assert.equal(answer.kind, 'conflict');
        assert.equal(answer.kind === 'conflict' && answer.row?.doc, winners[0]);
      }
    }
    assert.deepEqual(
      (await ledger.history('desk:slot')).map((event) => event.sequence),
      [1, 2, 3],
    );
  }),

  testCase('writes of different slots at once all succeed', async ({ ledger }, another) => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? ledger : another).write(command({ slot: `desk:slot${index}`, events: [1, 2] })),
      ),
    );
    assert.ok(answers.every((answer) => answer.kind === 'written'));
    assert.equal((await ledger.list({ limit: 100 })).rows.length, 40);
    for (let index = 0; index < 40; index += 1) assert.equal((await another.history(`desk:slot${index}`)).length, 2);
  }),

  testCase('a write that cannot be stored whole is not stored at all', async ({ ledger }) => {
    written(await ledger.write(command({ doc: 'first', events: [1] })));
    // Sequence 2 would be stored before the duplicate of 1 is met.
    await assert.rejects(ledger.write(command({ expect: 1, doc: 'second', events: [2, 1] })));
    assert.equal((await ledger.read('desk:slot')).row?.doc, 'first');
    assert.deepEqual(
      (await ledger.history('desk:slot')).map((event) => event.doc),
      ['event 1'],
    );
    const next = written(await ledger.write(command({ expect: 1, doc: 'second', events: [2] })));
    assert.equal(next.revision, 2);
  }),

  testCase('one command that cannot be stored fails alone among 60 at once', async ({ ledger }) => {
    written(await ledger.write(command({ slot: 'desk:bad', events: [1] })));
    const bad = { slot: 'desk:bad', expect: 1, doc: 'bad', events: [1] };
    const commands = Array.from({ length: 60 }, (_, index) =>
      index % 20 === 7 ? command(bad) : command({ slot: `desk:good${index}`, events: [1] }),
    );
    const answers = await Promise.allSettled(commands.map((each) => ledger.write(each)));
    for (const [index, answer] of answers.entries()) {
      assert.equal(answer.status, index % 20 === 7 ? 'rejected' : 'fulfilled', `command ${index}`);
      if (answer.status === 'fulfilled') assert.equal(answer.value.kind, 'written');
    }
    assert.equal((await ledger.read('desk:bad')).row?.doc, '{}');
    assert.equal((await ledger.list({ limit: 100 })).rows.length, 58);
    for (const index of [0, 6, 8, 59]) assert.equal((await ledger.history(`desk:good${index}`)).length, 1);
  }),

  testCase('a command repeated because its answer was lost finds what it stored', async ({ ledger }, another) => {
    const claim = command({ doc: '{"token":"mine"}', events: [1] });
    const answers = await Promise.all([ledger.write(claim), ledger.write(claim), another.write(claim)]);
    assert.equal(answers.filter((answer) => answer.kind === 'written').length, 1);
    for (const answer of [...answers, await ledger.write(claim)]) {
      if (answer.kind === 'written') continue;
      assert.equal(answer.kind === 'conflict' && answer.row?.doc, claim.doc);
      assert.equal(answer.kind === 'conflict' && answer.row?.revision, 1);
    }
    assert.equal((await ledger.history('desk:slot')).length, 1);
  }),

  ...ledgerWorkflowCases,
  ...ledgerAuditCases,

  testCase('list gives records in byte order of their slots, by pages', async ({ ledger }) => {
    const slots = ['B', 'a', 'a%3Ab', 'a:b', 'a-b', 'a.b', 'a~', 'b', '=v', '_', 'a0', 'A', 'ab'];
    for (const slot of slots) written(await ledger.write(command({ slot, doc: `of ${slot}` })));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await ledger.list({ limit: 4, ...(after === undefined ? {} : { after }) });
      assert.ok(page.rows.length <= 4);
      for (const row of page.rows) assert.equal(row.doc, `of ${row.slot}`);
      seen.push(...page.rows.map((row) => row.slot));
      after = page.next;
    } while (after !== undefined);
    assert.deepEqual(
      seen,
      slots.toSorted((a, b) => (a < b ? -1 : 1)),
    );
    const whole = await ledger.list({ limit: slots.length });
    assert.equal(whole.next, undefined);
  }),

  testCase('list finds by workflow and by the state of the last write', async ({ ledger }) => {
    for (const [slot, state] of [
      ['a:x:1', 'ready'],
      ['a:x:2', 'executing'],
      ['a:x-1:3', 'ready'],
      // Of tenant "a": another workflow, whose name begins with the one asked for.
      ['a:x:y:4', 'ready'],
    ] as const) {
      written(await ledger.write(command({ slot, index: { state } })));
    }
    const find = async (query: { workflow?: string; state?: string; after?: string }): Promise<string[]> =>
      (await ledger.list({ limit: 10, ...query })).rows.map((row) => row.slot);
    assert.deepEqual(await find({ workflow: 'a:x' }), ['a:x:1', 'a:x:2']);
    assert.deepEqual(await find({ state: 'ready' }), ['a:x-1:3', 'a:x:1', 'a:x:y:4']);
    assert.deepEqual(await find({ workflow: 'a:x', state: 'ready' }), ['a:x:1']);
    assert.deepEqual(await find({ workflow: 'nobody' }), []);
    assert.deepEqual(await find({ workflow: 'a' }), []);
    assert.deepEqual(await find({ workflow: 'a:x', after: 'a:x:1' }), ['a:x:2']);
    assert.deepEqual(await find({ workflow: 'a:x', after: 'a' }), ['a:x:1', 'a:x:2']);
    written(await ledger.write(command({ slot: 'a:x:1', expect: 1, index: { state: 'succeeded' } })));
    assert.deepEqual(await find({ state: 'ready' }), ['a:x-1:3', 'a:x:y:4']);
  }),

  testCase("what is due comes due by the ledger's own clock", async ({ ledger, advance }) => {
    const index = { state: 's' };
    written(await ledger.write(command({ slot: 'never', index })));
    written(await ledger.write(command({ slot: 'now', index: { ...index, dueAfterMs: 0 } })));
    written(await ledger.write(command({ slot: 'soon', index: { ...index, dueAfterMs: 300 } })));
    written(await ledger.write(command({ slot: 'later', index: { ...index, dueAfterMs: 3_600_000 } })));
    const due = async (): Promise<string[]> =>
      (await ledger.list({ limit: 10, due: true })).rows.map((row) => row.slot);
    assert.deepEqual(await due(), ['now']);
    await pass(advance, 300);
    assert.deepEqual(await due(), ['now', 'soon']);
    assert.equal((await ledger.list({ limit: 10 })).rows.length, 4);
    written(await ledger.write(command({ slot: 'now', expect: 1, index })));
    assert.deepEqual(await due(), ['soon']);
  }),

  testCase("times are of the ledger's clock and never go back in a slot", async ({ ledger, advance }, another) => {
    let last = 0;
    for (let revision = 0; revision < 6; revision += 1) {
      const answer = written(
        await (revision % 2 === 0 ? ledger : another).write(command({ expect: revision, events: [revision + 1] })),
      );
      assert.ok(answer.at >= last, `the write at ${answer.at} comes after the one at ${last}`);
      last = answer.at;
      const read = await ledger.read('desk:slot');
      assert.equal(read.row?.at, answer.at);
      assert.ok(read.at >= answer.at, 'what is read is never of the future');
      const conflict = await another.write(command({ expect: revision }));
      assert.ok(conflict.at >= answer.at, 'nor what a conflict shows');
      if (revision === 3) advance?.(-60_000);
      else await pass(advance, 5);
    }
    const times = (await ledger.history('desk:slot')).map((event) => event.at);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  }),

  testCase('NUL, emoji and quotes come back as they were', async ({ ledger }, another) => {
    const text = JSON.stringify({
      nul: 'a\u0000b',
      emoji: '👩‍👩‍👧 é e\u0301',
      quotes: `' " \\ $1 ? :x`,
      lone: '\ud83d',
      separator: '\u2028',
    });
    const slot = "it's%00a%20:slot$1?";
    written(await ledger.write({ ...command({ slot, doc: text }), events: [{ sequence: 1, doc: text }] }));
    assert.equal((await another.read(slot)).row?.doc, text);
    assert.equal((await another.history(slot))[0]?.doc, text);
    await ledger.writeWorkflow({ workflow: slot, expect: 0, state: 'paused', doc: text });
    assert.equal((await another.readWorkflow(slot)).row?.doc, text);
  }),

  testCase('documents of 600 KB and the longest slots fit', async ({ ledger }, another) => {
    // Not a repeated letter, which an index would compress: the four parts of a contract, each of 512 '€' or alike.
    const part = (from: number): string =>
      Array.from({ length: 512 }, (_, index) => encodeURIComponent(String.fromCodePoint(0x4e00 + from + index))).join(
        '',
      );
    const workflow = [part(0), part(512), part(1024)].join(':');
    const slot = `${workflow}:${part(1536)}`;
    const doc = JSON.stringify({ body: 'x€'.repeat(200_000) });
    written(await ledger.write(command({ slot, doc, events: [1], guard: { epoch: (await ledger.open()).epoch } })));
    assert.equal((await another.read(slot)).row?.doc, doc);
    assert.equal((await another.list({ limit: 1, workflow })).rows[0]?.slot, slot);
    assert.equal((await another.history(slot)).length, 1);
    const answer = await another.write(command({ slot: `${slot.slice(0, -1)}x` }));
    assert.equal(answer.kind, 'written');
  }),
];
