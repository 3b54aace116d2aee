// oxlint-disable unicorn/no-thenable -- what a limit does then is a word, and nobody awaits it
import type { Clock, Ledger, LimitRule } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { codeOf, pay, perCase, sumOf } from './pay.ts';
import { declined, desk, lost, openShop, type TestOncely } from './vendor.ts';

/** A ledger whose clock is set by hand. */
function timed(): { readonly ledger: Ledger; at: number } {
  const state = { at: Date.UTC(2026, 10, 30, 12), ledger: undefined as unknown as Ledger };
  state.ledger = memoryLedger({ now: () => state.at });
  return state;
}

describe('I10: a sum', () => {
  it('is never exceeded, and a replay takes nothing of it', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [perCase] });
    expect(await pay(oncely, 'one', { amount: 600 })).toEqual({ id: 'o_1' });
    for (let again = 0; again < 3; again += 1) expect(await pay(oncely, 'one', { amount: 600 })).toEqual({ id: 'o_1' });
    const refused = await pay(oncely, 'two', { amount: 401 });
    expect(codeOf(refused)).toBe('limit_reached');
    expect(String(refused)).toContain('it takes 401, and 600 of 1000 is used');
    expect(String(refused)).toContain('Nothing was sent.');
    expect(await pay(oncely, 'three', { amount: '400' })).toEqual({ id: 'o_2' });
    expect(codeOf(await pay(oncely, 'four', { amount: 1 }))).toBe('limit_reached');
    expect(await pay(oncely, 'four', { amount: 1 }, { businessId: 'another' })).toEqual({ id: 'o_3' });
    expect(sumOf(shop)).toBe(1001);
  });

  it('is not exceeded by 64 callers at once in two processes', async () => {
    const shop = openShop();
    const workers = [shop.start({ limits: [perCase] }), shop.start({ limits: [perCase] })];
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, at) => pay(workers[at % 2] as TestOncely, `step_${at}`, { amount: 70 })),
    );
    expect(sumOf(shop)).toBe(980);
    expect(outcomes.filter((each) => codeOf(each) === 'limit_reached')).toHaveLength(50);
  });

  it.each([
    ['absent', {}],
    ['not whole', { amount: 1.5 }],
    ['negative', { amount: -1 }],
    ['a text', { amount: 'all' }],
    ['null', { amount: null }],
  ])('refuses an amount that is %s', async (_what, parameters) => {
    const shop = openShop();
    const refused = await pay(shop.start({ limits: [perCase] }), 'one', parameters);
    expect(codeOf(refused)).toBe('limit_reached');
    expect(String(refused)).toContain('no whole number at amount');
    expect(shop.vendor.sends).toBe(0);
  });

  it('is by currency, and what names none counts against each', async () => {
    const shop = openShop();
    const limit: LimitRule = { ...perCase, by: 'currency', max: { usd: 1000, JPY: 500 } };
    const oncely = shop.start({ limits: [limit] });
    expect(await pay(oncely, 'one', { amount: 900, currency: 'USD' })).toEqual({ id: 'o_1' });
    expect(await pay(oncely, 'two', { amount: 500, currency: 'jpy' })).toEqual({ id: 'o_2' });
    expect(codeOf(await pay(oncely, 'three', { amount: 1, currency: 'jpy' }))).toBe('limit_reached');
    expect(codeOf(await pay(oncely, 'four', { amount: 1, currency: 'eur' }))).toBe('limit_reached');
    expect(codeOf(await pay(oncely, 'five', { amount: 1 }))).toBe('limit_reached');
    expect(await pay(oncely, 'six', { amount: 100, currency: 'usd' })).toEqual({ id: 'o_3' });
  });

  it('that named no currency first leaves less for each', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [{ ...perCase, by: 'currency' }] });
    await pay(oncely, 'one', { amount: 600 });
    expect(codeOf(await pay(oncely, 'two', { amount: 600, currency: 'usd' }))).toBe('limit_reached');
  });
});

