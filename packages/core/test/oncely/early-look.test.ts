import type { ProbeAnswer } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { startWrites, type Writes } from './write.ts';

// A ledger that may have forgotten: what another holds may be sent for one lease more, and mostly happened long before.

const slot = 'invoice_1:desk:refund';

/** A suspect ledger without a record, a lease that no test waits for, and a vendor that says what it is told to. */
async function suspect(
  answer: ProbeAnswer,
): Promise<ReturnType<typeof startWrites> & { vendor: Writes; looks: number }> {
  const vendor: Writes = { safety: { kind: 'probed' }, sends: 0 };
  const started = startWrites(vendor, { waitMs: 5_000, leaseMs: 60_000 });
  await started.oncely.suspect(new Date(Date.now() - 1_000));
  const seen = { ...started, vendor, looks: 0 };
  vendor.probe = async () => {
    seen.looks += 1;
    return answer;
  };
  return seen;
}

describe('in a ledger that may have forgotten, one look comes at once', () => {
  it('and what it finds is replayed, without the wait for the lease', async () => {
    const { act, oncely, vendor } = await suspect({
      kind: 'found',
      matches: [{ vendorId: 'm_1', response: { status: 200, headers: {}, body: '{}' } }],
    });
    expect(await act((client) => client.write())).toBeUndefined();
    expect(vendor.sends).toBe(0);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', vendorId: 'm_1' });
  });

  it.each([
    { kind: 'absent' },
    { kind: 'cannot_know', reason: 'the history is too short' },
    { kind: 'unreachable', reason: 'down' },
  ] as const)('and $kind proves nothing before the lease is over', async (answer) => {
    const seen = await suspect(answer);
    expect(await seen.act((client) => client.write())).toMatchObject({ code: 'in_doubt' });
    expect([seen.vendor.sends, seen.looks]).toEqual([0, 1]);
    const effect = await seen.oncely.effects.get(slot);
    expect(effect?.state).toBe('in_doubt');
    expect(effect?.stopped).toBeUndefined();
  });
});
