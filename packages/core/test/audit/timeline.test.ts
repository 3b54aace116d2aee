import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/fingerprint.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { declined, desk, openShop } from '../oncely/vendor.ts';
import { traceparent } from './desk.ts';

describe('the timeline', () => {
  it('names the run of each attempt and replay, and the call in it that it was', async () => {
    const shop = openShop();
    const call = async (correlationId: string, own: string): Promise<void> => {
      const oncely = shop.start();
      await oncely.scope({ ...desk, correlationId }, () =>
        oncely.effect('pay', { correlationId: own }, () => oncely.clients.shop.write('pay', {})),
      );
      await oncely.close();
    };
    await call('run-1', 'call-a');
    await call('run-2', 'call-b');
    const { entries } = await shop.start().audit.timeline(desk);
    expect(entries.map(({ what, run }) => [what, run])).toEqual([
      ['claimed', { correlationId: 'run-1', call: 'call-a' }],
      ['settled', { correlationId: 'run-1', call: 'call-a' }],
      ['replayed', { correlationId: 'run-2', call: 'call-b' }],
    ]);
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('answers whether a run went on where the one before it was', async () => {
    let now = 1_700_000_000_000;
    const shop = openShop(memoryLedger({ now: () => (now += 1) }));
    const run = async (correlationId: string, state: object, amount: number): Promise<void> => {
      const oncely = shop.start();
      await oncely
        .scope({ ...desk, correlationId, traceparent }, async () => {
          await oncely.checkpoint('read the invoice', state);
          await oncely.effect('pay', () => oncely.clients.shop.write('pay', { amount }));
        })
        .catch(() => undefined);
      await oncely.close();
    };
    await run('run-1', { due: 5 }, 5);
    await run('run-2', { due: 5 }, 5);
    await run('run-3', { due: 6 }, 6);
    const { resumes, effects, entries } = await shop.start().audit.timeline(desk);
    expect(resumes).toMatchObject([
      {
        correlationId: 'run-2',
        replayed: 1,
        sent: [],
        doubts: [],
        checkpoints: [{ name: 'read the invoice', same: true }],
      },
      {
        correlationId: 'run-3',
        replayed: 0,
        from: { correlationId: 'run-2' },
        doubts: ['it came to "read the invoice" in another state', 'invoice_1:desk:pay was asked for with other input'],
      },
    ]);
    expect(effects).toMatchObject([{ replays: 1, repeatedOnPurpose: [], attempts: [{ run: { traceparent } }] }]);
    expect(entries.map(({ what }) => what)).toEqual([
      'checkpoint',
      'claimed',
      'settled',
      'checkpoint',
      'replayed',
      'checkpoint',
      'refused',
    ]);
    const [checkpoint] = entries;
    const settled = entries.find(({ what }) => what === 'settled');
    expect(settled?.run?.checkpoint).toEqual({ id: checkpoint?.checkpoint?.id, hash: sha256('{"due":5}') });
    expect(settled?.vendorIds).toEqual(['o_1']);
  });

  it('answers what changed between two attempts, and what was done again on purpose', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const pay = (correlationId: string, amount: number, occurrence = 1): Promise<unknown> =>
      oncely
        .scope({ ...desk, correlationId }, () =>
          oncely.effect('pay', { occurrence }, () => oncely.clients.shop.write('pay', { amount })),
        )
        .catch((error: unknown) => error);
    shop.vendor.script.push(declined);
    await pay('run-1', 5);
    await pay('run-2', 6);
    await pay('run-2', 6, 2);
    const { effects } = await oncely.audit.timeline(desk);
    expect(effects[0]?.attempts.map(({ changes }) => changes)).toMatchObject([
      [],
      [
        { field: 'input', parameters: ['amount'] },
        { field: 'generation', from: 1, to: 2 },
        { field: 'run', from: 'run-1', to: 'run-2' },
      ],
    ]);
    expect(effects.map(({ repeatedOnPurpose }) => repeatedOnPurpose)).toEqual([
      ['other input after a definite no: amount'],
      ['occurrence 2 was asked for'],
    ]);
  });
});
