/**
 * What every adapter must do, as data: run each case with the kit of each operation, under any test runner.
 * @module
 */
import { isOncelyError, type Ledger } from '@oncely/core';
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { failureOf, onStage, refusalOf, type AdapterCase, type AdapterFault, type Stage } from './adapter-kit.ts';

export { httpFaultOf, httpFaults } from './adapter-kit.ts';
export type {
  AdapterBench,
  AdapterCase,
  AdapterFault,
  AdapterInput,
  AdapterKit,
  AdapterProcess,
  AdapterSettings,
} from './adapter-kit.ts';

const lostAnswers: readonly AdapterFault[] = [
  'lost_after_effect',
  'gateway_429',
  'gateway_502',
  'truncated',
  'not_json',
];

/**
 * The cases of the adapter conformance suite.
 * @example
 * for (const { name, suits, run } of adapterConformance) {
 *   it.runIf(suits(kit))(name, () => run(kit));
 * }
 */
export const adapterConformance: readonly AdapterCase[] = [
  always('the record says which operation it is and how the vendor treats a repeat', async (stage) => {
    await stage.perform(stage.process());
    const { rows } = await stage.ledger.list({ limit: 10 });
    assert.equal(rows.length, 1);
    const { operation, safety } = JSON.parse(rows[0]?.doc ?? '{}') as {
      operation?: string;
      safety?: { kind?: string };
    };
    assert.deepEqual([operation, safety?.kind], [stage.kit.operation, stage.kit.safety]);
  }),

  always('a write happens once, and is replayed with an equal result in a fresh process', async (stage) => {
    const { bench } = stage;
    const first = await stage.perform(stage.process());
    bench.verify(first);
    const again = await stage.perform(stage.process());
    assert.deepEqual(again, first);
    assert.equal(JSON.stringify(again), JSON.stringify(first));
    assert.equal(bench.effects(), 1);
    assert.equal(bench.sent(), 1);
  }),

  always(
    "a rejection reaches the caller as the vendor's own error, the same on replay, and is not sent again",
    async (stage) => {
      const first = await failureOf(stage.perform(stage.process(), 'refused'));
      assert.ok(first instanceof Error && !isOncelyError(first), `expected the vendor's error, got ${String(first)}`);
      const again = await failureOf(stage.perform(stage.process(), 'refused'));
      assert.ok(again instanceof Error);
      assert.equal(again.constructor, first.constructor);
      assert.equal(again.message, first.message);
      assert.deepEqual(Object.fromEntries(Object.entries(again)), Object.fromEntries(Object.entries(first)));
      assert.equal(stage.bench.sent(), 1);
      assert.equal(stage.bench.effects(), 0);
    },
  ),

  ...lostAnswers.map((fault) => lostAnswer(fault)),

  needing(
    'lost_before_effect',
    'a request that was lost before it took effect happens once in the end',
    async (stage) => {
      const { bench, kit } = stage;
      bench.fail('lost_before_effect');
      const process = stage.process();
      if (kit.safety === 'unverifiable') {
        await refusalOf(stage.perform(process), 'stopped');
        assert.equal(bench.effects(), 0);
        return;
      }
      bench.verify(await stage.perform(process));
      assert.equal(bench.effects(), 1);
      assert.equal(bench.sent(), 2);
    },
  ),

  always('a refused connection is proven not sent, and a later call succeeds once', async (stage) => {
    const { bench } = stage;
    const process = stage.process({ maxAttempts: 2 });
    await bench.refuse(true);
    const error = await refusalOf(stage.perform(process), 'not_sent');
    assert.equal(error.next, 'retry');
    assert.ok(error.cause instanceof Error, 'the cause is kept');
    assert.equal(bench.sent(), 0);
    await bench.refuse(false);
    bench.verify(await stage.perform(process));
    assert.equal(bench.effects(), 1);
    assert.equal(bench.sent(), 1);
  }),

  needing('rate_limited', "the vendor's own rate limit is waited out and sent again, one effect", async (stage) => {
    const { bench } = stage;
    bench.fail('rate_limited');
    bench.verify(await stage.perform(stage.process()));
    assert.equal(bench.effects(), 1);
    assert.equal(bench.sent(), 2);
  }),

  always('a changed input after success is refused, naming the field and not its value', async (stage) => {
    const { bench, kit } = stage;
    await stage.perform(stage.process());
    const error = await refusalOf(stage.perform(stage.process(), 'changed'), 'input_changed');
    assert.ok(error.message.includes(kit.changed.field), `${error.message} does not name ${kit.changed.field}`);
    assert.ok(!error.message.includes(kit.changed.value), `${error.message} shows the value ${kit.changed.value}`);
    assert.equal(bench.effects(), 1);
    assert.equal(bench.sent(), 1);
  }),

  always('no credential is in the ledger, its audit or an error', async (stage) => {
    const { bench, kit } = stage;
    const process = stage.process({ maxAttempts: 2 });
    const errors: unknown[] = [await failureOf(stage.perform(process, 'refused', 'case_2'))];
    if (kit.faults.includes('lost_after_effect')) {
      bench.fail('lost_after_effect');
      bench.blind?.(true);
      // Nobody waits for the landing bound, so the request is still kept when the rows are read.
      const hasty = stage.process({ maxAttempts: 1, waitMs: 1_500, landingBoundMs: 60_000 });
      errors.push(await failureOf(stage.perform(hasty, 'usual', 'case_3')));
      bench.blind?.(false);
    } else {
      await stage.perform(process, 'usual', 'case_3');
    }
    await bench.refuse(true);
    errors.push(await failureOf(stage.perform(process, 'usual', 'case_4')));
    errors.push(await failureOf(process.write('usual')));
    const kept = await everythingIn(stage.ledger);
    assert.ok(kept.length > 0);
    for (const text of [...kept, ...errors.map((error) => inspect(error, { depth: 8, showHidden: true }))]) {
      for (const form of formsOf(kit.secret)) assert.ok(!text.includes(form), `found the credential in: ${text}`);
    }
  }),

  always('each attempt sends exactly once', async (stage) => {
    const { bench, kit } = stage;
    const process = stage.process();
    for (const fault of kit.faults.filter((each) => each === 'rate_limited' || each === 'lost_after_effect'))
      bench.fail(fault);
    await stage.perform(process).catch((error: unknown) => assert.ok(isOncelyError(error), String(error)));
    assert.equal(bench.sent(), await stage.attempts(process));
  }),

  always(
    'a write outside of a scope is refused, unwrapped by the SDK, and nothing is sent',
    async ({ bench, process }) => {
      const error = await refusalOf(process().write('usual'), 'unscoped');
      assert.equal(error.next, 'fix-code');
      assert.equal(bench.sent(), 0);
    },
  ),

  always('a refusal inside of an effect arrives unwrapped through the SDK', async ({ bench, process }) => {
    const { oncely, write } = process();
    const refused = oncely.scope({ businessId: 'case_1', workflowId: 'conformance' }, () =>
      oncely.effect('write', { expect: 'another.operation' }, () => write('usual')),
    );
    const error = await refusalOf(refused, 'unexpected_operation');
    assert.ok(error instanceof Error);
    assert.equal(bench.sent(), 0);
  }),

  always('a read passes outside of a scope', async ({ process, ledger }) => {
    assert.notEqual(await process().read(), undefined);
    assert.deepEqual((await ledger.list({ limit: 10 })).rows, []);
  }),

  always('two identical calls at once, in one process and in two, are one effect', async (stage) => {
    const { bench } = stage;
    const [one, two] = [stage.process(), stage.process()];
    const results = await Promise.all([stage.perform(one), stage.perform(one), stage.perform(two)]);
    for (const result of results) {
      bench.verify(result);
      assert.deepEqual(result, results[0]);
    }
    assert.equal(bench.effects(), 1);
    assert.equal(bench.sent(), 1);
  }),

  needing(
    'lost_after_effect',
    'recover() in a fresh process settles a lost answer without the caller',
    async (stage) => {
      const { bench, kit, ledger } = stage;
      bench.fail('lost_after_effect');
      bench.blind?.(true);
      const impatient = stage.process({ maxAttempts: 1, waitMs: 1_500, landingBoundMs: 1_700 });
      await refusalOf(stage.perform(impatient), 'in_doubt');
      bench.blind?.(false);
      const other = stage.process();
      const until = Date.now() + 20_000;
      let state: string | undefined;
      do {
        await other.oncely.recover();
        state = (await other.oncely.effects.get('case_1:conformance:write'))?.state;
        if (state === 'in_doubt') await new Promise((resolve) => setTimeout(resolve, 20));
      } while (state === 'in_doubt' && Date.now() < until);
      assert.equal(state, kit.safety === 'unverifiable' ? 'stopped' : 'succeeded', inspect(await everythingIn(ledger)));
      assert.equal(bench.effects(), 1);
      if (state === 'succeeded') bench.verify(await stage.perform(stage.process()));
      assert.equal(bench.effects(), 1);
    },
  ),
];

