import { createOncely, isOncelyError, type OncelyOptions } from '@oncely/core';
import { httpAdapter } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { asksFor, type ApprovalRule } from '../../src/policy-rules.ts';
import { compilePolicy } from '../../src/compiled-policy.ts';
import { judge } from '../../src/judging.ts';
import { meet } from '../../src/operation-patterns.ts';
import { desk, openShop } from './vendor.ts';

type Operations = NonNullable<OncelyOptions<Record<never, never>>['approvals']>['operations'];
const asks = (rule: ApprovalRule, input: unknown): boolean => asksFor(rule, input, 'rule');
const judged = (operations: Operations, operation: string, input: unknown = {}): ReturnType<typeof judge> =>
  judge(compilePolicy({ version: 1, operations }), { operation, input });

describe('above', () => {
  const rule = { above: { amount: 500_00 } };

  it.each([
    ['less', { amount: 499_99 }, false],
    ['as much', { amount: '50000' }, false],
    ['more', { amount: 500_01 }, true],
    ['more, as a form has it', { amount: '50001' }, true],
    ['nothing, which gives back everything', {}, true],
    ['null', { amount: null }, true],
    ['an empty text', { amount: '' }, true],
    ['a number in another spelling', { amount: '5e9' }, true],
    ['a text', { amount: 'all' }, true],
    ['as much the other way', { amount: -500_01 }, true],
    ['a list with one of more', { amount: ['1', '50001'] }, true],
    ['no object at all', undefined, true],
  ])('asks where the amount is above, absent or no number: %s', (_what, input, expected) => {
    expect(asks(rule, input)).toBe(expected);
  });

  it.each([
    [{ amount: 400_00, currency: 'usd' }, false],
    [{ amount: 400_00, currency: 'USD' }, false],
    [{ amount: 400_00, currency: 'jpy' }, false],
    [{ amount: 50_001, currency: 'jpy' }, true],
    [{ amount: 1, currency: 'eur' }, true],
    [{ amount: 1 }, true],
  ])('by currency asks for every other one, and where none is named: %j', (input, expected) => {
    expect(asks({ above: { amount: { usd: 500_00, jpy: 50_000 } } }, input)).toBe(expected);
  });

  it('reads paths into what is nested, into lists, and the names that adapters flatten', () => {
    const nested = { above: { 'items.amount': 10 } };
    expect(asks(nested, { items: [{ amount: 1 }, { amount: 9 }] })).toBe(false);
    expect(asks(nested, { items: [{ amount: 1 }, { amount: 11 }] })).toBe(true);
    expect(asks({ above: { 'properties.amount': 10 } }, { 'properties.amount': '9' })).toBe(false);
  });
});

describe('when', () => {
  it('asks where it says no after it read what is not there', () => {
    const rule = { when: ({ amount }: { amount: number }) => amount > 500_00 };
    expect(asks(rule as never, {})).toBe(true);
    expect(asks(rule as never, { amount: null })).toBe(true);
    expect(asks(rule as never, { amount: 5 })).toBe(false);
    expect(asks({ when: (input: { a?: { b?: number } }) => (input.a?.b ?? 0) > 1 } as never, { a: {} })).toBe(true);
  });

  it('takes a no where the absence was thought of', () => {
    const rule = { when: (input: { amount?: number }) => !('amount' in input) || (input.amount ?? 0) > 500_00 };
    expect(asks(rule as never, {})).toBe(true);
    const none = { when: (input: { reason?: string }) => 'reason' in input && input.reason === 'fraudulent' };
    expect(asks(none as never, {})).toBe(false);
  });

  it('is given the input as it is, frozen or not', () => {
    const input = Object.freeze({ to: Object.freeze(['a@x.com']), n: 1 });
    const seen: unknown[] = [];
    const when = (of: { to: string[]; n: number }): boolean => {
      seen.push(
        JSON.stringify(of),
        of.to.every((each) => each.endsWith('@x.com')),
        { ...of },
      );
      return of.n > 1;
    };
    expect(asks({ when } as never, input)).toBe(false);
    expect(seen).toEqual(['{"to":["a@x.com"],"n":1}', true, { to: ['a@x.com'], n: 1 }]);
  });
});

it('touches asks where one of its paths is there', () => {
  const rule = { touches: ['transfer_data.destination', 'application_fee_amount'] };
  expect(asks(rule, { amount: 1 })).toBe(false);
  expect(asks(rule, { transfer_data: { destination: 'acct_1' } })).toBe(true);
  expect(asks(rule, { application_fee_amount: 0 })).toBe(true);
});

describe('several rules for one operation', () => {
  const operations = {
    'stripe.*': { approvers: 4, ttlMs: 100, except: ['stripe.customers.*'] },
    'stripe.refunds.*': { when: () => false, notBy: ['bot'] },
    'stripe.refunds.create': { above: { amount: 10 }, ttlMs: 50, approvers: [{ group: 'finance', count: 3 }] },
  };

  it('each may ask, and the strictest holds', () => {
    expect(judged(operations, 'stripe.refunds.create', { amount: 11 }).approval).toEqual({
      ttlMs: 50,
      approvers: 4,
      quorum: [{ group: 'finance', count: 3 }],
    });
    expect(judged(operations, 'stripe.refunds.create', { amount: 9 })).toMatchObject({
      approval: { ttlMs: 100, approvers: 4 },
      asking: ['stripe.*'],
    });
  });

  it('a pattern does not speak of what it excepts', () => {
    expect(judged(operations, 'stripe.customers.update')).toEqual({ asking: [] });
  });
});

