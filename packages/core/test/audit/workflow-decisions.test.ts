import { describe, expect, it } from 'vitest';

import type { Seal } from '../../src/audit/seal.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { desk, openShop } from '../oncely/vendor.ts';
import { collected } from './desk.ts';

describe('decisions on workflows', () => {
  it('are told in the timeline and in the export, and those that were overtaken are withdrawn', async () => {
    const shop = openShop(memoryLedger());
    const people = ['ann', 'ben', 'cem', 'dee'].map((by) => ({ by, oncely: shop.start() }));
    await Promise.all(people.map(({ by, oncely }) => oncely.workflows.pause(desk, { by, reason: 'odd' })));
    const [{ oncely } = { oncely: shop.start() }] = people;
    const { by } = await oncely.workflows.get(desk);
    const exported: Seal[] = [];
    await oncely.audit.seal({ to: (seal) => void exported.push(seal) });
    expect((await oncely.audit.verify({ seals: exported })).problems).toEqual([]);
    const { entries } = await oncely.audit.timeline(desk);
    expect(entries).toEqual([{ at: expect.any(Number), what: 'workflow', decision: 'paused', by, reason: 'odd' }]);
    const lines = (await collected(oncely.audit.export())).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ kind }) => kind === 'workflow')).toContainEqual(
      expect.objectContaining({ workflow: 'invoice_1:desk', decision: { state: 'paused', by, reason: 'odd' } }),
    );
  });

  it('that were not carried out are named until they are', async () => {
    const ledger = memoryLedger();
    const dying = openShop({ ...ledger, writeWorkflow: () => Promise.reject(new Error('killed')) }).start();
    await expect(dying.workflows.pause(desk, { by: 'ann' })).rejects.toThrow();
    const oncely = openShop(ledger).start();
    expect(await oncely.audit.verify()).toMatchObject({ ok: true });
    await oncely.audit.seal();
    expect((await oncely.audit.verify()).problems).toMatchObject([
      { kind: 'workflow', detail: expect.stringContaining('give the command again') },
    ]);
    await oncely.workflows.pause(desk, { by: 'ann' });
    expect(await oncely.audit.verify()).toMatchObject({ ok: true });
  });

  it('that another one carried out first leave nothing to be done', async () => {
    let ms = 1_000_000;
    const ledger = memoryLedger({ now: () => (ms += 1) });
    const bob = openShop({ ...ledger, writeWorkflow: () => Promise.reject(new Error('killed')) }).start();
    const ann = openShop({
      ...ledger,
      writeWorkflow: async (...args) => {
        await bob.workflows.cancel(desk, { by: 'bob' }).catch(() => undefined);
        return ledger.writeWorkflow(...args);
      },
    }).start();
    await ann.workflows.cancel(desk, { by: 'ann' });
    await ann.audit.seal();
    expect((await ann.audit.verify()).problems).toEqual([]);
  });
});
