import type { Ledger } from '@oncely/core';
import { effectTool, readTool, refusal, scopeHere, type StandardSchema, type Tool } from '@oncely/core/tools';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';

import { declined, desk, lost, openShop, type Shop, type TestOncely } from '../oncely/vendor.ts';

interface Order {
  readonly item: string;
  readonly amount: number;
  readonly text?: string;
  readonly occurrence?: number;
}

/** A schema by hand: any that speaks Standard Schema will do. */
const anything = <T>(): StandardSchema<T> => ({
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'object' ? { value: value as T } : { issues: [{ message: 'is no object', path: ['order'] }] },
  },
});

function orderTool(
  oncely: TestOncely,
  more: Partial<Parameters<typeof effectTool<Order, { id: string }>>[0]> = {},
): Tool {
  return effectTool<Order, { id: string }>({
    name: 'order',
    title: 'Order',
    description: 'Orders an item of the shop.',
    inputSchema: anything<Order>(),
    outputSchema: anything<{ id: string }>(),
    operation: 'shop.order',
    identity: ({ item }) => ({ ids: { item } }),
    perform: ({ item, amount, text }) => oncely.clients.shop.write('order', { item, amount, text }),
    output: (made) => made,
    ...more,
  });
}

function open(more?: Partial<Parameters<typeof effectTool<Order, { id: string }>>[0]>): {
  shop: Shop;
  oncely: TestOncely;
  call: (input: unknown, context?: Parameters<Tool['execute']>[1]) => ReturnType<Tool['execute']>;
} {
  const shop = openShop();
  const oncely = shop.start();
  const tool = orderTool(oncely, more);
  return { shop, oncely, call: (input, context) => oncely.scope(desk, () => tool.execute(input, context)) };
}

const tea = { item: 'tea', amount: 5 };

