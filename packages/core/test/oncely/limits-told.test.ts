import type { Ledger, LimitRule } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { windowOf, labelledWindow } from '../../src/limits/window.ts';
import { codeOf, pay, perCase, sumOf } from './pay.ts';
import { desk, lost, openShop } from './vendor.ts';

function timed(): { readonly ledger: Ledger; at: number } {
  const state = { at: Date.UTC(2026, 10, 30, 12), ledger: undefined as unknown as Ledger };
  state.ledger = memoryLedger({ now: () => state.at });
  return state;
}

describe('what inspect.limits tells', () => {
  it('is the use of each case by currency, what is in doubt, and when there is room', async () => {
    const time = timed();
    const shop = openShop(time.ledger);
    const limits: LimitRule[] = [{ ...perCase, by: 'currency', max: { usd: 1000, eur: 300 }, within: 64_000 }];
    const oncely = shop.start({ limits, maxAttempts: 1 });
    await pay(oncely, 'one', { amount: 600, currency: 'USD' });
    shop.vendor.script.push(lost);
    await pay(oncely, 'two', { amount: 100, currency: 'eur' });
    await pay(oncely, 'one', { amount: 50, currency: 'eur' }, { businessId: 'other' });
    const whole = await oncely.inspect.limits();
    expect(whole.uses).toHaveLength(4);
    expect(whole.uses.find(({ of, group }) => of === 'invoice_1' && group === 'eur')).toMatchObject({
      limit: 'sum of amount of shop.pay per case',
      window: 'in 64000 ms',
      used: 100,
      open: 100,
      max: 300,
      left: 200,
      known: true,
    });
    const usd = whole.uses.find(({ of, group }) => of === 'invoice_1' && group === 'usd');
    expect(usd).toMatchObject({ used: 600, open: 0, max: 1000, left: 400 });
    expect((usd?.roomAt ?? 0) - time.at).toBeGreaterThan(63_000);
    expect((usd?.roomAt ?? 0) - time.at).toBeLessThanOrEqual(65_000);

    const first = await oncely.inspect.limits({ limit: 1 });
    const rest = await oncely.inspect.limits({ limit: 1, after: String(first.next) });
    expect([...first.uses, ...rest.uses]).toEqual(whole.uses);
    await expect(oncely.inspect.limits({ limit: 0 })).rejects.toMatchObject({ code: 'invalid_input' });

    // A process without the rule tells what the row knows.
    const { uses } = await shop.start().inspect.limits();
    expect(uses.find(({ of, group }) => of === 'invoice_1' && group === 'usd')).toMatchObject({
      used: 600,
      max: 1000,
      known: false,
    });
    time.at += 66_000;
    expect((await oncely.inspect.limits()).uses.filter(({ used }) => used > 0)).toMatchObject([
      { group: 'eur', used: 100, open: 100 },
    ]);
  });

  it('writes nothing', async () => {
    const inner = memoryLedger();
    let writes = 0;
    const shop = openShop({ ...inner, write: (command) => ((writes += 1), inner.write(command)) });
    const oncely = shop.start({ limits: [perCase] });
    await pay(oncely, 'one', { amount: 600 });
    writes = 0;
    await oncely.inspect.limits();
    expect(writes).toBe(0);
  });
});

describe('two versions of workers side by side', () => {
  it('never exceed the lower maximum once its version has asked', async () => {
    const time = timed();
    const shop = openShop(time.ledger);
    const before = shop.start({ limits: [perCase] });
    const after = shop.start({ limits: [{ ...perCase, max: 500 }] });
    await pay(after, 'one', { amount: 100 });
    await pay(before, 'two', { amount: 400 });
    const refused = await pay(before, 'three', { amount: 1 });
    expect(codeOf(refused)).toBe('limit_reached');
    expect(String(refused)).toContain('500 of 500 is used, the lower maximum of another version');
    expect(refused).toMatchObject({ next: 'wait', retryAfterMs: 300_000 });
    expect(sumOf(shop)).toBe(500);
    // Where the lower is refused it is noted as well.
    time.at += 290_000;
    expect(codeOf(await pay(after, 'four', { amount: 1 }))).toBe('limit_reached');
    time.at += 290_000;
    expect(codeOf(await pay(before, 'three', { amount: 1 }))).toBe('limit_reached');
    time.at += 11_000;
    expect(codeOf(await pay(before, 'three', { amount: 1 }))).toBeUndefined();
  });
});

describe('what waits for room', () => {
  it('is met by recovery with growing pauses, and at once by who completes it', async () => {
    const time = timed();
    let reads = 0;
    const shop = openShop({
      ...time.ledger,
      read: (slot) => ((reads += slot.endsWith('later') ? 1 : 0), time.ledger.read(slot)),
    });
    const oncely = shop.start({ limits: [perCase] });
    await pay(oncely, 'one', { amount: 1000 });
    await oncely.scope(desk, () => oncely.submit('later', () => oncely.clients.shop.write('pay', { amount: 1 })));
    const met: number[] = [];
    for (let second = 0; second < 3_600; second += 1) {
      reads = 0;
      await oncely.recover();
      if (reads > 0) met.push(second);
      time.at += 1_000;
    }
    expect(met.length).toBeGreaterThan(8);
    expect(met.length).toBeLessThan(20);
    // Longer than the version with the lower maximum is reckoned with.
    time.at += 300_000;
    const raised = shop.start({ limits: [{ ...perCase, max: 2_000 }] });
    await raised.effects.complete('invoice_1:desk:later');
    expect(sumOf(shop)).toBe(1001);
  });

  it('is due when time makes room', async () => {
    const time = timed();
    const shop = openShop(time.ledger);
    const oncely = shop.start({ limits: [{ ...perCase, within: 64_000 }] });
    await pay(oncely, 'one', { amount: 1000 });
    await oncely.scope(desk, () => oncely.submit('later', () => oncely.clients.shop.write('pay', { amount: 1000 })));
    await oncely.recover();
    time.at += 60_000;
    expect(await oncely.recover()).toMatchObject({ examined: 0 });
    time.at += 6_000;
    expect(await oncely.recover()).toMatchObject({ examined: 1, states: { succeeded: 1 } });
  });
});

describe('a calendar window', () => {
  it.each([
    ['a day of 23 hours', 'day', 'Europe/Berlin', '2026-03-29', '2026-03-29T22:00:00Z'],
    ['a day of 25 hours', 'day', 'Europe/Berlin', '2026-10-25', '2026-10-25T23:00:00Z'],
    ['a day that begins at one', 'day', 'America/Santiago', '2026-09-05', '2026-09-06T04:00:00Z'],
    ['a day that was left out', 'day', 'Pacific/Apia', '2011-12-29', '2011-12-30T10:00:00Z'],
    ['a day far in the east', 'day', 'Pacific/Kiritimati', '2026-05-01', '2026-05-01T10:00:00Z'],
    ['a week over the change', 'week', 'America/New_York', '2026-03-02', '2026-03-09T04:00:00Z'],
    ['a month', 'month', 'UTC', '2026-02', '2026-03-01T00:00:00Z'],
  ] as const)('%s ends when the next begins', (_what, within, timeZone, part, end) => {
    const window = windowOf(within, timeZone);
    const at = window.overAt(part) ?? 0;
    expect(new Date(at).toISOString()).toBe(new Date(end).toISOString());
    expect([window.partAt(at - 1), window.partAt(at) > part]).toEqual([part, true]);
    expect(labelledWindow(window.label).overAt(part)).toBe(at);
    expect([window.counts(part, at - 1), window.counts(part, at)]).toEqual([true, false]);
  });
});
