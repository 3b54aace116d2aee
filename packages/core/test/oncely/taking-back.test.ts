import { isOncelyError, type Verdict } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { declined, desk, lost, openShop, type Shop, type TestOncely } from './vendor.ts';

const ann = { by: 'ann', reason: 'a mistake' };
const codeOf = (outcome: unknown): string | undefined => (isOncelyError(outcome) ? outcome.code : undefined);
const run = (oncely: TestOncely, ...steps: string[]): Promise<unknown> =>
  oncely
    .scope(desk, async () => {
      for (const step of steps) {
        await oncely.effect(step, () => oncely.clients.shop.write(step, { step }));
        // The ledger's clock counts milliseconds, and the order is by it.
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      return 'done';
    })
    .catch((error: unknown) => error);
const slotOf = (step: string): string => `invoice_1:desk:${step}`;
const undoOf = (step: string): string => `invoice_1:desk@undo:${step}`;
/** What was taken back at the vendor, in order, by the step that made it. */
const undone = ({ vendor }: Shop): string[] =>
  vendor.happened
    .filter(({ operation }) => operation === 'shop.undo')
    .map(({ parameters }) => {
      const made = vendor.happened[Number(String(parameters['of']).slice(2)) - 1];
      return String(made?.operation.slice(5));
    });

describe('compensating an effect', () => {
  it('is an effect of its own, once, and ends what can be claimed there', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await run(oncely, 'pay');
    const effect = await oncely.effects.compensate(slotOf('pay'), ann);
    expect(effect).toMatchObject({
      state: 'compensated',
      compensation: { state: 'done', by: 'ann', reason: 'a mistake', slot: undoOf('pay') },
    });
    await Promise.all(Array.from({ length: 5 }, () => shop.start().effects.compensate(slotOf('pay'), ann)));
    expect(undone(shop)).toEqual(['pay']);
    expect(codeOf(await run(shop.start(), 'pay'))).toBe('compensated');
    expect(await oncely.effects.get(undoOf('pay'))).toMatchObject({ state: 'succeeded', operation: 'shop.undo' });
  });

  it('by many at once happens once', async () => {
    const shop = openShop();
    await run(shop.start(), 'pay');
    await Promise.all(Array.from({ length: 8 }, () => shop.start().effects.compensate(slotOf('pay'), ann)));
    expect(undone(shop)).toEqual(['pay']);
  });

  it('that was begun goes on in another process', async () => {
    const shop = openShop();
    const oncely = shop.start({ maxAttempts: 1, waitMs: 200 });
    await run(oncely, 'pay');
    shop.vendor.script.push(lost);
    expect((await oncely.effects.compensate(slotOf('pay'), ann)).state).toBe('compensating');
    expect(codeOf(await run(oncely, 'pay'))).toBe('compensated');
    const other = shop.start();
    await other.recover();
    await other.recover();
    expect((await other.effects.get(slotOf('pay')))?.state).toBe('compensated');
    // Keyed: the resend of the same key is the vendor's to dedupe, which this one does not.
    expect(await other.effects.get(undoOf('pay'))).toMatchObject({ state: 'succeeded' });
  });

  it('that no program can do is left to a person, and ends with their word', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await run(oncely, 'shout');
    const effect = await oncely.effects.compensate(slotOf('shout'), ann);
    expect(effect).toMatchObject({
      state: 'compensating',
      compensation: { state: 'by_hand', why: 'what was said stays said' },
    });
    expect((await oncely.recover()).examined).toBe(0);
    await oncely.effects.compensate(slotOf('shout'), { ...ann, byHand: true });
    expect((await oncely.effects.get(slotOf('shout')))?.state).toBe('compensated');
    expect(undone(shop)).toEqual([]);
  });

  it('that the vendor refuses is left to a person', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await run(oncely, 'pay');
    shop.vendor.script.push(declined);
    expect(await oncely.effects.compensate(slotOf('pay'), ann)).toMatchObject({
      compensation: { state: 'by_hand', why: expect.stringContaining('declined') },
    });
  });

  it('is refused of what did not happen, or may not have', async () => {
    const shop = openShop();
    const oncely = shop.start({ maxAttempts: 1, waitMs: 100 });
    shop.vendor.script.push(declined, lost);
    await run(oncely, 'pay');
    await run(oncely, 'tell');
    for (const step of ['pay', 'tell']) {
      await expect(oncely.effects.compensate(slotOf(step), ann)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(undone(shop)).toEqual([]);
  });

  it('needs the approval that its own operation needs', async () => {
    const shop = openShop();
    const oncely = shop.start({ approvals: { version: 1, operations: { 'shop.undo': true } } });
    await run(oncely, 'pay');
    expect((await oncely.effects.compensate(slotOf('pay'), ann)).state).toBe('compensating');
    expect(undone(shop)).toEqual([]);
    const { approval } = (await oncely.effects.get(undoOf('pay'))) ?? {};
    await oncely.effects.approve(undoOf('pay'), { by: 'boss', fingerprint: approval?.fingerprint ?? '' });
    await oncely.recover();
    await oncely.recover();
    expect(undone(shop)).toEqual(['pay']);
    expect((await oncely.effects.get(slotOf('pay')))?.state).toBe('compensated');
  });

  it('a newer version of the step may happen again once it is compensated, and not while it is', async () => {
    const shop = openShop();
    const oncely = shop.start({ maxAttempts: 1, waitMs: 100 });
    const version = (): Promise<unknown> =>
      oncely
        .scope({ ...desk, logicVersion: 2 }, () =>
          oncely.effect('pay', () => oncely.clients.shop.write('pay', { step: 'pay' })),
        )
        .catch((error: unknown) => error);
    await run(oncely, 'pay');
    shop.vendor.script.push(() => ({ evidence: 'not_applied', reason: 'busy' }) as Verdict);
    await oncely.effects.compensate(slotOf('pay'), ann);
    expect(codeOf(await version())).toBe('compensated');
    await oncely.recover();
    await oncely.effects.compensate(slotOf('pay'), ann);
    expect(await version()).toMatchObject({ id: expect.any(String) });
  });
});

