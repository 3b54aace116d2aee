import { isOncelyError, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { desk, lost, openShop, type Shop, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:refund';
const codeOf = (outcome: unknown): string | undefined => (isOncelyError(outcome) ? outcome.code : undefined);
const pay = (oncely: TestOncely, amount = 100, options = {}): Promise<unknown> =>
  oncely
    .scope(desk, () =>
      oncely.effect('refund', options, () => oncely.clients.shop.write('pay', { amount, text: 'tea' })),
    )
    .catch((error: unknown) => error);
const shown = async (oncely: TestOncely): Promise<string> =>
  (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
const approve = async (oncely: TestOncely, by = 'ann', more = {}): ReturnType<TestOncely['effects']['approve']> =>
  oncely.effects.approve(slot, { by, fingerprint: await shown(oncely), ...more });

type Approvals = NonNullable<OncelyOptions<Record<never, never>>['approvals']>;
const above = (limit: number, version = 1): Approvals => ({
  version,
  operations: { 'shop.pay': (input: { readonly amount: number }) => input.amount > limit },
});
const always = (version = 1, approvers = 1): Approvals => ({ version, operations: { 'shop.pay': { approvers } } });

describe('a policy over the input', () => {
  it('I5: asks a person above its limit, and nobody below it', async () => {
    const shop = openShop();
    const oncely = shop.start({ approvals: above(500) });
    expect(await pay(oncely, 500)).toEqual({ id: 'o_1' });
    const asked = oncely.scope({ ...desk, businessId: 'invoice_2' }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount: 501 })),
    );
    await expect(asked).rejects.toMatchObject({ code: 'approval_required', next: 'approve' });
    expect(shop.vendor.sends).toBe(1);
  });

  it('that fails lets nothing pass', async () => {
    const shop = openShop();
    const oncely = shop.start({
      approvals: {
        version: 1,
        operations: {
          'shop.pay': () => {
            throw new Error('no such field');
          },
        },
      },
    });
    expect(codeOf(await pay(oncely))).toBe('invalid_config');
    expect(shop.vendor.sends).toBe(0);
    expect(await oncely.effects.get(slot)).toBeUndefined();
  });

  it('shows the person what it says, and keeps it no longer than the question', async () => {
    const shop = openShop();
    const rule = { preview: ({ amount }: { readonly amount: number }) => ({ amount: `${amount / 100} EUR` }) };
    const oncely = shop.start({ approvals: { version: 1, operations: { 'shop.pay': rule } } });
    await pay(oncely, 900);
    expect((await oncely.effects.get(slot))?.approval).toMatchObject({
      state: 'pending',
      policy: 1,
      preview: { amount: '9 EUR' },
    });
    await approve(oncely, 'ann', { perform: true });
    expect((await oncely.effects.get(slot))?.approval?.preview).toBeUndefined();
    expect((await shop.ledger.read(slot)).row?.doc).not.toContain('EUR');
  });

  it.each([
    [{ version: 0, operations: {} }, 'version'],
    [{ version: 1, operations: { 'shop.pay': { approvers: 0 } } }, 'approvers'],
    [{ version: 1, operations: { 'shop.pay': { ttlMs: -1 } } }, 'ttlMs'],
  ] as const)('%j is refused, naming the field', (approvals, field) => {
    expect(() => openShop().start({ approvals })).toThrow(field);
  });
});

describe('a policy of a newer version', () => {
  it('I5: cannot be passed by an old worker of a rolling deploy, one that was running before included', async () => {
    const shop = openShop();
    const none = shop.start();
    const old = shop.start({ approvals: above(1_000) });
    await none.effects.list();
    await old.effects.list();
    const fresh = shop.start({ approvals: above(10, 2) });
    // Its first use announces it, also where that is a look.
    await fresh.effects.list();
    expect(codeOf(await pay(old))).toBe('outdated_policy');
    expect(codeOf(await pay(none))).toBe('outdated_policy');
    expect(shop.vendor.sends).toBe(0);
    // What it does not speak of goes on.
    expect(await none.scope(desk, () => none.effect('tell', () => none.clients.shop.write('tell', {})))).toEqual({
      id: 'o_1',
    });
    expect(codeOf(await pay(fresh))).toBe('approval_required');
  });

  it('is announced again where the first announcement died half-way', async () => {
    const ledger = memoryLedger();
    const dying = {
      ...ledger,
      raiseEpoch: () => Promise.reject(new Error('killed')),
    };
    const shop = openShop(ledger);
    const old = shop.start();
    await old.effects.list();
    const killed = openShop(dying).start({ approvals: always() });
    await expect(killed.effects.list()).rejects.toMatchObject({ code: 'ledger_unavailable' });
    await shop.start({ approvals: always() }).effects.list();
    expect(codeOf(await pay(old))).toBe('outdated_policy');
  });

  it('asks anew for what an older one has approved', async () => {
    const shop = openShop();
    const old = shop.start({ approvals: always(1) });
    await pay(old);
    await approve(old);
    const fresh = shop.start({ approvals: always(2, 2) });
    expect(codeOf(await pay(fresh))).toBe('approval_required');
    expect((await fresh.effects.get(slot))?.approval).toMatchObject({ state: 'pending', policy: 2, approvers: 2 });
    expect(shop.vendor.sends).toBe(0);
  });

  it('holds in recovery what no version of it has judged', async () => {
    const shop = openShop();
    const old = shop.start();
    await old.scope(desk, () => old.submit('refund', () => old.clients.shop.write('pay', { amount: 1 })));
    const fresh = shop.start({ approvals: above(1_000) });
    await fresh.recover();
    expect(shop.vendor.sends).toBe(0);
    expect((await fresh.effects.get(slot))?.state).toBe('awaiting_approval');
    await approve(fresh);
    await fresh.recover();
    expect(shop.vendor.happened).toHaveLength(1);
  });
});