describe('what a limit counts', () => {
  it('is given back when the vendor says no, and kept in doubt until it is known', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [perCase], maxAttempts: 1 });
    shop.vendor.script.push(declined);
    await pay(oncely, 'no', { amount: 1000 });
    shop.vendor.script.push(lost);
    expect(codeOf(await pay(oncely, 'doubt', { amount: 800 }))).toBe('in_doubt');
    const refused = await pay(oncely, 'more', { amount: 300 });
    expect(codeOf(refused)).toBe('limit_reached');
    expect(String(refused)).toContain('800 of it open or in doubt');
    await oncely.effects.resolve('invoice_1:desk:doubt', { happened: false }, { by: 'ann' });
    expect(await pay(oncely, 'more', { amount: 300 })).toMatchObject({ id: 'o_2' });
  });

  it('is taken once for an effect that is sent again, by its caller or by recovery', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [perCase], maxAttempts: 1 });
    shop.vendor.script.push(lost);
    await pay(oncely, 'one', { amount: 900 });
    expect(await shop.start({ limits: [perCase] }).recover()).toMatchObject({ states: { succeeded: 1 } });
    expect(await pay(oncely, 'two', { amount: 100 })).toMatchObject({ id: 'o_3' });
    expect(codeOf(await pay(oncely, 'three', { amount: 1 }))).toBe('limit_reached');
  });

  it('is what the caller of one effect takes after a no with other input', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [perCase] });
    shop.vendor.script.push(declined);
    await pay(oncely, 'one', { amount: 900 });
    expect(await pay(oncely, 'one', { amount: 200 })).toEqual({ id: 'o_1' });
    expect(await pay(oncely, 'two', { amount: 800 })).toEqual({ id: 'o_2' });
    expect(codeOf(await pay(oncely, 'three', { amount: 1 }))).toBe('limit_reached');
  });

  it.each([
    ['given back by a compensation where the rule says so', { givenBackBy: 'compensation' }, 1],
    ['kept after a compensation otherwise', {}, 0],
  ] as const)('is %s', async (_title, options, given) => {
    const shop = openShop();
    const oncely = shop.start({ limits: [{ ...perCase, ...options }] });
    await pay(oncely, 'one', { amount: 1000 });
    expect(codeOf(await pay(oncely, 'two', { amount: 1000 }))).toBe('limit_reached');
    await oncely.effects.compensate('invoice_1:desk:one', { by: 'ann' });
    expect(codeOf(await pay(oncely, 'two', { amount: 1000 }))).toBe(given ? undefined : 'limit_reached');
  });

  it('is added up over more effects than a row keeps apart', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [{ operations: 'shop.*', count: 150, per: 'all' }] });
    for (let at = 0; at < 160; at += 1) await pay(oncely, `step_${at}`, {}, { businessId: `case_${at}` });
    expect(shop.vendor.sends).toBe(150);
    const { rows } = await shop.ledger.list({ limit: 1000 });
    const [row] = rows.filter(({ slot }) => slot.startsWith('#'));
    expect(row?.doc.length).toBeLessThan(8_000);
  });

  it('is kept where the claim was stored and its answer lost', async () => {
    const inner = memoryLedger();
    let isLost = true;
    const ledger: Ledger = {
      ...inner,
      write: async (command) => {
        const answer = await inner.write(command);
        if (command.index.state === 'executing' && isLost) {
          isLost = false;
          throw new Error('the line was cut');
        }
        return answer;
      },
    };
    const shop = openShop(ledger);
    const oncely = shop.start({ limits: [perCase] });
    expect(await pay(oncely, 'one', { amount: 1000 })).toEqual({ id: 'o_1' });
    expect(codeOf(await pay(oncely, 'two', { amount: 1 }))).toBe('limit_reached');
  });

  it('is given up by a claim that was not made', async () => {
    const shop = openShop();
    const oncely = shop.start({ limits: [perCase] });
    await oncely.workflows.pause(desk, { by: 'ann' });
    expect(codeOf(await pay(oncely, 'one', { amount: 1000 }))).toBe('workflow_held');
    expect(await pay(oncely, 'one', { amount: 1000 }, { workflowId: 'other' })).toEqual({ id: 'o_1' });
  });
});

describe('room that was taken long ago', () => {
  it.each([
    ['is taken again by a claim that stood still, or nothing is sent', 1000, 0],
    ['is still there where nobody else took it', 300, 1],
  ] as const)('%s', async (_title, other, sends) => {
    const time = timed();
    let standsStill = true;
    const slow: Ledger = {
      ...time.ledger,
      write: async (command) => {
        // Beyond the time for which anybody else lets an entry without a claim count.
        if (standsStill && command.slot === 'invoice_1:desk:slow' && command.index.state === 'executing') {
          standsStill = false;
          time.at += 61_000;
          await pay(fast, 'fast', { amount: other });
        }
        return time.ledger.write(command);
      },
    };
    const shop = openShop(time.ledger);
    const clock: Clock = {
      monotonic: () => time.at,
      wall: () => time.at,
      sleep: async (ms) => {
        time.at += ms;
      },
    };
    const limits = [perCase];
    const fast = shop.start({ limits, clock, leaseMs: 600_000, waitMs: 300_000 });
    const slowly = openShop(slow);
    await pay(slowly.start({ limits, clock, leaseMs: 600_000, waitMs: 300_000 }), 'slow', { amount: 600 });
    expect(sumOf(shop)).toBe(other);
    expect(slowly.vendor.sends).toBe(sends);
  });
});