describe('aborting a workflow', () => {
  it('takes back what happened, the last first, and claims nothing more', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await run(oncely, 'pay', 'ship', 'tell');
    const { compensated, byHand, open } = await oncely.workflows.abort(desk, ann);
    expect(compensated.map(({ slot }) => slot)).toEqual(['tell', 'ship', 'pay'].map(slotOf));
    expect([byHand, open]).toEqual([[], []]);
    expect(undone(shop)).toEqual(['tell', 'ship', 'pay']);
    expect(await oncely.workflows.state(desk)).toBe('aborting');
    expect(codeOf(await run(shop.start(), 'more'))).toBe('workflow_held');
    expect(await oncely.workflows.abort(desk, ann)).toEqual({ compensated: [], byHand: [], open: [] });
    expect(undone(shop)).toHaveLength(3);
  });

  it('lists what only a person can take back, and goes on with the rest', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await run(oncely, 'pay', 'shout');
    const { compensated, byHand } = await oncely.workflows.abort(desk, ann);
    expect([compensated, byHand].map((each) => each.map(({ slot }) => slot))).toEqual([
      [slotOf('pay')],
      [slotOf('shout')],
    ]);
  });

  it('takes back what turns out later to have happened: the answer comes after the abort', async () => {
    const shop = openShop();
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    shop.vendor.script.push(async (commit) => {
      const verdict = commit();
      reached.resolve();
      await released.promise;
      return verdict;
    });
    const oncely = shop.start();
    const paying = run(oncely, 'pay');
    await reached.promise;
    const boss = shop.start();
    const aborted = await boss.workflows.abort(desk, { ...ann, deadlineMs: 50 });
    expect(aborted.compensated).toEqual([]);
    expect(undone(shop)).toEqual([]);
    released.resolve();
    await paying;
    expect((await boss.effects.get(slotOf('pay')))?.state).toBe('compensating');
    await boss.recover();
    expect(undone(shop)).toEqual(['pay']);
    expect((await boss.effects.get(slotOf('pay')))?.state).toBe('compensated');
  });

  it('never sends what was only handed in, approved or begun', async () => {
    const shop = openShop();
    const oncely = shop.start({ approvals: { version: 1, operations: { 'shop.pay': true } } });
    await run(oncely, 'pay');
    const { approval } = (await oncely.effects.get(slotOf('pay'))) ?? {};
    await oncely.effects.approve(slotOf('pay'), { by: 'boss', fingerprint: approval?.fingerprint ?? '' });
    await oncely.scope(desk, () => oncely.submit('ship', () => oncely.clients.shop.write('ship', {})));
    expect(await oncely.workflows.abort(desk, ann)).toEqual({ compensated: [], byHand: [], open: [] });
    await oncely.recover();
    expect(shop.vendor.sends).toBe(0);
    expect((await oncely.effects.list()).effects.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });

  it('goes on after a crash in the middle of it', async () => {
    const shop = openShop();
    await run(shop.start(), 'pay', 'ship');
    const dying = shop.start({ maxAttempts: 1, waitMs: 100 });
    shop.vendor.script.push(() => ({ evidence: 'not_applied', reason: 'busy' }) as Verdict);
    const first = await dying.workflows.abort(desk, ann);
    expect(first.open.map(({ slot }) => slot)).toEqual([slotOf('ship')]);
    const other = shop.start();
    expect((await other.workflows.abort(desk, ann)).compensated.map(({ slot }) => slot)).toEqual([slotOf('ship')]);
    expect(undone(shop).sort()).toEqual(['pay', 'ship']);
  });
});

describe('pausing', () => {
  it('waits, where asked, until nothing is being sent any more', async () => {
    const shop = openShop();
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    shop.vendor.script.push(async (commit) => {
      reached.resolve();
      await released.promise;
      return commit();
    });
    const oncely = shop.start();
    const paying = run(oncely, 'pay');
    await reached.promise;
    const boss = shop.start();
    expect(await boss.workflows.pause(desk, { ...ann, wait: true, deadlineMs: 30 })).toEqual([slotOf('pay')]);
    const waiting = boss.workflows.pause(desk, { ...ann, wait: true });
    released.resolve();
    expect(await waiting).toEqual([]);
    expect((await oncely.effects.get(slotOf('pay')))?.state).toBe('succeeded');
    await paying;
    expect(codeOf(await run(oncely, 'ship'))).toBe('workflow_held');
  });

  it('by nobody is refused', async () => {
    await expect(openShop().start().workflows.pause(desk, { by: '' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
