import { isOncelyError, type Budgets } from '@oncely/core';
import { describe, expect, it, vi } from 'vitest';

import { declined, desk, lost, openShop, type TestOncely } from './vendor.ts';

const codeOf = (outcome: unknown): string | undefined => (isOncelyError(outcome) ? outcome.code : undefined);
const run = (oncely: TestOncely, ...steps: string[]): Promise<unknown> =>
  oncely
    .scope(desk, async () => {
      const done: unknown[] = [];
      for (const step of steps) done.push(await oncely.effect(step, () => oncely.clients.shop.write(step, { step })));
      return done;
    })
    .catch((error: unknown) => error);

describe('the budget of scope re-entries', () => {
  it('pauses the workflow before the next write, and still replays', async () => {
    const shop = openShop();
    const oncely = shop.start({ budgets: { reEntries: 2 } });
    await run(oncely, 'one');
    for (let again = 0; again < 3; again += 1) expect(await run(oncely, 'one')).toEqual([{ id: 'o_1' }]);
    expect(await oncely.workflows.get(desk)).toMatchObject({
      state: 'paused',
      by: 'oncely',
      reason: 'the budget of 2 scope re-entries is used up',
      spent: { reEntries: 3 },
    });
    const outcome = await run(oncely, 'one', 'two');
    expect(codeOf(outcome)).toBe('workflow_held');
    expect(String(outcome)).toContain('the budget of 2 scope re-entries is used up');
    expect(shop.vendor.sends).toBe(1);
    await oncely.workflows.resume(desk, { by: 'ann' });
    expect(await oncely.workflows.get(desk)).toMatchObject({ state: 'running', by: 'ann', spent: {} });
    expect(await run(oncely, 'one', 'two')).toEqual([{ id: 'o_1' }, { id: 'o_2' }]);
  });

  it('holds a write that comes right behind the replay that used it up', async () => {
    const shop = openShop();
    const oncely = shop.start({ budgets: { reEntries: 0 } });
    await run(oncely, 'one');
    expect(codeOf(await run(oncely, 'one', 'two'))).toBe('workflow_held');
    expect(shop.vendor.sends).toBe(1);
  });

  it('holds the very write that came back', async () => {
    const shop = openShop();
    const oncely = shop.start({ budgets: { reEntries: 0 }, maxAttempts: 1 });
    shop.vendor.script.push(lost);
    expect(codeOf(await run(oncely, 'one'))).toBe('in_doubt');
    expect(codeOf(await run(oncely, 'one'))).toBe('workflow_held');
    expect(shop.vendor.sends).toBe(1);
  });

  it('counts a run once, and nothing that the same run repeats', async () => {
    const shop = openShop();
    const oncely = shop.start({ budgets: { reEntries: 9 } });
    await oncely.scope(desk, async () => {
      for (let again = 0; again < 3; again += 1) {
        await oncely.effect('one', () => oncely.clients.shop.write('one', {}));
      }
    });
    expect((await oncely.workflows.get(desk)).spent).toEqual({});
    await run(shop.start({ budgets: { reEntries: 9 } }), 'one', 'one');
    // Other input under the name of before is a return to it too.
    expect((await oncely.workflows.get(desk)).spent).toEqual({ reEntries: 1 });
  });

  it('is what a person grants in its place', async () => {
    const oncely = openShop().start({ budgets: { reEntries: 0 } });
    await run(oncely, 'one');
    await run(oncely, 'one');
    await oncely.workflows.resume(desk, { by: 'ann', grant: { reEntries: 3 } });
    for (let again = 0; again < 3; again += 1) await run(oncely, 'one');
    expect((await oncely.workflows.get(desk)).state).toBe('running');
    await run(oncely, 'one');
    expect((await oncely.workflows.get(desk)).state).toBe('paused');
  });

  it('of a workflow that is cancelled counts nothing more', async () => {
    const oncely = openShop().start({ budgets: { reEntries: 0 } });
    await run(oncely, 'one');
    await oncely.workflows.cancel(desk, { by: 'ann' });
    await run(oncely, 'one');
    expect(await oncely.workflows.get(desk)).toMatchObject({ state: 'cancelled', by: 'ann' });
  });

  it('is not counted where there is none: no round trip more', async () => {
    const shop = openShop();
    let trips = 0;
    const ledger = {
      ...shop.ledger,
      readWorkflow: (workflow: string) => {
        trips += 1;
        return shop.ledger.readWorkflow(workflow);
      },
    };
    const oncely = openShop(ledger).start();
    await run(oncely, 'one');
    await run(oncely, 'one');
    expect(trips).toBe(0);
  });
});

describe('the budget of re-executions', () => {
  it('pauses before the vendor is called again for what an earlier run sent', async () => {
    const shop = openShop();
    const options = { budgets: { reExecutions: 1 }, maxAttempts: 1, waitMs: 200 };
    shop.vendor.script.push(lost, lost, lost);
    for (let again = 0; again < 2; again += 1) {
      expect(codeOf(await run(shop.start(options), 'one'))).toBe('in_doubt');
    }
    expect(codeOf(await run(shop.start(options), 'one'))).toBe('workflow_held');
    expect(shop.vendor.sends).toBe(2);
    const oncely = shop.start(options);
    expect(await oncely.workflows.get(desk)).toMatchObject({
      state: 'paused',
      reason: 'the budget of 1 re-executions is used up',
    });
    await oncely.workflows.resume(desk, { by: 'ann', grant: { reExecutions: 5 } });
    shop.vendor.script.length = 0;
    expect(await run(oncely, 'one')).toEqual([{ id: expect.any(String) }]);
  });

  it('counts what recovery sends, and nothing that takes back', async () => {
    const shop = openShop();
    const options = { budgets: { reExecutions: 0 }, maxAttempts: 1, waitMs: 200 };
    shop.vendor.script.push(lost);
    await run(shop.start(options), 'one');
    const { open } = await shop.start(options).recover();
    expect(open[0]?.reason).toContain('the budget of 0 re-executions is used up');
    expect(shop.vendor.sends).toBe(1);

    const oncely = shop.start(options);
    await oncely.workflows.resume(desk, { by: 'ann', grant: { reExecutions: 1 } });
    await oncely.recover();
    shop.vendor.script.push(lost);
    await oncely.effects.compensate('invoice_1:desk:one', { by: 'ann' });
    await oncely.recover();
    await oncely.recover();
    expect((await oncely.effects.get('invoice_1:desk:one'))?.state).toBe('compensated');
  });

  it('does not count the retries of one call, nor a replayed no', async () => {
    const shop = openShop();
    const oncely = shop.start({ budgets: { reExecutions: 0 } });
    shop.vendor.script.push(() => ({ evidence: 'not_applied', reason: 'busy' }), declined);
    await run(oncely, 'one');
    await run(oncely, 'one');
    expect((await oncely.workflows.get(desk)).state).toBe('running');
  });
});

it.each([
  [{ reEntries: -1 }, 'budgets.reEntries'],
  [{ reEntry: 1 }, 'budgets.reEntry'],
])('budgets %j are refused', (budgets, field) => {
  expect(() => openShop().start({ budgets: budgets as Budgets })).toThrow(field);
});

it('from 8 attempts on a warning is given', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  openShop().start({ maxAttempts: 7 });
  expect(warn).not.toHaveBeenCalled();
  openShop().start({ maxAttempts: 8 });
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('maxAttempts 8'), expect.anything());
  warn.mockRestore();
});
