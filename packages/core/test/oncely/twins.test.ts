import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { isOncelyError, type EffectEvent, type Ledger, type Scope, type TwinGuard } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { declined, desk, openShop, type TestOncely } from './vendor.ts';

const codeOf = (outcome: unknown): string | undefined => (isOncelyError(outcome) ? outcome.code : undefined);
const pay = (oncely: TestOncely, scope: Partial<Scope> = {}, amount = 100, text = 'tea'): Promise<unknown> =>
  oncely
    .scope({ ...desk, ...scope }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount, text })),
    )
    .catch((error: unknown) => error);
const week = 7 * 24 * 3_600_000;
const guard = (onTwin: TwinGuard['onTwin'], more = {}): { twins: TwinGuard } => ({
  twins: { withinMs: week, onTwin, ...more },
});
const other = { workflowId: 'night-desk' };

describe('the twin guard', () => {
  it('refuses the same write of another workflow of the same business case, whatever its wording', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('refuse'));
    await pay(oncely);
    const outcome = await pay(shop.start(guard('refuse')), other, 100, 'coffee');
    expect(codeOf(outcome)).toBe('twin');
    expect(String(outcome)).toContain('invoice_1:desk:refund');
    expect(shop.vendor.sends).toBe(1);
  });

  it('lets pass what is no twin: a replay, another case, amount, tenant, or operation', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('refuse', { operations: ['shop.pay'] }));
    const scopes = [{}, {}, { businessId: 'invoice_2', ...other }, { tenant: 'acme', ...other }];
    for (const scope of scopes) expect(codeOf(await pay(oncely, scope))).toBeUndefined();
    expect(codeOf(await pay(oncely, other, 99))).toBeUndefined();
    for (const workflowId of ['desk', 'night-desk']) {
      await oncely.scope({ ...desk, workflowId }, () =>
        oncely.effect('tell', () => oncely.clients.shop.write('tell', { text: 'done' })),
      );
    }
    expect(shop.vendor.sends).toBe(6);
  });

  it('tells apart two that begin at once', async () => {
    const shop = openShop();
    const scopes = [{}, other, { workflowId: 'third' }];
    const outcomes = await Promise.all(scopes.map((scope) => pay(shop.start(guard('refuse')), scope)));
    expect(outcomes.map(codeOf).filter((code) => code === 'twin')).toHaveLength(2);
    expect(shop.vendor.sends).toBe(1);
  });

  it('asks a person, and does it where that is meant', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('approve'));
    await pay(oncely);
    expect(codeOf(await pay(oncely, other))).toBe('approval_required');
    const slot = 'invoice_1:night-desk:refund';
    const { approval } = (await oncely.effects.get(slot)) ?? {};
    await oncely.effects.approve(slot, { by: 'ann', fingerprint: approval?.fingerprint ?? '' });
    expect(await pay(oncely, other)).toEqual({ id: 'o_2' });
  });

  it('only says so where it is to warn', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('warn'));
    const seen: EffectEvent[] = [];
    const listen = (event: unknown): number => seen.push(event as EffectEvent);
    subscribe('oncely:effect', listen);
    await pay(oncely);
    await pay(oncely, other);
    unsubscribe('oncely:effect', listen);
    expect(seen.filter(({ type }) => type === 'twin')).toMatchObject([
      { slot: 'invoice_1:night-desk:refund', twin: 'invoice_1:desk:refund' },
    ]);
    expect(shop.vendor.sends).toBe(2);
  });

  it('forgets what ended in a no, and what is older than asked for', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('refuse'));
    shop.vendor.script.push(declined);
    await pay(oncely);
    expect(await pay(oncely, other)).toEqual({ id: 'o_1' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await pay(shop.start(guard('refuse', { withinMs: 1 })), { workflowId: 'third' })).toEqual({ id: 'o_2' });
  });

  it('knows every slot of a workflow, and not only the first', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('refuse'));
    const step = (id: string, options = {}): Promise<unknown> =>
      oncely.scope(desk, () =>
        oncely.effect(id, options, () => oncely.clients.shop.write('pay', { amount: 100, text: 'tea' })),
      );
    shop.vendor.script.push(declined);
    await step('refund').catch(() => undefined);
    expect(await step('again')).toEqual({ id: 'o_1' });
    expect(codeOf(await pay(oncely, other))).toBe('twin');
    expect(shop.vendor.sends).toBe(2);
  });

  it('counts from when it happened, and not from when it was asked for; prune knows that too', async () => {
    let now = 1_700_000_000_000;
    const day = 24 * 3_600_000;
    const shop = openShop(memoryLedger({ now: () => now }));
    const oncely = shop.start(guard('refuse'));
    await oncely
      .scope(desk, () =>
        oncely.effect('refund', { approval: 'required' }, () =>
          oncely.clients.shop.write('pay', { amount: 100, text: 'tea' }),
        ),
      )
      .catch(() => undefined);
    now += 6 * day;
    const slot = 'invoice_1:desk:refund';
    const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    await oncely.effects.approve(slot, { by: 'ann', fingerprint, perform: true });
    now += 2 * day;
    expect(await oncely.prune()).toMatchObject({ guardsDeleted: 0 });
    expect(codeOf(await pay(oncely, other))).toBe('twin');
    now += 6 * day;
    expect(await oncely.prune()).toMatchObject({ guardsDeleted: 1 });
    expect(await pay(oncely, other)).toEqual({ id: 'o_2' });
  });

  it('sees what an earlier version of a step has made, though the next one ended in a no', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('refuse'));
    await pay(oncely);
    shop.vendor.script.push(declined);
    await oncely
      .scope(desk, () =>
        oncely.effect('refund', { version: 2 }, () => oncely.clients.shop.write('pay', { amount: 7, text: 'tea' })),
      )
      .catch(() => undefined);
    expect(codeOf(await pay(oncely, other))).toBe('twin');
    expect(shop.vendor.sends).toBe(2);
  });

  it('knows those as well that a person or a warning let pass', async () => {
    const shop = openShop();
    shop.vendor.script.push(declined);
    const oncely = shop.start(guard('warn'));
    await pay(oncely);
    for (const workflowId of ['second', 'third']) await pay(oncely, { workflowId });
    await oncely.effects.compensate('invoice_1:second:refund', { by: 'ann' });
    expect(codeOf(await pay(shop.start(guard('refuse')), other))).toBe('twin');
  });

  it('asks nothing of whoever was first', async () => {
    const shop = openShop();
    const oncely = shop.start(guard('approve'));
    await pay(oncely);
    expect(codeOf(await pay(oncely, other))).toBe('approval_required');
    expect(await pay(oncely)).toEqual({ id: 'o_1' });
  });

  it.each([
    [{ withinMs: 0, onTwin: 'warn' }, 'twins.withinMs'],
    [{ withinMs: 1, onTwin: 'shrug' }, 'twins.onTwin'],
  ])('%j is refused', (twins, field) => {
    expect(() => openShop().start({ twins: twins as TwinGuard })).toThrow(field);
  });
});

