import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { desk } from './vendor.ts';
import { keyed, startWrites, type Writes } from './write.ts';

/** Parameters that have to be read first, as the content of a file is. */
const read = (parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Promise.resolve(parameters) as never;

describe('parameters that are read first', () => {
  it('are compared like others', async () => {
    const vendor: Writes = { safety: keyed, sends: 0 };
    const ledger = memoryLedger();
    await startWrites(vendor, { ledger }).act((client) => client.write(read({ amount: 1 })));
    await startWrites(vendor, { ledger }).act((client) => client.write({ amount: 1 }));
    const changed = await startWrites(vendor, { ledger }).act((client) => client.write(read({ amount: 2 })));
    expect(changed).toMatchObject({ code: 'input_changed' });
    expect(vendor.sends).toBe(1);
  });

  it('that cannot be read fail the call, and nothing is recorded', async () => {
    const vendor: Writes = { safety: keyed, sends: 0 };
    const { oncely, act } = startWrites(vendor);
    const failing = Promise.reject(new Error('no such file')) as never;
    expect(await act((client) => client.write(failing))).toMatchObject({ message: 'no such file' });
    expect(await oncely.effects.get('invoice_1:desk:refund')).toBeUndefined();
    expect(vendor.sends).toBe(0);
  });

  it('have their place before they are read: a second unnamed write beside them is refused', async () => {
    const vendor: Writes = { safety: keyed, sends: 0 };
    const { oncely } = startWrites(vendor);
    const client = oncely.clients.vendor('a');
    const outcomes = await oncely.scope(desk, () =>
      Promise.allSettled([client.write(read({ amount: 1 })), client.write({ amount: 2 })]),
    );
    expect(outcomes.map(({ status }) => status)).toContain('rejected');
    expect(vendor.sends).toBeLessThanOrEqual(1);
  });
});