it('a policy is what it was when it was checked', () => {
  const above = { amount: 10 };
  const policy = compilePolicy({ version: 1, operations: { 'shop.pay': { above } } });
  above.amount = 1_000_000;
  expect(judge(policy, { operation: 'shop.pay', input: { amount: 11 } }).approval).toBeDefined();
});

describe('a name that fits nothing', () => {
  const api = httpAdapter({
    vendor: 'erp',
    url: 'http://127.0.0.1:1',
    own: () => true,
    operations: { pay: { safety: { kind: 'unverifiable' }, request: () => ({ method: 'POST', path: '/pay' }) } },
  });
  const start = (approvals: OncelyOptions<Record<never, never>>['approvals']): unknown =>
    createOncely({ ledger: memoryLedger(), clients: { erp: api }, approvals: approvals as never });

  it.each(['erp.pays', 'erp.Pay', 'epr.*', 'erp.pay.*'])('%s is refused where it is built', (name) => {
    expect(() => start({ version: 1, operations: { [name]: true } })).toThrow(/fits no operation of any client/);
  });

  it('says which one may be meant', () => {
    expect(() => start({ version: 1, operations: { 'erp.pais': true } })).toThrow("did you mean 'erp.pay'?");
  });

  it('says which part of a rule may be meant, and which there are', () => {
    expect(() => start({ version: 1, operations: { 'erp.pay': { abvoe: { amount: 1 } } as never } })).toThrow(
      "['erp.pay'].abvoe is no part of a rule (did you mean above?); its parts are when, above,",
    );
  });

  it.each([{ 'erp.pay': true }, { 'erp.*': true }, { '*': { except: ['erp.pay'] } }] as const)(
    '%j fits',
    (operations) => {
      expect(() => start({ version: 1, operations })).not.toThrow();
    },
  );

  it('may be said to be of another process', () => {
    expect(() => start({ version: 1, operations: { 'slack.chat.*': true }, elsewhere: ['slack.*'] })).not.toThrow();
  });

  it('an exception that fits nothing is refused as well', () => {
    expect(() => start({ version: 1, operations: { '*': { except: ['erp.pai'] } } })).toThrow("except 'erp.pai'");
  });

  it.each([
    ['a*c', '*', true],
    ['hubspot.crm.*.create', 'hubspot.crm.contacts.create', true],
    ['hubspot.crm.*.create', 'hubspot.crm.*.update', false],
    ['a.*', 'b.*', false],
    ['*.x', 'a.*', true],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(meet(one, other)).toBe(expected);
    expect(meet(other, one)).toBe(expected);
  });
});

it.each([
  [{ above: { amount: Number.NaN } }, 'above.amount'],
  [{ above: {} }, 'above'],
  [{ approvers: [] }, 'approvers'],
  [{ approvers: [{ group: 'a', count: 0 }] }, 'approvers'],
  [{ ttlMs: Number.POSITIVE_INFINITY }, 'ttlMs'],
  [{ touches: 'amount' }, 'touches'],
  [{ notBy: 'somebody' }, 'notBy'],
  [{ upTo: 5 }, 'upTo'],
  ['always', 'must be true'],
] as const)('a rule %j is refused, naming the field', (rule, field) => {
  const approvals = { version: 1, operations: { 'shop.pay': rule as never } };
  expect(() => openShop().start({ approvals })).toThrow(field);
});

it.each([{ ttlMs: Number.NaN }, { ttlMs: Number.POSITIVE_INFINITY }, { ttlMs: 0 }, { approvers: 0.5 }])(
  'an effect that asks for %j sends nothing',
  async (approval) => {
    const shop = openShop();
    const oncely = shop.start();
    const outcome = await oncely
      .scope(desk, () => oncely.effect('refund', { approval }, () => oncely.clients.shop.write('pay', { amount: 1 })))
      .catch((error: unknown) => error);
    expect(isOncelyError(outcome) && outcome.code).toBe('invalid_input');
    expect(shop.vendor.sends).toBe(0);
  },
);

it('outside of any scope what a policy asks for is not sent, and the rest is', async () => {
  const shop = openShop();
  const approvals = { version: 1, operations: { 'shop.pay': { above: { amount: 10 } } } };
  const oncely = shop.start({ approvals, unscoped: 'observe' });
  await expect(oncely.clients.shop.write('pay', { amount: 11 })).rejects.toMatchObject({ code: 'unscoped' });
  expect(shop.vendor.sends).toBe(0);
  await oncely.clients.shop.write('pay', { amount: 9 });
  await oncely.clients.shop.write('tell', {});
  expect(shop.vendor.sends).toBe(2);
  // A worker that runs no policy is held to the one that the ledger knows.
  const old = shop.start({ unscoped: 'observe' });
  await expect(old.clients.shop.write('pay', { amount: 9 })).rejects.toMatchObject({ code: 'unscoped' });
  await old.clients.shop.write('tell', {});
  expect(shop.vendor.sends).toBe(3);
});