describe('the slot scope business', () => {
  const shared = { slotScope: 'business' } as const;

  it('does a step once for the business case, whichever workflow asks', async () => {
    const shop = openShop();
    const oncely = shop.start();
    expect(await pay(oncely, shared)).toEqual({ id: 'o_1' });
    expect(await pay(oncely, { ...shared, ...other })).toEqual({ id: 'o_1' });
    expect(await pay(oncely, other)).toEqual({ id: 'o_2' });
    expect(codeOf(await pay(oncely, { ...shared, ...other }, 999))).toBe('input_changed');
  });

  it('is paused as one, and no workflow has its name', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await oncely.workflows.pause({ ...desk, ...shared }, { by: 'ann' });
    expect(codeOf(await pay(oncely, { ...shared, ...other }))).toBe('workflow_held');
    expect(codeOf(await pay(oncely, { workflowId: '@' }))).toBeUndefined();
    expect(codeOf(await pay(oncely))).toBeUndefined();
  });
});

it('a guard that prune removes while another workflow takes it is taken anew, and nobody waits for ever', async () => {
  let now = 1_700_000_000_000;
  const inner = memoryLedger({ now: () => now });
  let removed = false;
  const ledger: Ledger = {
    ...inner,
    write: async (command) => {
      const answer = await inner.write(command);
      // Right behind the conflict that shows it, it goes.
      if (command.slot.startsWith('&') && answer.kind === 'conflict' && answer.row) {
        if (!removed) await inner.remove({ slot: command.slot, expect: answer.row.revision, at: answer.row.at });
        removed = true;
      } else if (command.slot.startsWith('&') && answer.kind === 'conflict') await new Promise(setImmediate);
      return answer;
    },
  };
  const shop = openShop(ledger);
  const oncely = shop.start({ twins: { withinMs: 1_000, onTwin: 'refuse' } });
  const refund = (workflowId: string): Promise<unknown> =>
    oncely.scope({ businessId: 'case', workflowId }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('refund', { amount: 1 })),
    );
  await refund('one');
  now += 2_000;
  await refund('two');
  expect(removed).toBe(true);
  expect(shop.vendor.happened).toHaveLength(2);
});
