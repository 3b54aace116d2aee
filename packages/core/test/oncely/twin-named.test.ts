import { approvalText, approvalView, isOncelyError, type OncelyOptions } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { pay } from './pay.ts';
import { openShop } from './vendor.ts';

const twins = { withinMs: 1_000_000, onTwin: 'approve' } as const;
const slot = 'invoice_1:night:refund';

describe('a question that a twin is the reason of', () => {
  it.each<[string, Partial<OncelyOptions<Record<never, never>>>]>([
    ['of the guard alone', {}],
    ['of a policy as well', { approvals: { version: 1, operations: { 'shop.pay': { above: { amount: 50 } } } } }],
  ])('names the other one: its key, what it did, and when: %s', async (_what, more) => {
    const shop = openShop();
    await pay(shop.start({ twins }), 'refund', { amount: 100 });
    const oncely = shop.start({ twins, ...more });
    const outcome = await pay(oncely, 'refund', { amount: 100 }, { workflowId: 'night' });
    expect(isOncelyError(outcome) && outcome.code).toBe('approval_required');
    const [first, effect] = await Promise.all([oncely.effects.get('invoice_1:desk:refund'), oncely.effects.get(slot)]);
    const settledAt = first?.attempts[0]?.settledAt ?? 0;
    expect(effect?.approval?.twin).toEqual({
      key: 'invoice_1:desk:refund:v1',
      operation: 'shop.pay',
      state: 'succeeded',
      at: settledAt,
      vendorId: 'o_1',
    });
    const said = `shop.pay (o_1) as invoice_1:desk:refund:v1: succeeded, ${new Date(settledAt).toISOString()}`;
    expect(effect && approvalView(effect)?.lines.at(-1)).toMatchObject({ text: said });
    expect(effect && approvalText(effect)).toContain(said);
    const fingerprint = effect?.approval?.fingerprint ?? '';
    await oncely.effects.approve(slot, { by: 'ann', fingerprint, perform: true });
    expect(shop.vendor.sends).toBe(2);
  });
});