function always(name: string, play: (stage: Stage) => Promise<void>): AdapterCase {
  return { name, suits: () => true, run: (kit) => onStage(kit, play) };
}

function needing(fault: AdapterFault, name: string, play: (stage: Stage) => Promise<void>): AdapterCase {
  return { name, suits: ({ faults }) => faults.includes(fault), run: (kit) => onStage(kit, play) };
}

function lostAnswer(fault: AdapterFault): AdapterCase {
  return needing(
    fault,
    `an answer that is lost after the effect (${fault}) leaves one effect and a true outcome`,
    async (stage) => {
      const { bench, kit } = stage;
      bench.fail(fault);
      const process = stage.process();
      switch (kit.safety) {
        case 'keyed':
          bench.verify(await stage.perform(process));
          if (kit.looksFirst === true) assert.equal(bench.sent(), 1, 'it was looked for, and not sent again');
          else assert.equal(bench.sent(), 2, 'the same key was sent again');
          break;
        case 'constrained':
        case 'natural':
        case 'probed':
          bench.verify(await stage.perform(process));
          assert.equal(bench.sent(), 1, 'it was looked up, not sent again');
          break;
        case 'unverifiable': {
          const error = await refusalOf(stage.perform(process), 'stopped');
          assert.equal(error.next, 'ask-a-person');
          await refusalOf(stage.perform(stage.process()), 'stopped');
          assert.equal(bench.sent(), 1, 'it was not sent again');
          break;
        }
      }
      assert.equal(bench.effects(), 1);
    },
  );
}

/** Every text that the ledger holds. */
async function everythingIn(ledger: Ledger): Promise<string[]> {
  const { rows } = await ledger.list({ limit: 1_000 });
  const histories = await Promise.all(rows.map(({ slot }) => ledger.history(slot)));
  return [...rows.map(({ slot, doc }) => `${slot} ${doc}`), ...histories.flat().map(({ doc }) => doc)];
}

/** A secret as it is, and as it looks inside of base64, wherever it begins there. */
function formsOf(secret: string): string[] {
  const inBase64 = [0, 1, 2].map((lead) => {
    const text = Buffer.from(`${'_'.repeat(lead)}${secret}`).toString('base64');
    return text.slice(lead === 0 ? 0 : 4, -4);
  });
  return [secret, encodeURIComponent(secret), ...inBase64];
}
