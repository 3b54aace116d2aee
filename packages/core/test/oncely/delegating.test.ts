import type { ApprovalRule, Effect } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { house, slot, type House } from './house.ts';
import { codeOf } from './pay.ts';
import { desk } from './vendor.ts';

describe('a word in the hands of another', () => {
  const four: ApprovalRule = {
    approvers: [
      { group: 'finance', count: 1 },
      { group: 'legal', count: 1 },
    ],
  };
  const groups: Record<string, readonly string[]> = { ann: ['finance'], bob: [], cat: ['legal'] };
  const rooms = (): House & { readonly give: (by: string, to: string) => Promise<Effect> } => {
    const of = house(four, ({ by }) => ({ as: by, groups: groups[by] ?? [] }));
    return {
      ...of,
      give: async (by, to) => {
        const fingerprint = (await of.effect()).approval?.fingerprint ?? '';
        return of.oncely.effects.delegate(slot, { by, to, fingerprint });
      },
    };
  };

  it('speaks for the groups of who gave it, on this question', async () => {
    const { ask, give, approve, shop } = rooms();
    await ask();
    await expect(approve('bob')).rejects.toThrow('of no group');
    expect((await give('ann', 'bob')).approval?.delegates).toEqual([{ from: 'ann', to: 'bob', groups: ['finance'] }]);
    await approve('bob');
    expect((await approve('cat')).approval).toMatchObject({ state: 'approved', approvedBy: ['bob', 'cat'] });
    expect(await ask()).toBe('paid');
    expect(shop.vendor.sends).toBe(1);
  });

  it('is one word: who gave it away approves no more, and two in one hand are one person', async () => {
    const { ask, give, approve } = rooms();
    await ask();
    await give('ann', 'bob');
    await expect(approve('Ann ')).rejects.toThrow('has given their word to bob');
    await give('cat', 'bob');
    expect((await approve('bob')).approval?.state).toBe('pending');
    await expect(approve('bob')).rejects.toThrow('has approved it already');
  });

  it.each([
    ['ann', 'ann', 'has that word already'],
    ['ann', '', 'to is missing'],
    ['ann', 7 as never, 'to is missing'],
  ])('is refused from %s to %s', async (by, to, why) => {
    const { ask, give } = rooms();
    await ask();
    await expect(give(by, to)).rejects.toThrow(why);
  });

  it('never comes to who asked for it, nor back, and not of what was not shown', async () => {
    const { oncely, effect, shop, give } = rooms();
    await oncely
      .scope({ ...desk, requestedBy: 'eve' }, () =>
        oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount: 1 })),
      )
      .catch(codeOf);
    await expect(give('ann', 'EVE')).rejects.toThrow('asked for it');
    await expect(give('eve', 'ann')).rejects.toThrow('no word to give');
    await give('ann', 'bob');
    await expect(give('bob', 'ann')).rejects.toThrow('ann has given their word to bob');
    await expect(oncely.effects.delegate(slot, { by: 'cat', to: 'bob', fingerprint: 'other' })).rejects.toThrow(
      'has changed',
    );
    expect((await effect()).approval?.delegates).toHaveLength(1);
    expect(shop.vendor.sends).toBe(0);
  });

  it('is given only by who may, and tells mayDecide in whose place somebody approves', async () => {
    const asked: unknown[] = [];
    const { oncely, effect, ask } = house({}, (actor, _effect, decision, more) => {
      asked.push([actor.by, decision, more]);
      return decision === 'delegate' ? actor.by === 'ann' : more.delegatedBy?.includes('ann') === true;
    });
    await ask();
    const fingerprint = (await effect()).approval?.fingerprint ?? '';
    await expect(oncely.effects.delegate(slot, { by: 'bob', to: 'cat', fingerprint })).rejects.toThrow(
      'may not delegate',
    );
    await oncely.effects.delegate(slot, { by: 'ann', to: 'bob', fingerprint });
    expect((await oncely.effects.approve(slot, { by: 'bob', fingerprint })).approval?.state).toBe('approved');
    expect(asked).toEqual([
      ['bob', 'delegate', { to: 'cat' }],
      ['ann', 'delegate', { to: 'bob' }],
      ['bob', 'approve', { delegatedBy: ['ann'] }],
    ]);
  });
});
