import { beforeAll, describe, expect, it } from 'vitest';

import { aesCodec } from '../../src/aes-codec.ts';
import type { Ledger } from '../../src/ledger.ts';
import { memoryLedger } from '../../src/ledgers/memory.ts';
import { observeStanding } from '../../src/otel/standing.ts';
import type { OtelMeter } from '../../src/otel/api.ts';
import { collected } from '../audit/desk.ts';
import { openShop, type TestOncely } from './vendor.ts';

// Its pages hold 200 records and more, so what has a turn every few records is told from what has one a page.
const count = 300;
const text = 'x'.repeat(20_000);
const many = { businessId: 'many', workflowId: 'desk' } as const;

let ledger: Ledger;
let oncely: TestOncely;
beforeAll(async () => {
  ledger = memoryLedger();
  const shop = openShop(ledger);
  oncely = shop.start({ codec: aesCodec({ current: 'new', keys: { new: Buffer.alloc(32, 1) } }) });
  const plain = shop.start();
  await plain.scope(many, async () => {
    for (let n = 0; n < count; n += 1) {
      shop.vendor.script.push((commit) => {
        const verdict = commit();
        if (verdict.evidence !== 'accepted') return verdict;
        return { ...verdict, response: { status: 200, headers: {}, body: JSON.stringify({ id: `o_${n}`, text }) } };
      });
      await plain.effect(`pay_${n}`, () => plain.clients.shop.write('pay', { amount: n }));
    }
  });
  for (let n = 0; n < count; n += 1) {
    const seen = JSON.stringify({ operation: 'shop.pay', count: 1, firstAt: 1, lastAt: 1, text });
    await ledger.write({ slot: `?shop.pay:${n}`, expect: 0, doc: seen, index: { state: 'observed' }, events: [] });
  }
});

/** How many turns others have, beside the work. */
async function turnsBeside(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let going = true;
  const tick = (): void => {
    turns += 1;
    if (going) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  going = false;
  return turns;
}

const limit = 10 * count;
const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['effects.list', () => oncely.effects.list({ limit })],
  ['effects.list of a state', () => oncely.effects.list({ limit, state: 'succeeded' })],
  ['audit.export', () => collected(oncely.audit.export())],
  ['audit.timeline', () => oncely.audit.timeline(many)],
  ['audit.seal', () => oncely.audit.seal({ records: 30 })],
  ['audit.verify', () => oncely.audit.verify()],
  ['inspect.observations', () => oncely.inspect.observations()],
  ['sweep', () => oncely.sweep({ limit })],
  ['prune', () => oncely.prune({ walk: true, dryRun: true, limit })],
  ['workflows.pause', () => oncely.workflows.pause(many, { by: 'ada', wait: true })],
  ['reseal', () => oncely.reseal({ limit })],
];

describe('who goes through many records leaves others a turn every few of them', () => {
  it.each(calls)('%s', async (_, work) => {
    // A hundred thousand characters are five of these records.
    expect(await turnsBeside(work)).toBeGreaterThanOrEqual(count / 8);
  });

  it('the gauges of what waits, and recover', async () => {
    const waiting = memoryLedger();
    const rows = (await ledger.list({ limit: count, state: 'succeeded' })).rows;
    for (const { slot, doc } of rows) {
      const index = { state: 'in_doubt', dueAfterMs: 1 };
      await waiting.write({ slot, expect: 0, doc, index, events: [] });
    }
    let observe: ((observations: { observe: () => void }) => Promise<void>) | undefined;
    const meter = {
      createObservableGauge: () => ({}),
      addBatchObservableCallback: (callback: typeof observe) => {
        observe = callback;
      },
      removeBatchObservableCallback: () => {},
    } as unknown as OtelMeter;
    observeStanding(meter, { ledger: waiting, everyMs: 0, atMost: limit, monotonic: () => 0 });
    expect(await turnsBeside(async () => observe?.({ observe: () => {} }))).toBeGreaterThanOrEqual(count / 8);
    const found = openShop(waiting).start();
    expect(await turnsBeside(() => found.recover({ limit: 1 }))).toBeGreaterThanOrEqual(count / 8);
  });

  it('audit.seals, which lie one by one', async () => {
    let length = 0;
    const turns = await turnsBeside(async () => {
      length = (await collected(oncely.audit.seals())).length;
    });
    expect(length).toBeGreaterThanOrEqual(count / 30);
    expect(turns).toBeGreaterThanOrEqual(1);
  });
});
