import type { Verdict } from '@oncely/core';
import { expect, it } from 'vitest';

import { declined, desk, openShop, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:refund';
const refund = (oncely: TestOncely, options: object = {}): Promise<unknown> =>
  oncely.scope(desk, () => oncely.effect('refund', options, () => oncely.clients.shop.write('refund', { amount: 1 })));
const busy = (retryAfterMs: number): Verdict => ({
  evidence: 'not_applied',
  reason: 'rate_limited',
  retryAfterMs,
  response: { status: 429, headers: {}, body: '{}' },
});
const outcome = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

it('C18: nothing more is sent once nobody waits and nothing may have happened', async () => {
  const shop = openShop();
  const { vendor } = shop;
  const oncely = shop.start();
  const stop = new AbortController();
  vendor.script.push(() => {
    setImmediate(() => stop.abort());
    return busy(30);
  });
  expect(await outcome(refund(oncely, { signal: stop.signal }))).toMatchObject({ code: 'aborted' });
  // Long after the vendor's pause was over.
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(vendor.sends).toBe(1);
  expect(vendor.happened).toHaveLength(0);
  expect(await outcome(refund(shop.start()))).toEqual({ id: 'o_1' });
});

it('C18: one that waits still is enough to go on', async () => {
  const shop = openShop();
  const { vendor } = shop;
  const oncely = shop.start();
  const stop = new AbortController();
  vendor.script.push(() => {
    setImmediate(() => stop.abort());
    return busy(30);
  });
  const calls = [refund(oncely, { signal: stop.signal }), refund(oncely)].map(outcome);
  expect(await Promise.all(calls)).toMatchObject([{ code: 'aborted' }, { id: 'o_1' }]);
});

it('C18: what may have happened is settled though nobody waits', async () => {
  const shop = openShop();
  const { vendor } = shop;
  const oncely = shop.start();
  const stop = new AbortController();
  vendor.script.push((commit) => {
    commit();
    stop.abort();
    return { evidence: 'unknown', reason: 'ECONNRESET' };
  });
  await outcome(refund(oncely, { signal: stop.signal }));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(vendor.sends).toBe(2);
  expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded' });
});

it("C14: the vendor's no that is given again says that it is recorded, of when, and what opens it", async () => {
  const shop = openShop();
  const { vendor } = shop;
  vendor.script.push(declined);
  const first = (await outcome(refund(shop.start()))) as { oncely?: unknown };
  expect(first.oncely).toBeUndefined();
  const began = Date.now();
  const again = (await outcome(refund(shop.start()))) as { message: string; oncely?: { at: number } };
  expect(again).toMatchObject({
    message: 'declined',
    oncely: { replayed: true, effect: `${slot}:v1`, fix: expect.stringContaining("onRejected: 'again'") },
  });
  expect(again.oncely?.at).toBeLessThanOrEqual(began);
  expect(vendor.sends).toBe(1);
});

it("C14: `onRejected: 'again'` asks the vendor once more, under a new generation", async () => {
  const shop = openShop();
  const { vendor } = shop;
  vendor.script.push(declined, declined);
  const oncely = shop.start();
  await outcome(refund(oncely));
  await outcome(refund(oncely, { onRejected: 'again' }));
  expect(await refund(oncely, { onRejected: 'again' })).toEqual({ id: 'o_1' });
  expect(vendor.sends).toBe(3);
  expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', key: `${slot}:v1:g3` });
  // What has happened is never done again by it.
  expect(await refund(oncely, { onRejected: 'again' })).toEqual({ id: 'o_1' });
});

it("C17: a doubt is told in the vendor's own words, and keeps them as its cause", async () => {
  const shop = openShop();
  const { vendor } = shop;
  const words = new Error('the shop answered 409 taken: "the slot 9:00 is taken"');
  const taken = (): Verdict => ({ evidence: 'unknown', reason: 'http_409', cause: words, retryAfterMs: 60_000 });
  vendor.script.push(taken);
  const told = await outcome(refund(shop.start()));
  expect(told).toMatchObject({ code: 'in_doubt', message: expect.stringContaining(words.message), cause: words });
  // Another process knows how it ended.
  expect(await outcome(refund(shop.start()))).toMatchObject({ message: expect.stringContaining('http_409') });
});
