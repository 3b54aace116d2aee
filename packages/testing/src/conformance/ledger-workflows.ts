import assert from 'node:assert/strict';

import { command, testCase, written, type LedgerCase, type WriteAnswer } from './ledger-case.ts';

/** How a ledger holds claims: by the state of a workflow, and by its epoch. */
export const ledgerWorkflowCases: readonly LedgerCase[] = [
  testCase('a guarded write passes in a running workflow and in one that was never written', async ({ ledger }) => {
    const guard = { epoch: (await ledger.open()).epoch };
    written(await ledger.write(command({ slot: 'desk:a', guard })));
    await ledger.writeWorkflow({ workflow: 'desk', expect: 0, state: 'running', doc: '' });
    written(await ledger.write(command({ slot: 'desk:b', guard })));
  }),

  testCase(
    'a guarded write is held in a paused or cancelled workflow, an unguarded one is not',
    async ({ ledger }, another) => {
      const guard = { epoch: (await ledger.open()).epoch };
      for (const [revision, state] of [
        [0, 'paused'],
        [1, 'cancelled'],
      ] as const) {
        await another.writeWorkflow({ workflow: 'desk', expect: revision, state, doc: `why ${state}` });
        const answer = await ledger.write(command({ guard, events: [1] }));
        assert.equal(answer.kind, 'held');
        assert.equal(answer.kind === 'held' && answer.workflow.state, state);
        assert.equal(answer.kind === 'held' && answer.workflow.doc, `why ${state}`);
        assert.equal((await ledger.read('desk:slot')).row, undefined);
        assert.deepEqual(await ledger.history('desk:slot'), []);
      }
      written(await ledger.write(command({ slot: 'another%20desk:slot', guard })));
      written(await ledger.write(command({})));
      // What is recorded is found in a held workflow too: a replay needs no permission.
      const replay = await ledger.write(command({ guard }));
      assert.equal(replay.kind, 'conflict');
      await ledger.writeWorkflow({ workflow: 'desk', expect: 2, state: 'running', doc: '' });
      written(await ledger.write(command({ expect: 1, guard })));
    },
  ),

  testCase('once a pause is acknowledged no guarded write begun later is stored', async ({ ledger }, another) => {
    const guard = { epoch: (await ledger.open()).epoch };
    const claim = (slot: string): Promise<WriteAnswer> => another.write(command({ slot, guard }));
    const before = Array.from({ length: 20 }, (_, index) => claim(`desk:before${index}`));
    await ledger.writeWorkflow({ workflow: 'desk', expect: 0, state: 'paused', doc: '' });
    const after = await Promise.all(Array.from({ length: 20 }, (_, index) => claim(`desk:late${index}`)));
    assert.ok(after.every((answer) => answer.kind === 'held'));
    const stored = (await Promise.all(before)).filter((answer) => answer.kind === 'written').length;
    assert.equal((await ledger.list({ limit: 100 })).rows.length, stored);
  }),

  testCase(
    'marking the ledger suspect raises the epoch, is seen by all, and holds off who did not know',
    async ({ ledger }, another) => {
      const before = await ledger.open();
      const marked = await ledger.markSuspect(1_234);
      assert.equal(marked.suspectSince, 1_234);
      assert.ok(marked.epoch > before.epoch);
      const seen = await another.open();
      assert.equal(seen.suspectSince, 1_234);
      assert.equal(seen.epoch, marked.epoch);
      const answer = await another.write(command({ guard: { epoch: before.epoch }, events: [1] }));
      assert.equal(answer.kind, 'epoch');
      assert.equal(answer.kind === 'epoch' && answer.info.epoch, marked.epoch);
      assert.equal(answer.kind === 'epoch' && answer.info.suspectSince, 1_234);
      assert.equal((await ledger.read('desk:slot')).row, undefined);
      assert.deepEqual(await ledger.history('desk:slot'), []);
      written(await another.write(command({ guard: { epoch: marked.epoch } })));
      assert.equal(
        (await ledger.markSuspect(5_000)).suspectSince,
        1_234,
        'a second loss does not end the doubt about the first',
      );
      const raised = await another.raiseEpoch();
      assert.deepEqual([raised.epoch > marked.epoch, raised.suspectSince], [true, 1_234]);
      const lifted = await another.markSuspect(undefined);
      assert.ok(lifted.epoch > marked.epoch);
      assert.equal((await ledger.open()).suspectSince, undefined);
      assert.equal(lifted.id, before.id);
    },
  ),

  testCase('a workflow is written by compare-and-set', async ({ ledger }, another) => {
    assert.equal((await ledger.readWorkflow('desk')).row, undefined);
    const early = await ledger.writeWorkflow({ workflow: 'desk', expect: 1, state: 'paused', doc: '' });
    assert.equal(early.kind, 'conflict');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? ledger : another).writeWorkflow({
          workflow: 'desk',
          expect: 0,
          state: 'paused',
          doc: `${index}`,
        }),
      ),
    );
    assert.equal(answers.filter((answer) => answer.kind === 'written').length, 1);
    const { row } = await another.readWorkflow('desk');
    for (const answer of answers) if (answer.kind === 'conflict') assert.deepEqual(answer.row, row);
    assert.equal(row?.revision, 1);
    assert.equal(row?.state, 'paused');
    const next = await ledger.writeWorkflow({ workflow: 'desk', expect: 1, state: 'running', doc: 'on' });
    assert.equal(next.kind === 'written' && next.revision, 2);
    assert.equal((await another.readWorkflow('desk')).row?.state, 'running');
  }),
];
