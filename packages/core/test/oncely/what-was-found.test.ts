import type { ProbeAnswer, ProbeMatch, SafetyClass } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { startWrites, unknown, type Writes } from './write.ts';

const slot = 'invoice_1:desk:refund';
const found = (...matches: readonly ProbeMatch[]): ProbeAnswer => ({ kind: 'found', matches });
const declined: ProbeMatch = { vendorId: 'declined', failed: 'card_declined' };
const made: ProbeMatch = { vendorId: 'made' };

/** One write whose answer was lost, and what a look finds of it then. */
async function lookedUp(
  answer: ProbeAnswer,
  safety: SafetyClass = { kind: 'probed' },
): Promise<ReturnType<typeof startWrites> & { vendor: Writes }> {
  const vendor: Writes = { safety, sends: 0, probe: async () => answer };
  // Behind its window, so that a keyed one is looked up as well.
  const started = startWrites(vendor, { maxAttempts: 1 });
  vendor.send = () => {
    delete vendor.send;
    return unknown;
  };
  await started.act((client) => client.write({ amount: 1 }));
  return { ...started, vendor };
}

describe('C12: what a look finds', () => {
  it.each<[string, SafetyClass]>([
    ['probed', { kind: 'probed' }],
    ['keyed', { kind: 'keyed', windowMs: 1 }],
    ['natural', { kind: 'natural' }],
  ])('declined is no success and is not sent again: %s', async (_name, safety) => {
    const { oncely, act, vendor } = await lookedUp(found(declined), safety);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'rejected' });
    expect(await act((client) => client.write({ amount: 1 }))).toMatchObject({
      code: 'rejection_unavailable',
      message: expect.stringContaining('card_declined'),
    });
    expect(vendor.sends).toBe(1);
    // Other input is another try of it.
    await act((client) => client.write({ amount: 2 }));
    expect(vendor.sends).toBe(2);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded' });
  });

  it('beside what was declined the one that stands is the effect, and one alone', async () => {
    const { oncely } = await lookedUp(found(declined, made));
    const effect = await oncely.effects.get(slot);
    expect(effect).toMatchObject({ state: 'succeeded', vendorId: 'made' });
    expect(effect?.divergence).toBeUndefined();
    expect(await oncely.sweep()).toMatchObject({ matching: 1, twice: [] });
  });

  it('from before the effect began is nothing of its work: a person looks', async () => {
    const { oncely, vendor } = await lookedUp(found({ ...made, madeAt: Date.now() - 3_600_000 }));
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'stopped' });
    expect(vendor.sends).toBe(1);
  });
});

describe('C12: what was made between the vendor’s no and the next generation', () => {
  it('is not that one’s work, which was sent later: a person looks', async () => {
    let ahead = 0;
    let madeAt = 0;
    const ledger = memoryLedger({ now: () => Date.now() + ahead });
    const vendor: Writes = { safety: { kind: 'probed' }, sends: 0, probe: async () => found({ ...made, madeAt }) };
    vendor.send = () => ({
      evidence: 'rejected',
      reason: 'declined',
      response: { status: 402, headers: {}, body: '{}' },
    });
    const { oncely, act } = startWrites(vendor, { ledger, maxAttempts: 1 });
    await act((client) => client.write({ amount: 1 }));
    madeAt = Date.now() + 3_600_000;
    ahead = 7_200_000;
    vendor.send = () => unknown;
    await act((client) => client.write({ amount: 2 }));
    await oncely.recover();
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'stopped', generation: 2 });
    madeAt = Date.now() + ahead;
    await oncely.effects.probeAgain(slot, { by: 'ann' });
    await oncely.recover();
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded' });
  });
});

describe('C17: what the vendor said of what is in doubt', () => {
  const said = Object.assign(new Error('desk answered 500 E7 (request req_1)'), { requestId: 'req_1' });

  it.each<[string, ProbeAnswer, string]>([
    ['cannot be reached', { kind: 'unreachable', reason: 'the look-up failed', retryAfterMs: 60_000 }, 'in_doubt'],
    ['cannot know', { kind: 'cannot_know', reason: 'it shows nothing' }, 'stopped'],
  ])('is in the text and the cause, though a look-up that follows %s', async (_what, answer, code) => {
    const vendor: Writes = { safety: { kind: 'probed' }, sends: 0, probe: async () => answer };
    vendor.send = () => ({ evidence: 'unknown', reason: 'http_500', cause: said });
    const { act } = startWrites(vendor, { maxAttempts: 1 });
    const error = await act((client) => client.write({ amount: 1 }));
    expect(error).toMatchObject({ code, cause: said, message: expect.stringContaining(said.message) });
  });

  it('stays so where another attempt follows that was a no', async () => {
    const vendor: Writes = { safety: { kind: 'keyed', windowMs: 3_600_000 }, sends: 0 };
    vendor.send = () =>
      vendor.sends === 1
        ? { evidence: 'unknown', reason: 'http_500', cause: said }
        : { evidence: 'not_applied', reason: 'rate_limit', cause: new Error('429'), environment: true };
    const { act } = startWrites(vendor, { maxAttempts: 2 });
    const error = await act((client) => client.write({ amount: 1 }));
    expect(error).toMatchObject({
      code: 'in_doubt',
      cause: said,
      message: expect.stringMatching(/E7 \(request req_1\).*rate_limit/s),
    });
  });
});