describe('a tool of an own operation', () => {
  it('knows null and absent as one input', async () => {
    const { shop, call } = open();
    await call({ ...tea, text: null });
    expect(await call(tea)).toMatchObject({ status: 'already_done' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('replays the first wording and refuses other substance by its name', async () => {
    const { shop, call } = open();
    await call({ ...tea, text: 'please' });
    expect(await call({ ...tea, text: 'kindly' })).toMatchObject({ status: 'already_done', output: { id: 'o_1' } });
    expect(await call({ ...tea, amount: 50 })).toMatchObject({ reason: 'input_changed', differs: ['amount', 'text'] });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('never does the same twice unless its policy says so', async () => {
    const { shop, call } = open();
    await call(tea);
    for (const occurrence of [2, 0, 1.5, '2']) {
      expect(await call({ ...tea, occurrence })).toMatchObject({ status: 'rejected', reason: 'occurrence' });
    }
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('lets a further occurrence wait for the first one of the same response', async () => {
    const { shop, oncely } = open();
    let release = (): void => undefined;
    shop.vendor.script.push(
      (commit) =>
        new Promise((resolve) => {
          release = () => resolve(commit());
        }),
    );
    const tool = orderTool(oncely, { maxOccurrence: 2 });
    const both = oncely.scope(desk, () =>
      Promise.all([tool.execute(tea), tool.execute({ ...tea, amount: 6, occurrence: 2 })]),
    );
    await expect.poll(() => shop.vendor.sends).toBe(1);
    release();
    expect(await both).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
    expect(shop.vendor.happened).toHaveLength(2);
  });

  it('gives what is in doubt as unknown, and lets no further occurrence pass it', async () => {
    const { shop, call } = open({ maxOccurrence: 2 });
    shop.vendor.script.push(...Array.from({ length: 5 }, () => lost));
    const first = await call(tea);
    expect(first).toMatchObject({ status: 'unknown', effect: 'invoice_1:desk:order(item%3Dtea):v1' });
    const sends = shop.vendor.sends;
    const further = await call({ ...tea, amount: 6, occurrence: 2 });
    expect(further).toMatchObject({ status: 'rejected', reason: 'invalid_input' });
    expect(further.text).toContain('the one before it is in doubt');
    expect(shop.vendor.sends).toBe(sends);
  });

  it("tells the vendor's no, and takes a corrected input", async () => {
    const { shop, call } = open();
    shop.vendor.script.push(declined);
    expect(await call(tea)).toMatchObject({ status: 'rejected', reason: 'refused_by_vendor' });
    expect((await call(tea)).text).toContain('Already refused by the vendor');
    expect(await call({ ...tea, amount: 4 })).toMatchObject({ status: 'succeeded' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('holds a person to their no', async () => {
    const { oncely, call } = open({ approval: 'required' });
    const pending = await call(tea);
    await oncely.effects.decline(pending.effect ?? '', { by: 'paula', reason: 'offer a voucher instead.' });
    const told = await call(tea);
    expect(told).toMatchObject({ status: 'rejected', reason: 'declined' });
    expect(told.text).toContain('was declined by paula ("offer a voucher instead").');
  });

  it('sends nothing for what it cannot read, what cannot be meant, or a run that was stopped', async () => {
    const { shop, call } = open({
      resolve: ({ item }) => {
        if (item === 'none') return refusal('There is no such item.');
        throw new Error('the shop is closed');
      },
    });
    expect(await call(tea)).toMatchObject({ reason: 'not_sent', text: expect.stringContaining('the shop is closed.') });
    expect(await call({ ...tea, item: 'none' })).toMatchObject({ reason: 'invalid_input' });
    expect(await call('tea')).toMatchObject({ text: expect.stringContaining('order: is no object') });
    expect(await call(tea, { signal: AbortSignal.abort() })).toMatchObject({ reason: 'not_sent' });
    expect(shop.vendor.sends).toBe(0);
  });

  it('refuses another operation than its own, and a perform that writes nothing', async () => {
    await expect(open({ operation: 'shop.refund' }).call(tea)).rejects.toMatchObject({ code: 'unexpected_operation' });
    const idle = open({ perform: () => Promise.resolve({ id: 'o_1' }) });
    await expect(idle.call(tea)).rejects.toMatchObject({ code: 'invalid_config' });
  });

  it('gives no output of another shape than promised, and does not undo what happened', async () => {
    const { shop, call } = open({ output: () => 'no object' });
    expect(await call(tea)).toMatchObject({ status: 'succeeded', output: null, id: 'o_1' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it("keeps the framework's ids for the audit and out of the key", async () => {
    const seen: unknown[] = [];
    const listen = (event: unknown): void => {
      seen.push((event as { correlationId?: string }).correlationId);
    };
    subscribe('oncely:effect', listen);
    const { oncely, call } = open();
    await call(tea, { framework: 'test', runId: 'run_1', toolCallId: 'call_1' });
    await call(tea, { framework: 'test', runId: 'run_2', toolCallId: 'call_2' });
    unsubscribe('oncely:effect', listen);
    expect(new Set(seen)).toEqual(new Set(['test/run_1/call_1', 'test/run_2/call_2']));
    const { effects } = await oncely.effects.list();
    expect(effects.map(({ key }) => key)).toEqual(['invoice_1:desk:order(item%3Dtea):v1']);
    const { entries } = await oncely.audit.timeline(desk);
    expect(JSON.stringify(entries)).toContain('"call":"test/run_1/call_1"');
  });

  it('says which slot a call is about, before and after, and neither records nor sends for it', async () => {
    const { shop, oncely, call } = open({ maxOccurrence: 2, approval: 'required' });
    const tool = orderTool(oncely, { maxOccurrence: 2 });
    const slotOf = (input: unknown): unknown => oncely.scope(desk, () => tool.slotOf?.(input));
    const slot = await slotOf(tea);
    expect(slot).toBe('invoice_1:desk:order(item%3Dtea)');
    expect(await slotOf({ ...tea, amount: 50, text: 'worded anew' })).toBe(slot);
    expect(await slotOf({ ...tea, occurrence: 2 })).toBe(`${String(slot)}%402`);
    expect(await slotOf({ ...tea, occurrence: 3 })).toBeNull();
    expect(await slotOf('tea')).toBeNull();
    expect(await rows(shop.ledger)).toEqual([]);
    const pending = await call(tea);
    expect(await oncely.effects.get(String(slot))).toMatchObject({ key: pending.effect, state: 'awaiting_approval' });
    await expect(tool.slotOf?.(tea)).rejects.toMatchObject({ code: 'unscoped' });
    expect([scopeHere(), oncely.scope(desk, scopeHere)]).toEqual([undefined, desk]);
    expect(shop.vendor.sends).toBe(0);
  });

  it('refuses a name or a bound that no framework takes', () => {
    const oncely = openShop().start();
    expect(() => orderTool(oncely, { name: 'Order it' })).toThrow(/lower case/);
    expect(() => orderTool(oncely, { maxOccurrence: 0 })).toThrow(/maxOccurrence/);
  });
});

describe('a read', () => {
  it('needs no scope, and tells what it cannot read', async () => {
    const read = (answer: () => Promise<unknown>): Tool =>
      readTool({
        name: 'look',
        title: 'Look',
        description: 'Looks.',
        inputSchema: anything(),
        outputSchema: anything(),
        read: answer,
      });
    expect(await read(async () => ({ a: 1 })).execute({})).toMatchObject({ status: 'succeeded', output: { a: 1 } });
    expect(await read(() => Promise.reject(new Error('gone'))).execute({})).toMatchObject({ status: 'rejected' });
    expect(await read(async () => 'text').execute({})).toMatchObject({ status: 'rejected' });
  });
});

async function rows(ledger: Ledger): Promise<unknown> {
  return (await ledger.list({ limit: 100 })).rows;
}
