import { isOncelyError, type Effect, type MayDecide, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';

import { desk, openShop, type Shop, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:refund';
type Rule = NonNullable<OncelyOptions<Record<never, never>>['approvals']>['operations'][string];

interface House {
  readonly shop: Shop;
  readonly oncely: TestOncely;
  readonly pay: (amount?: number, requestedBy?: string) => Promise<unknown>;
  readonly approve: (by: string, more?: object) => Promise<Effect | string>;
}

function house(rule: Rule, mayDecide?: MayDecide): House {
  const shop = openShop();
  const oncely = shop.start({
    approvals: { version: 1, operations: { 'shop.pay': rule }, ...(mayDecide === undefined ? {} : { mayDecide }) },
  });
  const codeOf = (error: unknown): string => (isOncelyError(error) ? `${error.code}: ${error.message}` : String(error));
  return {
    shop,
    oncely,
    pay: (amount = 100, requestedBy) =>
      oncely
        .scope({ ...desk, ...(requestedBy === undefined ? {} : { requestedBy }) }, () =>
          oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount })),
        )
        .catch(codeOf),
    approve: async (by, more = {}) => {
      const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
      return oncely.effects.approve(slot, { by, fingerprint, ...more }).catch(codeOf);
    },
  };
}

describe('what was judged is what is approved', () => {
  it('refuses other input without asking who may', async () => {
    const asked: unknown[] = [];
    const { oncely, pay, shop } = house(true, (_actor, { approval }) => asked.push(approval) > 0);
    await pay(90_000);
    const large = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    await pay(1);
    await expect(oncely.effects.approve(slot, { by: 'clerk', fingerprint: large })).rejects.toThrow('has changed');
    expect(asked).toEqual([]);
    expect(shop.vendor.sends).toBe(0);
  });

  it.each([
    ['other input', [90_000]],
    ['the same input, asked for anew', [90_000, 1]],
  ])('refuses where the agent re-plans meanwhile: %s', async (_what, plans) => {
    let meanwhile = async (): Promise<void> => undefined;
    const { oncely, pay, approve, shop } = house(true, async () => {
      const work = meanwhile;
      meanwhile = () => Promise.resolve();
      await work();
      return true;
    });
    await pay(1);
    meanwhile = async () => {
      // The ledger's clock is in milliseconds, and a question is known by its time.
      await new Promise((resolve) => setTimeout(resolve, 3));
      for (const amount of plans) await pay(amount);
    };
    expect(await approve('clerk', { perform: true })).toContain('has changed');
    expect((await oncely.effects.get(slot))?.approval?.state).toBe('pending');
    expect(shop.vendor.sends).toBe(0);
  });

  it('asks again where another writer was first, so that two who approve at once both count', async () => {
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    let asked = 0;
    const { approve, pay, shop } = house({ approvers: 2 }, async () => {
      asked += 1;
      if ((waiting += 1) === 2) both.resolve();
      await both.promise;
      return true;
    });
    await pay();
    await Promise.all([approve('ann'), approve('bob')]);
    expect(asked).toBe(3);
    expect(await pay()).toEqual({ id: 'o_1' });
    expect(shop.vendor.sends).toBe(1);
  });

  it.each([undefined, '', 7])('refuses a fingerprint that nobody can have been shown: %s', async (fingerprint) => {
    const { oncely, pay } = house(true);
    await pay();
    const approving = oncely.effects.approve(slot, { by: 'ann', fingerprint: fingerprint as never });
    await expect(approving).rejects.toThrow('fingerprint is missing');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1, '5' as never, 1_001])(
    'refuses to hold for %s where the policy says at most 1,000',
    async (ttlMs) => {
      const { oncely, pay, approve } = house({ ttlMs: 1_000 });
      await pay();
      expect(await approve('ann', { ttlMs })).toContain('ttlMs');
      expect((await oncely.effects.get(slot))?.approval?.state).toBe('pending');
    },
  );

  it('refuses what is over, where an approval would send nothing', async () => {
    const { oncely, pay, approve } = house(true);
    await pay();
    await oncely.effects.cancel(slot, { by: 'ann' });
    expect(await approve('ann')).toContain('the effect is cancelled');
  });
});

