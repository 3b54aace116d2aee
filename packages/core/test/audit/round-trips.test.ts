import { describe, expect, it } from 'vitest';

import type { Ledger } from '../../src/ledger.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { desk, openShop } from '../oncely/vendor.ts';

/** A ledger that writes down each call to it. */
function counting(): { readonly ledger: Ledger; readonly calls: string[] } {
  const calls: string[] = [];
  const ledger = memoryLedger();
  const counted = Object.entries(ledger).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === 'function'
      ? (...args: never[]): unknown => {
          calls.push(name);
          return (member as (...of: never[]) => unknown)(...args);
        }
      : member,
  ]);
  return { ledger: Object.fromEntries(counted) as Ledger, calls };
}

describe('round trips to the ledger', () => {
  it('a claim and its settle are two, a replay is one, checkpoints and observations or not', async () => {
    const { ledger, calls } = counting();
    const shop = openShop(ledger);
    const during = async (work: () => Promise<unknown>): Promise<string[]> => {
      calls.length = 0;
      await work();
      return [...calls];
    };
    const oncely = shop.start();
    const pay = (id: string): Promise<unknown> =>
      oncely.effect(id, () => oncely.clients.shop.write('pay', { amount: 1 }));
    await oncely.scope({ ...desk, correlationId: 'run-1' }, async () => {
      await pay('first');
      expect(await during(() => pay('second'))).toEqual(['write', 'write']);
      // The first claim meets the record: that is its one round trip.
      expect(await during(() => pay('second'))).toEqual(['write']);
      expect(await during(() => oncely.checkpoint('here', { n: 1 }))).toEqual(['write']);
      expect(await during(() => pay('third'))).toEqual(['write', 'write']);
      expect(await during(() => pay('third'))).toEqual(['write']);
    });
    expect(await during(() => oncely.close())).toEqual(['write', 'close']);
    const { effects } = await oncely.audit.timeline(desk);
    expect(effects.map(({ slot, replays }) => [slot, replays])).toEqual([
      ['invoice_1:desk:first', 0],
      ['invoice_1:desk:second', 1],
      ['invoice_1:desk:third', 1],
    ]);
  });

  it('sealing reads what changed and nothing else, however much there is', async () => {
    const { ledger, calls } = counting();
    const { oncely } = { oncely: openShop(ledger).start({ audit: { observations: false } }) };
    const pay = (id: string): Promise<unknown> =>
      oncely.scope(desk, () => oncely.effect(id, () => oncely.clients.shop.write('pay', { amount: 1 })));
    for (let index = 0; index < 40; index += 1) await pay(`many-${index}`);
    await oncely.audit.seal();
    await pay('one more');
    calls.length = 0;
    const { records } = await oncely.audit.seal();
    // The one effect and the seal before.
    expect(records).toBe(2);
    expect(calls.filter((call) => call === 'audited')).toHaveLength(1);
    expect(calls.length).toBeLessThan(9);
  });
});
