// oxlint-disable unicorn/no-thenable -- what a limit does then is a word, and nobody awaits it
import { approvalText } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { codeOf, pay, perCase, sumOf } from './pay.ts';
import { desk, openShop, type Shop } from './vendor.ts';

describe('one too many', () => {
  it('is asked for with the reason, and an approved one may exceed', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [{ ...perCase, then: 'approve' }] });
    await pay(oncely, 'one', { amount: 900 });
    expect(codeOf(await pay(oncely, 'two', { amount: 300 }))).toBe('approval_required');
    expect(codeOf(await pay(oncely, 'two', { amount: 300 }))).toBe('approval_required');
    const effect = await oncely.effects.get('invoice_1:desk:two');
    expect(effect?.approval?.limits?.[0]?.why).toContain('it takes 300, and 900 of 1000 is used');
    expect(approvalText(effect ?? {})).toContain('one too many for a limit: sum of amount of shop.pay per case');
    const fingerprint = effect?.approval?.fingerprint ?? '';
    await oncely.effects.approve('invoice_1:desk:two', { by: 'ann', fingerprint, perform: true });
    expect(sumOf(shop)).toBe(1200);
    expect(codeOf(await pay(oncely, 'three', { amount: 1 }))).toBe('approval_required');
  });

  it('is asked for anew where an approval did not know of it', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [{ ...perCase, then: 'approve' }] });
    const required = (amount: number): Promise<unknown> =>
      Promise.resolve(
        oncely.scope(desk, () =>
          oncely.effect('one', { approval: 'required' }, () => oncely.clients.shop.write('pay', { amount })),
        ),
      ).catch((error: unknown) => error);
    const approve = async (): Promise<void> => {
      const fingerprint = (await oncely.effects.get('invoice_1:desk:one'))?.approval?.fingerprint ?? '';
      await oncely.effects.approve('invoice_1:desk:one', { by: 'ann', fingerprint });
    };
    expect(codeOf(await required(1001))).toBe('approval_required');
    await approve();
    expect(codeOf(await required(1001))).toBe('approval_required');
    expect(shop.vendor.sends).toBe(0);
    await approve();
    expect(await required(1001)).toEqual({ id: 'o_1' });
  });

  it('without an amount, once approved, takes all there is', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [{ ...perCase, then: 'approve' }] });
    expect(codeOf(await pay(oncely, 'all', {}))).toBe('approval_required');
    const fingerprint = (await oncely.effects.get('invoice_1:desk:all'))?.approval?.fingerprint ?? '';
    await oncely.effects.approve('invoice_1:desk:all', { by: 'ann', fingerprint });
    expect(await pay(oncely, 'all', {})).toEqual({ id: 'o_1' });
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }))).toBe('approval_required');
  });

  it('pauses its workflow', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [{ ...perCase, then: 'pause' }] });
    await pay(oncely, 'one', { amount: 1000 });
    const held = await pay(oncely, 'two', { amount: 1 });
    expect(codeOf(held)).toBe('workflow_held');
    expect(String(held)).toContain('1000 of 1000 is used');
    expect(await oncely.workflows.get(desk)).toMatchObject({ state: 'paused', by: 'oncely' });
    await oncely.workflows.resume(desk, { by: 'ann' });
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }))).toBe('workflow_held');
    expect(sumOf(shop)).toBe(1000);
  });

  it('on a ledger that may have forgotten, whatever it is', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [perCase] });
    await oncely.suspect(new Date(Date.now() - 1_000));
    const refused = await pay(oncely, 'one', { amount: 1 });
    expect(codeOf(refused)).not.toBeUndefined();
    expect(shop.vendor.sends).toBe(0);
  });
});

describe('every path that sends takes room', () => {
  const over = { operations: 'shop.pay', sum: 'amount', max: 10, per: 'case' } as const;
  const paths: Readonly<Record<string, (shop: Shop) => Promise<unknown>>> = {
    'a call': (shop) => pay(shop.start({ limits: [over] }), 'one', { amount: 11 }),
    'an unnamed write': async (shop) => {
      const oncely = shop.start({ limits: [over] });
      await oncely.scope(desk, () => oncely.clients.shop.write('pay', { amount: 11 })).catch(() => {});
    },
    'a write outside of any scope': (shop) =>
      shop
        .start({ limits: [over], unscoped: 'observe' })
        .clients.shop.write('pay', { amount: 1 })
        .catch(() => {}),
    'what was handed in, completed': async (shop) => {
      const oncely = shop.start({ limits: [over] });
      await oncely.scope(desk, () => oncely.submit('one', () => oncely.clients.shop.write('pay', { amount: 11 })));
      await oncely.effects.complete('invoice_1:desk:one');
    },
    'what was handed in, recovered': async (shop) => {
      const oncely = shop.start({ limits: [over] });
      await oncely.scope(desk, () => oncely.submit('one', () => oncely.clients.shop.write('pay', { amount: 11 })));
      await oncely.recover();
    },
    'an approval, performed': async (shop) => {
      const oncely = shop.start({ limits: [over] });
      await oncely
        .scope(desk, () =>
          oncely.effect('one', { approval: 'required' }, () => oncely.clients.shop.write('pay', { amount: 11 })),
        )
        .catch(() => {});
      const fingerprint = (await oncely.effects.get('invoice_1:desk:one'))?.approval?.fingerprint ?? '';
      await oncely.effects.approve('invoice_1:desk:one', { by: 'ann', fingerprint, perform: true });
    },
    'what a process without limits left, recovered': async (shop) => {
      shop.vendor.script.push(() => ({ evidence: 'not_applied', reason: 'refused' }));
      await pay(shop.start({ maxAttempts: 1 }), 'one', { amount: 11 });
      expect(shop.vendor.sends).toBe(1);
      shop.vendor.sends = 0;
      await shop.start({ limits: [over] }).recover();
      await pay(shop.start({ limits: [over] }), 'one', { amount: 11 });
    },
    'what a process without limits left in doubt, taken over': async (shop) => {
      shop.vendor.script.push(() => ({ evidence: 'unknown', reason: 'ECONNRESET' }));
      await pay(shop.start({ maxAttempts: 1 }), 'one', { amount: 11 });
      shop.vendor.sends = 0;
      await shop.start({ limits: [over] }).recover();
      await pay(shop.start({ limits: [over] }), 'one', { amount: 11 });
    },
    'a compensation': async (shop) => {
      await pay(shop.start(), 'one', { amount: 11 });
      shop.vendor.sends = 0;
      shop.vendor.happened.length = 0;
      const oncely = shop.start({ limits: [{ operations: 'shop.undo', count: 0, per: 'all' }] });
      await oncely.effects.compensate('invoice_1:desk:one', { by: 'ann' });
    },
  };
  it.each(Object.entries(paths))('%s', async (_name, path) => {
    const shop = openShop();
    await path(shop);
    expect(shop.vendor.sends).toBe(0);
    expect(shop.vendor.happened).toEqual([]);
  });
});