describe('who counts', () => {
  it.each([
    ['a name in another case', 'Ann '],
    ['a name with what cannot be seen in it', 'a\u200Bnn'],
    ['full-width letters', 'ａｎｎ'],
  ])('one person under two names is one: %s', async (_what, name) => {
    const { approve, pay } = house({ approvers: 2 });
    await pay();
    await approve('ann');
    expect(await approve(name)).toContain('has approved it already');
  });

  it('mayDecide says who somebody is', async () => {
    const { approve, pay, oncely } = house({ approvers: 2 }, ({ by }) => ({ as: by.split('/')[0] ?? by }));
    await pay();
    await approve('ann/phone');
    expect(await approve('ann/laptop')).toContain('ann has approved it already');
    await approve('bob/laptop');
    expect((await oncely.effects.get(slot))?.approval).toMatchObject({ state: 'approved', approvedBy: ['ann', 'bob'] });
  });

  it('the requester never approves, by whatever name', async () => {
    const { approve, pay, shop } = house(true, ({ by }) => ({ as: by === 'slack:U1' ? 'ann' : by }));
    await pay(100, 'ann');
    expect(await approve('Ann')).toContain('may not approve');
    expect(await approve('slack:U1')).toContain('may not approve');
    expect(shop.vendor.sends).toBe(0);
    await approve('bob', { perform: true });
    expect(shop.vendor.sends).toBe(1);
  });

  it("notBy 'requester' sends nothing where the scope does not say who that is", async () => {
    const { pay, shop } = house({ notBy: 'requester' });
    expect(await pay()).toContain('invalid_input');
    expect(shop.vendor.sends).toBe(0);
    expect(await pay(100, 'ann')).toContain('approval_required');
  });

  it('one of each group must approve, and nobody sits on two chairs', async () => {
    const groups: Record<string, string[]> = {
      ann: ['finance', 'support'],
      bob: ['support'],
      eve: [],
      cy: ['finance'],
    };
    const { approve, pay, oncely } = house(
      {
        approvers: [
          { group: 'finance', count: 1 },
          { group: 'support', count: 1 },
        ],
      },
      ({ by }) => ({ as: by, groups: groups[by] ?? [] }),
    );
    await pay();
    expect(await approve('eve')).toContain('of no group whose word is still needed');
    await approve('ann');
    expect((await oncely.effects.get(slot))?.approval?.state).toBe('pending');
    expect(await pay()).toContain('approval_required');
    await approve('bob');
    expect((await oncely.effects.get(slot))?.approval).toMatchObject({ state: 'approved', approvedBy: ['ann', 'bob'] });
    expect(await pay()).toEqual({ id: 'o_1' });
  });

  it('an answer of mayDecide that is neither yes nor a person is a no', async () => {
    for (const answer of [undefined, null, 1, 'yes', {}, { as: '' }, { as: ' ' }]) {
      const { approve, pay } = house(true, () => answer as never);
      await pay();
      expect(await approve('ann')).toContain('not_allowed');
    }
  });
});

describe('breaking the glass', () => {
  const emergency = { breakGlass: true, reason: 'the customer is in hospital' } as const;

  it('lets one word be enough, in the audit and with an alarm', async () => {
    const alarms: unknown[] = [];
    const hear = (event: unknown): void => {
      if ((event as { type: string }).type === 'break_glass') alarms.push(event);
    };
    const { approve, pay, oncely } = house(
      { approvers: 3 },
      (_actor, _effect, _decision, { breakGlass }) => breakGlass === true,
    );
    await pay();
    subscribe('oncely:effect', hear);
    await approve('boss', emergency);
    unsubscribe('oncely:effect', hear);
    expect(alarms).toMatchObject([{ type: 'break_glass', by: 'boss', slot, operation: 'shop.pay' }]);
    expect((await oncely.effects.history(slot)).at(-1)?.event).toMatchObject({
      type: 'decided',
      decision: 'approve',
      by: 'boss',
      breakGlass: true,
      reason: emergency.reason,
    });
    expect(await pay()).toEqual({ id: 'o_1' });
  });

  it('needs a reason, and somebody who may', async () => {
    const { approve, pay } = house({ approvers: 2 }, () => true);
    await pay();
    expect(await approve('boss', { breakGlass: true })).toContain('needs a reason');
    const none = house({ approvers: 2 });
    await none.pay();
    expect(await none.approve('boss', emergency)).toContain('not_allowed');
  });

  it('is not for the requester', async () => {
    const { approve, pay } = house({ approvers: 2 }, () => true);
    await pay(100, 'ann');
    expect(await approve('ann', emergency)).toContain('may not approve');
  });
});

it('I5: an approval that expires on the way to the ledger sends nothing', async () => {
  let ahead = 0;
  const ledger = memoryLedger({ now: () => 1_000_000 + ahead });
  const slow: typeof ledger = {
    ...ledger,
    write: (command) => {
      // As where a key service, a look or the network takes its time between the decision and the claim.
      if (command.doc.includes('"evidence":"unknown"')) ahead += 1_000;
      return ledger.write(command);
    },
  };
  const shop = openShop(slow);
  const oncely = shop.start({ approvals: { version: 1, operations: { 'shop.pay': { ttlMs: 500 } } } });
  const pay = (): Promise<unknown> =>
    oncely
      .scope(desk, () => oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount: 1 })))
      .catch((error: unknown) => isOncelyError(error) && error.code);
  await pay();
  const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
  await oncely.effects.approve(slot, { by: 'ann', fingerprint });
  expect(await pay()).toBe('approval_required');
  expect(shop.vendor.sends).toBe(0);
  expect((await oncely.effects.get(slot))?.approval?.state).toBe('pending');
});
