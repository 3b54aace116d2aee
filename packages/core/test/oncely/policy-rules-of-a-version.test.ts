import { isOncelyError, type ApprovalPolicy } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { desk, openShop, type TestOncely } from './vendor.ts';

type Rule = ApprovalPolicy['operations'][string];

const policy = (rule: Rule, version = 1, more: Record<string, Rule> = {}): { readonly approvals: ApprovalPolicy } => ({
  approvals: { version, operations: { 'shop.pay': rule, ...more } },
});

let cases = 0;
/** Each in a case of its own. */
const write = (oncely: TestOncely, operation = 'pay', amount = 100): Promise<unknown> =>
  oncely
    .scope({ ...desk, businessId: `case_${(cases += 1)}` }, () =>
      oncely.effect('refund', () => oncely.clients.shop.write(operation, { amount })),
    )
    .then(
      () => 'sent',
      (error: unknown) => (isOncelyError(error) ? error.code : error),
    );

describe('two processes of one version of the policy', () => {
  const first = { above: { amount: 50 }, approvers: 2, notBy: ['bot', 'intern'] };
  it.each<[string, Rule]>([
    ['a higher limit', { ...first, above: { amount: 1_000 } }],
    ['a predicate in its place', () => false],
    ['a predicate beside it', { ...first, when: () => false }],
    ['fewer approvers', { ...first, approvers: 1 }],
    ['groups', { ...first, approvers: [{ group: 'finance', count: 2 }] }],
    ['fewer who may not', { ...first, notBy: ['bot'] }],
    ['what is never asked', { touches: ['nothing'] }],
    ['an exception', { ...first, except: ['shop.tell'] }],
    ['a longer time', { ...first, ttlMs: 60_000 }],
    ['fields that may be edited', { ...first, editable: { amount: true } }],
  ])('I5: the second one, with %s, sends nothing', async (_, rule) => {
    const shop = openShop();
    const ours = shop.start(policy(first));
    expect(await write(ours)).toBe('approval_required');
    expect(await write(shop.start(policy(rule)))).toBe('outdated_policy');
    expect(await write(ours, 'pay', 5)).toBe('sent');
    expect(shop.vendor.sends).toBe(1);
  });

  it('is told which rule differs in what, and to raise the version', async () => {
    const shop = openShop();
    await shop.start(policy({ above: { amount: 50 } })).effects.list();
    const other = shop.start(policy({ above: { amount: 99 }, approvers: 2 }));
    const error = await other
      .scope(desk, () => other.effect('refund', () => other.clients.shop.write('pay', { amount: 60 })))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'outdated_policy', next: 'fix-code' });
    expect(String(error)).toMatch(
      /version 1 of the approval policy ran on this ledger with a rule for shop\.pay, .* differ in above, approvers\).*Nothing was sent.*version: 2/s,
    );
    // What the rules do not differ in goes on, and the version that is raised ends it.
    expect(await write(other, 'tell')).toBe('sent');
    const raised = shop.start(policy({ above: { amount: 99 }, approvers: 2 }, 2));
    expect(await write(raised, 'pay', 60)).toBe('sent');
    expect(await write(raised, 'pay', 100)).toBe('approval_required');
  });

  it.each<[string, Rule, Rule]>([
    [
      'the same in another order',
      { approvers: 2, touches: ['a', 'amount'] },
      { touches: ['amount', 'a'], approvers: 2 },
    ],
    ['what is the default', true, { approvers: 1 }],
    [
      'another text of a function',
      (input: { amount: number }) => input.amount > 50,
      { when: (i: { amount: number }) => i.amount > 50 },
    ],
    [
      'other reminders',
      { ttlMs: 9_000 },
      { ttlMs: 9_000, remindAfterMs: 1_000, quietHours: { from: '20:00', to: '07:00', timeZone: 'UTC' } },
    ],
  ])('go on with %s', async (_, one, other) => {
    const shop = openShop();
    for (const rule of [one, other, one]) expect(await write(shop.start(policy(rule)))).toBe('approval_required');
  });

  it('I5: one that was running before hears of a rule that it has not', async () => {
    const shop = openShop();
    const before = shop.start(policy(true));
    expect(await write(before, 'tell')).toBe('sent');
    const after = shop.start(policy(true, 1, { 'shop.tell': true }));
    await after.effects.list();
    expect(await write(before, 'tell')).toBe('outdated_policy');
    expect(await write(after, 'tell')).toBe('approval_required');
    // Both have this one.
    expect(await write(before)).toBe('approval_required');
    expect(shop.vendor.sends).toBe(1);
  });

  it('with rules for other operations, as of other clients, work side by side', async () => {
    const shop = openShop();
    const start = (name: string): TestOncely => shop.start({ approvals: { version: 1, operations: { [name]: true } } });
    const [pays, tells] = [start('shop.pay'), start('shop.tell')];
    for (let time = 0; time < 2; time += 1) {
      expect(await write(pays)).toBe('approval_required');
      expect(await write(tells, 'tell')).toBe('approval_required');
    }
    expect(await write(pays, 'tell')).toBe('outdated_policy');
    expect(shop.vendor.sends).toBe(0);
  });

  it('both at once: one of them holds, and none sends by the looser', async () => {
    const shop = openShop();
    const all = [true, { above: { amount: 1_000 } }].map((rule) => shop.start(policy(rule as Rule)));
    const ended = await Promise.all(all.map((each) => write(each)));
    expect(ended.filter((each) => each === 'outdated_policy')).toHaveLength(1);
  });

  it('a record of a release that kept names only goes on, and has the rules of who comes first', async () => {
    const ledger = memoryLedger();
    const shop = openShop(ledger);
    await ledger.open();
    const doc = JSON.stringify({ version: 1, operations: ['shop.pay', 'shop.old'], announced: true });
    await ledger.write({ slot: '@policy', expect: 0, doc, index: { state: 'policy' }, events: [] });
    expect(await write(shop.start(policy({ above: { amount: 50 } })), 'pay', 5)).toBe('sent');
    expect(await write(shop.start(policy({ above: { amount: 500 } })), 'pay', 5)).toBe('outdated_policy');
    const { row } = await ledger.read('@policy');
    expect(JSON.parse(row?.doc ?? '')).toMatchObject({ operations: ['shop.pay', 'shop.old'], announced: true });
  });

  it('what is only observed is refused as well where it needs no scope', async () => {
    const shop = openShop();
    await shop.start(policy(true)).effects.list();
    const observed = shop.start({ ...policy({ above: { amount: 1_000 } }), unscoped: 'observe' });
    await expect(observed.clients.shop.write('pay', { amount: 1 })).rejects.toThrow(/raise approvals\.version/);
    expect(shop.vendor.sends).toBe(0);
  });

  it('costs nothing once it is known: one read when a process begins', async () => {
    const ledger = memoryLedger();
    await openShop(ledger)
      .start(policy({ above: { amount: 50 } }))
      .effects.list();
    const calls: string[] = [];
    const counted = new Proxy(ledger, {
      get: (target, name: keyof typeof ledger) =>
        typeof target[name] === 'function'
          ? (...args: never[]) => {
              calls.push(name);
              return (target[name] as (...all: never[]) => unknown)(...args);
            }
          : target[name],
    });
    const again = openShop(counted).start(policy({ above: { amount: 50 } }));
    await write(again, 'pay', 5);
    expect(calls).toEqual(['open', 'read', 'write', 'write']);
  });

  it('I5: one that has no rule performs what was approved, and asks for what nobody has judged', async () => {
    const shop = openShop();
    const asks = shop.start(policy({ approvers: 2 }));
    const none = shop.start({ approvals: { version: 1, operations: {} } });
    const scope = { ...desk, businessId: 'approved' };
    const pay = (oncely: TestOncely): Promise<unknown> =>
      oncely.scope(scope, () => oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount: 1 })));
    await expect(pay(asks)).rejects.toMatchObject({ code: 'approval_required' });
    await expect(pay(none)).rejects.toMatchObject({ code: 'outdated_policy' });
    const key = 'approved:desk:refund';
    const fingerprint = (await none.effects.get(key))?.approval?.fingerprint ?? '';
    await none.effects.approve(key, { by: 'ann', fingerprint, perform: true });
    await none.recover();
    expect(shop.vendor.sends).toBe(0);
    await none.effects.approve(key, { by: 'bob', fingerprint, perform: true });
    expect(shop.vendor.sends).toBe(1);
    expect(await pay(asks)).toEqual({ id: 'o_1' });
  });

  it('a rule that stands there stays where others are added', async () => {
    const shop = openShop();
    const strict = shop.start(policy(true));
    await strict.effects.list();
    const loose = shop.start(policy({ above: { amount: 1_000 } }, 1, { 'shop.tell': true }));
    expect(await write(loose)).toBe('outdated_policy');
    expect(await write(strict)).toBe('approval_required');
    expect(await write(loose, 'tell')).toBe('approval_required');
    expect(shop.vendor.sends).toBe(0);
  });
});