describe('a window', () => {
  it('slides, and says when there is room again', async () => {
    const time = timed();
    const shop = openShop(time.ledger);
    const oncely = shop.start({ limits: [{ operations: 'shop.*', count: 2, per: 'workflow', within: 64_000 }] });
    await pay(oncely, 'one', {});
    time.at += 32_000;
    await pay(oncely, 'two', {});
    const refused = await pay(oncely, 'three', {});
    expect(refused).toMatchObject({ code: 'limit_reached', next: 'wait' });
    const waitMs = (refused as { retryAfterMs: number }).retryAfterMs;
    expect(waitMs).toBeGreaterThan(32_000 - 1);
    expect(waitMs).toBeLessThanOrEqual(33_000);
    time.at += 31_999;
    expect(codeOf(await pay(oncely, 'three', {}))).toBe('limit_reached');
    time.at += 1_001;
    expect(await pay(oncely, 'three', {})).toEqual({ id: 'o_3' });
    expect(codeOf(await pay(oncely, 'four', {}))).toBe('limit_reached');
  });

  it('of a day ends at midnight of its time zone', async () => {
    const time = timed();
    const shop = openShop(time.ledger);
    const oncely = shop.start({
      limits: [{ operations: 'shop.pay', count: 1, per: 'all', within: 'day', timeZone: 'Asia/Tokyo' }],
    });
    await pay(oncely, 'one', {});
    time.at = Date.UTC(2026, 10, 30, 14, 59, 59);
    expect(codeOf(await pay(oncely, 'two', {}))).toBe('limit_reached');
    time.at = Date.UTC(2026, 10, 30, 15);
    expect(await pay(oncely, 'two', {})).toEqual({ id: 'o_2' });
  });
});

describe('limits', () => {
  it.each([
    [{ ...perCase, sum: undefined }, 'either sum'],
    [{ ...perCase, count: 3 }, 'either sum'],
    [{ ...perCase, max: -1 }, 'max must be'],
    [{ ...perCase, max: { usd: 1 } }, 'by must say'],
    [{ ...perCase, per: '' }, 'per must be'],
    [{ ...perCase, within: 10 }, 'within must be'],
    [{ ...perCase, within: 'day', timeZone: 'Mars/Base' }, 'timeZone must be'],
    [{ ...perCase, timeZone: 'UTC' }, 'timeZone is of'],
    [{ ...perCase, then: 'shout' }, 'then must be'],
    [{ ...perCase, operations: [] }, 'operations must name'],
    [{ ...perCase, maximum: 3 }, 'maximum is no part'],
  ])('%# that cannot be meant are refused', (rule, why) => {
    expect(() => openShop().start({ limits: [rule as LimitRule] })).toThrow(why);
  });

  it('that count the same twice are refused', () => {
    expect(() => openShop().start({ limits: [perCase, { ...perCase, max: 5 }] })).toThrow('counts the same');
  });
});

describe('the round trips to the ledger', () => {
  it('are not more where no limit speaks of the operation, and one row where one does', async () => {
    const calls: string[] = [];
    const inner = memoryLedger();
    const ledger: Ledger = {
      ...inner,
      write: (command) => (calls.push(`write ${command.index.state}`), inner.write(command)),
      read: (slot) => (calls.push('read'), inner.read(slot)),
    };
    const oncely = openShop(ledger).start({ limits: [perCase] });
    await pay(oncely, 'zero', { amount: 1 });
    calls.length = 0;
    await oncely.scope(desk, () => oncely.effect('one', () => oncely.clients.shop.write('talk', {})));
    expect(calls).toEqual(['write executing', 'write succeeded']);
    calls.length = 0;
    await pay(oncely, 'two', { amount: 1 });
    expect(calls).toEqual(['read', 'write limit', 'write executing', 'write succeeded']);
  });
});
