import type { Clock, Codec } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { keyed, startWrites, unknown, type Writes } from './write.ts';

// What once waited longer than it was allowed to, or for ever.

const never = (): Promise<never> => new Promise(() => undefined);

/** Time that passes a hundred times as fast. */
const fast: Clock = {
  monotonic: () => performance.now() * 100,
  wall: () => Date.now() * 100,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms / 100);
      signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    }),
};

describe('a key service that hangs', () => {
  const working: Codec = { seal: (plain) => plain, open: (sealed) => sealed };

  it('keeps nobody from being told that nothing was sent', async () => {
    const vendor: Writes = { safety: keyed, sends: 0 };
    const { oncely, act } = startWrites(vendor, { clock: fast, codec: { ...working, seal: never } });
    expect(await act((client) => client.write())).toMatchObject({ code: 'not_sent' });
    await oncely.close();
    expect(vendor.sends).toBe(0);
  });

  it('ends an attempt that cannot open its request as not applied', async () => {
    const vendor: Writes = { safety: keyed, sends: 0 };
    const { oncely, act } = startWrites(vendor, { clock: fast, codec: { ...working, open: never } });
    expect(await act((client) => client.write())).toMatchObject({ code: 'not_sent' });
    await oncely.close();
    expect(vendor.sends).toBe(0);
  });

  it('does not hang a look-up or a replay', async () => {
    const ledger = memoryLedger();
    const vendor: Writes = {
      safety: { kind: 'probed' },
      sends: 0,
      send: () => unknown,
      probe: async () => ({
        kind: 'found',
        matches: [{ vendorId: 'm_1', response: { status: 200, headers: {}, body: '{}' } }],
      }),
    };
    vendor.send = () => ({ evidence: 'unknown', reason: 'ECONNRESET', retryAfterMs: 700 });
    const seals = startWrites(vendor, { ledger, codec: working, waitMs: 600 });
    expect(await seals.act((client) => client.write())).toMatchObject({ code: 'in_doubt' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    const hangs = startWrites(vendor, { ledger, clock: fast, codec: { open: never, seal: never } });
    await hangs.oncely.recover();
    expect(await hangs.oncely.effects.get('invoice_1:desk:refund')).toMatchObject({ state: 'succeeded' });
    expect(await hangs.act((client) => client.write())).toMatchObject({ code: 'result_unavailable' });
  });
});

describe('a vendor that does not answer', () => {
  it('keeps recovery no longer than its deadline', async () => {
    const ledger = memoryLedger();
    const vendor: Writes = { safety: keyed, sends: 0, send: () => unknown };
    await startWrites(vendor, { ledger, maxAttempts: 1 }).act((client) => client.write());
    vendor.send = async (_account, permit) => {
      await new Promise((resolve) => setTimeout(resolve, permit.remainingMs()));
      return unknown;
    };
    const { oncely } = startWrites(vendor, { ledger, leaseMs: 3_000 });
    const started = performance.now();
    expect(await oncely.recover({ deadlineMs: 200 })).toMatchObject({ examined: 1, states: { in_doubt: 1 } });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("keeps a caller no longer than its scope's deadline", async () => {
    const vendor: Writes = { safety: keyed, sends: 0 };
    vendor.send = async (_account, permit) => {
      await new Promise((resolve) => setTimeout(resolve, permit.remainingMs()));
      return unknown;
    };
    const { oncely } = startWrites(vendor, { leaseMs: 3_000 });
    const started = performance.now();
    const outcome = oncely.scope({ businessId: 'invoice_1', workflowId: 'desk', deadlineMs: 200 }, () =>
      oncely.effect('refund', () => oncely.clients.vendor('a').write()),
    );
    await expect(outcome).rejects.toMatchObject({ code: 'in_doubt' });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('a vendor that asks to wait', () => {
  it.each([
    ['asks', 700],
    ['does not ask, so that ours grow', undefined],
  ])('is waited for once, where it %s', async (_what, retryAfterMs) => {
    let now = 0;
    const slept: number[] = [];
    const clock: Clock = {
      monotonic: () => now,
      wall: () => now,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
    };
    const vendor: Writes = { safety: keyed, sends: 0 };
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
    vendor.send = () =>
      vendor.sends === 1
        ? { evidence: 'not_applied', reason: 'rate_limited', ...pause }
        : { evidence: 'accepted', response: { status: 200, headers: {}, body: '{}' } };
    const { act } = startWrites(vendor, { clock, ledger: memoryLedger({ now: () => now }), waitMs: 1_200 });
    await act((client) => client.write());
    expect(vendor.sends).toBe(2);
    expect(slept).toEqual([retryAfterMs === undefined ? 100 : retryAfterMs + 1]);
  });
});