describe('who decides', () => {
  it('four eyes: two different people', async () => {
    const shop = openShop();
    const oncely = shop.start({ approvals: always(1, 2) });
    await pay(oncely);
    expect((await approve(oncely, 'ann', { perform: true })).state).toBe('awaiting_approval');
    await expect(approve(oncely, 'ann')).rejects.toThrow('another person must');
    expect(codeOf(await pay(oncely))).toBe('approval_required');
    expect(shop.vendor.sends).toBe(0);
    expect((await approve(oncely, 'bob', { perform: true })).state).toBe('succeeded');
    expect(shop.vendor.sends).toBe(1);
  });

  it('mayDecide refuses, and nothing is changed', async () => {
    const shop = openShop();
    const asked: unknown[] = [];
    const oncely = shop.start({
      approvals: {
        ...always(),
        mayDecide: ({ by }, { approval }, decision) => {
          asked.push([by, approval?.preview, decision]);
          return by === 'boss';
        },
      },
    });
    await pay(oncely);
    await expect(approve(oncely)).rejects.toMatchObject({ code: 'not_allowed', next: 'ask-a-person' });
    await expect(oncely.effects.decline(slot, { by: 'ann' })).rejects.toMatchObject({ code: 'not_allowed' });
    expect((await oncely.effects.get(slot))?.state).toBe('awaiting_approval');
    await approve(oncely, 'boss');
    expect(await pay(oncely)).toEqual({ id: 'o_1' });
    const shown = { $summary: 'shop.pay: amount 100, text tea', amount: 100, text: 'tea' };
    expect(asked).toEqual([
      ['ann', shown, 'approve'],
      ['ann', shown, 'decline'],
      ['boss', shown, 'approve'],
    ]);
  });
});

describe('an approved effect', () => {
  const approved = async (shop: Shop): Promise<TestOncely> => {
    const oncely = shop.start({ approvals: always() });
    await pay(oncely);
    await approve(oncely);
    return oncely;
  };

  it('is performed at most once, however often the saved approval is replayed', async () => {
    const shop = openShop();
    const oncely = await approved(shop);
    const others = Array.from({ length: 9 }, () => shop.start({ approvals: always() }));
    const outcomes = await Promise.all([oncely, ...others].map((each) => pay(each)));
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => ({ id: 'o_1' })));
    expect(shop.vendor.sends).toBe(1);
  });

  it('is performed by recover() of another process, with the request that was shown', async () => {
    const shop = openShop();
    await approved(shop);
    const other = shop.start({ approvals: always() });
    expect((await other.recover()).states).toEqual({ succeeded: 1 });
    expect(shop.vendor.happened).toMatchObject([{ operation: 'shop.pay', parameters: { amount: 100 } }]);
  });

  it('is not performed before it, nor after it has expired, by anyone', async () => {
    const shop = openShop();
    const oncely = shop.start({ approvals: always() });
    await pay(oncely);
    await oncely.recover();
    await approve(oncely, 'ann', { ttlMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await oncely.recover();
    expect(codeOf(await pay(oncely))).toBe('approval_required');
    expect(shop.vendor.sends).toBe(0);
  });

  it('that was revoked is not performed', async () => {
    const shop = openShop();
    const oncely = await approved(shop);
    expect((await oncely.effects.revoke(slot, { by: 'boss' })).state).toBe('declined');
    await oncely.recover();
    expect(codeOf(await pay(oncely))).toBe('declined');
    expect(shop.vendor.sends).toBe(0);
  });

  it.each([...Array(20).keys()])('revoked while it is claimed ends in one of two states (%i)', async (delay) => {
    const shop = openShop();
    const oncely = await approved(shop);
    const boss = shop.start({ approvals: always() });
    const later = async (): Promise<void> => {
      for (let turn = 0; turn < delay; turn += 1) await Promise.resolve();
    };
    const [outcome, revoked] = await Promise.all([
      pay(oncely),
      later().then(() => boss.effects.revoke(slot, { by: 'boss' }).catch((error: unknown) => error)),
    ]);
    const state = (await oncely.effects.get(slot))?.state;
    const events = (await oncely.effects.history(slot)).map(({ event }) => event['decision'] ?? event['evidence']);
    if (shop.vendor.happened.length === 1) {
      expect([state, outcome]).toEqual(['succeeded', { id: 'o_1' }]);
      expect(events).toContain('accepted');
    } else {
      expect([state, codeOf(outcome)]).toEqual(['declined', 'declined']);
      expect(events.at(-1)).toBe('revoke');
      expect(codeOf(revoked)).toBeUndefined();
    }
    expect(shop.vendor.sends).toBe(shop.vendor.happened.length);
  });

  it('whose answer was lost is settled under the approval that it was sent with', async () => {
    const shop = openShop();
    const oncely = await approved(shop);
    shop.vendor.script.push(lost);
    expect(await pay(oncely)).toEqual({ id: 'o_2' });
    expect(shop.vendor.sends).toBe(2);
  });
});
