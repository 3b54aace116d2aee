import { isOncelyError, type DecidedOne, type Ledger, type MayDecide, type Shown } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { codeOf } from './pay.ts';
import { openShop, type Shop, type TestOncely } from './vendor.ts';

interface Run {
  readonly shop: Shop;
  readonly oncely: TestOncely;
  readonly ask: (step: string, amount: number, workflowId?: string) => Promise<unknown>;
  /** The questions of a workflow, as a person is shown them together. */
  readonly shown: (workflowId?: string) => Promise<Shown[]>;
}

const businessId = 'invoice_1';
const ada = { by: 'ada', reason: 'as agreed' } as const;

const folder = mkdtempSync(join(tmpdir(), 'oncely-several-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stores: Readonly<Record<string, () => Ledger>> = {
  memory: () => memoryLedger(),
  SQLite: () => {
    files += 1;
    return sqliteLedger(join(folder, `${files}.db`));
  },
};

function openRun(ledger: Ledger, mayDecide?: MayDecide): Run {
  const shop = openShop(ledger);
  const oncely = shop.start({
    approvals: { version: 1, operations: { 'shop.pay': true }, ...(mayDecide === undefined ? {} : { mayDecide }) },
  });
  return {
    shop,
    oncely,
    ask: (step, amount, workflowId = 'desk') =>
      oncely
        .scope({ businessId, workflowId }, () =>
          oncely.effect(step, () => oncely.clients.shop.write('pay', { amount })),
        )
        .catch((error: unknown) => error),
    shown: async (workflowId = 'desk') => {
      const { effects } = await oncely.effects.list({ approval: 'pending', workflow: { businessId, workflowId } });
      return effects.map(({ key, approval }) => ({ key, fingerprint: approval?.fingerprint ?? '' }));
    },
  };
}

/** How each ended: its state, or the code of its error. */
const ends = (decided: readonly DecidedOne[]): string[] =>
  decided.map(({ effect, error }) => effect?.state ?? (isOncelyError(error) ? error.code : String(error)));

describe.each(Object.entries(stores))('several approvals of one run, on %s', (_store, open) => {
  it('are shown together, and approved with one reason: one effect each, and none of another run', async () => {
    const { shop, oncely, ask, shown } = openRun(open());
    for (const step of ['a', 'b', 'c']) await ask(step, 1);
    await ask('a', 1, 'desk2');
    await ask('a', 1, 'des');
    const questions = await shown();
    expect(questions.map(({ key }) => key)).toEqual(['a', 'b', 'c'].map((step) => `invoice_1:desk:${step}:v1`));
    const decided = await oncely.effects.approveAll(questions, { ...ada, perform: true });
    expect(decided.map(({ key }) => key)).toEqual(questions.map(({ key }) => key));
    expect(ends(decided)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(shop.vendor.happened).toHaveLength(3);
    expect(await shown()).toEqual([]);
    expect(await shown('desk2')).toHaveLength(1);
    for (const { key } of questions) {
      const history = await oncely.effects.history(key);
      expect(history.map(({ event }) => event)).toContainEqual(
        expect.objectContaining({ type: 'decided', decision: 'approve', ...ada }),
      );
    }
  });

  it('are a page at a time, where there are many', async () => {
    const { oncely, ask } = openRun(open());
    for (const step of ['a', 'b', 'c']) await ask(step, 1);
    const query = { approval: 'pending', workflow: { businessId, workflowId: 'desk' }, limit: 2 } as const;
    const first = await oncely.effects.list(query);
    const second = await oncely.effects.list({ ...query, after: first.next ?? '' });
    expect([...first.effects, ...second.effects].map(({ contract }) => contract.stepId)).toEqual(['a', 'b', 'c']);
  });

  it.each(['approveAll', 'declineAll'] as const)(
    '%s tells what each came to: one that has moved on, is unknown, or was answered holds back no other',
    async (call) => {
      const { shop, oncely, ask, shown } = openRun(open());
      for (const step of ['a', 'b', 'c', 'd']) await ask(step, 1);
      const questions = await shown();
      // Other input stands there when the word is given.
      await ask('b', 2);
      await oncely.effects.decline('invoice_1:desk:c', { by: 'bob' });
      const decided = await oncely.effects[call](
        [
          ...questions.map((each, at) => (at === 1 ? { ...each, fingerprint: 'f'.repeat(43) } : each)),
          { key: 'invoice_1:desk:z', fingerprint: 'f'.repeat(43) },
        ],
        ada,
      );
      const done = call === 'approveAll' ? 'ready' : 'declined';
      expect(ends(decided)).toEqual([done, 'invalid_input', 'invalid_input', done, 'not_found']);
      const [, moved] = decided;
      expect(String(moved?.error)).toContain('look at it again. Nothing was changed.');
      expect((await oncely.effects.get('invoice_1:desk:b'))?.approval).toMatchObject({ state: 'pending' });
      expect((await oncely.effects.get('invoice_1:desk:c'))?.approval).toMatchObject({ state: 'declined', by: 'bob' });
      await oncely.recover();
      expect(shop.vendor.happened).toHaveLength(call === 'approveAll' ? 2 : 0);
    },
  );

  it('asks mayDecide for each, and one that throws is told as the others are', async () => {
    const { shop, oncely, ask, shown } = openRun(open(), (_actor, { contract }) => {
      if (contract.stepId === 'c') throw new Error('the directory is away');
      return contract.stepId === 'a';
    });
    for (const step of ['a', 'b', 'c']) await ask(step, 1);
    const approved = await oncely.effects.approveAll(await shown(), { ...ada, perform: true });
    expect(ends(approved)).toEqual(['succeeded', 'not_allowed', 'Error: the directory is away']);
    expect(ends(await oncely.effects.declineAll(await shown(), ada))).toEqual([
      'not_allowed',
      'Error: the directory is away',
    ]);
    expect(shop.vendor.happened).toHaveLength(1);
    expect(await shown()).toHaveLength(2);
  });

  it('says every word before anything is performed, and keeps the word where performing fails', async () => {
    const { shop, oncely, ask, shown } = openRun(open());
    for (const step of ['a', 'b']) await ask(step, 1);
    const states: (string | undefined)[] = [];
    shop.vendor.script.push(async () => {
      states.push((await oncely.effects.get('invoice_1:desk:b'))?.approval?.state);
      return { evidence: 'rejected', reason: 'no', response: { status: 402, headers: {}, body: '{}' } };
    });
    const decided = await oncely.effects.approveAll(await shown(), { ...ada, perform: true });
    expect([states, ends(decided)]).toEqual([['approved'], ['rejected', 'succeeded']]);
  });

  it('takes a repeated command, and the same one twice in a list, as said before', async () => {
    const { shop, oncely, ask, shown } = openRun(open());
    await ask('a', 1);
    const [one] = await shown();
    const twice = [one, one] as Shown[];
    const actor = { ...ada, id: 'click_1', perform: true };
    expect(ends(await oncely.effects.approveAll(twice, actor))).toEqual(['succeeded', 'succeeded']);
    expect(ends(await oncely.effects.approveAll(twice, actor))).toEqual(['succeeded', 'succeeded']);
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['no list', { key: 'a:b:c', fingerprint: 'f' }],
    ['an empty list', []],
    ['an entry that is a text', ['invoice_1:desk:a']],
    ['an entry without its key', [{ fingerprint: 'f' }]],
    ['an entry without its fingerprint', [{ key: 'invoice_1:desk:b' }]],
    ['an entry with more', [{ key: 'invoice_1:desk:b', fingerprint: 'f', set: { amount: 1 } }]],
  ])('refuses %s before it decides on anything', async (_what, list) => {
    const { oncely, ask, shown } = openRun(open());
    await ask('a', 1);
    const given = Array.isArray(list) && list.length > 0 ? [...(await shown()), ...(list as Shown[])] : list;
    for (const call of ['approveAll', 'declineAll'] as const) {
      const refused = await oncely.effects[call](given as Shown[], ada).catch((error: unknown) => error);
      expect(codeOf(refused)).toBe('invalid_input');
      expect(String(refused)).toMatch(/Nothing was (changed|approved)\./);
    }
    expect(await shown()).toHaveLength(1);
  });

  it('refuses a workflow that names none', async () => {
    const { oncely } = openRun(open());
    const refused = await oncely.effects.list({ workflow: { businessId } as never }).catch((error: unknown) => error);
    expect([codeOf(refused), String(refused)]).toEqual([
      'invalid_input',
      expect.stringContaining('workflow.workflowId'),
    ]);
  });
});
