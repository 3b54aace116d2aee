import { createOncely } from '@oncely/core';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { declined, desk, lost, openShop } from './vendor.ts';

const refund = { charge: 'ch_1', amount: 1_000 };

describe('scope and effect', () => {
  it('a named effect happens once, in this process and in the next', async () => {
    const shop = openShop();
    const run = (oncely = shop.start()): Promise<{ id: string }> =>
      oncely.scope(desk, () => oncely.effect('refund', () => oncely.clients.shop.write('refund', refund)));
    expect(await run()).toEqual({ id: 'o_1' });
    expect(await run()).toEqual({ id: 'o_1' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('another business case, step, occurrence or version is another effect', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const run = (
      scope: typeof desk | { businessId: string; workflowId: string; tenant?: string },
      id: string,
      options = {},
    ): Promise<{ id: string }> =>
      oncely.scope(scope, () => oncely.effect(id, options, () => oncely.clients.shop.write('refund', refund)));
    await run(desk, 'refund');
    await run({ ...desk, businessId: 'invoice_2' }, 'refund');
    await run({ ...desk, tenant: 'acme' }, 'refund');
    await run(desk, 'refund-again');
    await run(desk, 'refund', { occurrence: 2 });
    await run(desk, 'refund', { version: 2 });
    expect(shop.vendor.happened).toHaveLength(6);
  });

  it('a second write in a named effect is refused, its own retry is not', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const outcome = oncely.scope(desk, () =>
      oncely.effect('refund', async () => {
        await oncely.clients.shop.write('refund', refund);
        await oncely.clients.shop.write('refund', refund);
        await oncely.clients.shop.write('note', {});
      }),
    );
    await expect(outcome).rejects.toMatchObject({ code: 'second_write', next: 'fix-code' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it("a write's own name is its effect's, and inside of a named effect it is refused", async () => {
    const shop = openShop();
    const oncely = shop.start();
    const write = (): Promise<{ id: string }> => oncely.clients.shop.write('refund', refund, 'mine');
    const first = await oncely.scope(desk, write);
    expect(await oncely.scope(desk, write)).toEqual(first);
    const twice = oncely.scope(desk, () => oncely.effect('refund', write));
    await expect(twice).rejects.toMatchObject({ code: 'invalid_input', next: 'fix-code' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('expect refuses another operation before the ledger is touched', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const outcome = oncely.scope(desk, () =>
      oncely.effect('refund', { expect: 'shop.refund' }, () => oncely.clients.shop.write('charge', refund)),
    );
    await expect(outcome).rejects.toMatchObject({ code: 'unexpected_operation' });
    expect((await shop.ledger.list({ limit: 9 })).rows).toEqual([]);
  });

  it('changed substance is refused by name of the field and never by its value', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const run = (amount: number, text = 'hello'): Promise<unknown> =>
      oncely.scope(desk, () =>
        oncely.effect('refund', () => oncely.clients.shop.write('refund', { charge: 'ch_1', amount, text })),
      );
    await run(1_000);
    const error = await run(98_765).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'input_changed', vendorId: 'o_1', effect: 'invoice_1:desk:refund:v1' });
    expect(String(error)).toContain('amount');
    expect(String(error)).not.toContain('98765');
    // Other words only: the first record stands.
    expect(await run(1_000, 'good day')).toEqual({ id: 'o_1' });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('drift: refuse makes a change of wording an error', async () => {
    const shop = openShop();
    const oncely = shop.start({ drift: 'refuse' });
    const run = (text: string): Promise<unknown> =>
      oncely.scope(desk, () => oncely.effect('note', () => oncely.clients.shop.write('note', { text })));
    await run('a');
    await expect(run('b')).rejects.toMatchObject({ code: 'input_changed' });
  });

  it('outside of a scope nothing is sent, and the error shows the line to write', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await expect(oncely.clients.shop.write('refund', refund)).rejects.toThrow(/fix: oncely\.scope\(/);
    expect(shop.vendor.sends).toBe(0);
  });

  it('a closed scope and a closed effect refuse late writes', async () => {
    const shop = openShop();
    const oncely = shop.start();
    let late: (() => Promise<unknown>) | undefined;
    await oncely.scope(desk, async () => {
      late = () => oncely.clients.shop.write('refund', refund);
      await Promise.resolve();
      setTimeout(() => undefined, 0);
      late = (await import('node:async_hooks')).AsyncResource.bind(late);
    });
    await expect(late?.()).rejects.toMatchObject({ code: 'scope_closed' });
    expect(shop.vendor.sends).toBe(0);
  });

  it('a scope stays open for what a generator or a stream still does', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const { shop: client } = oncely.clients;
    const generator = oncely.scope(desk, async function* () {
      yield (await oncely.effect('one', () => client.write('note', { n: 1 }))).id;
      yield (await oncely.effect('two', () => client.write('note', { n: 2 }))).id;
    });
    const ids: string[] = [];
    for await (const id of generator) ids.push(id);
    expect(ids).toEqual(['o_1', 'o_2']);
    const stream = oncely.scope({ ...desk, businessId: 'invoice_2' }, () =>
      Readable.from(
        (async function* () {
          yield (await oncely.effect('three', () => client.write('note', { n: 3 }))).id;
        })(),
      ),
    );
    expect(await stream.toArray()).toEqual(['o_3']);
    const web = oncely.scope(
      { ...desk, businessId: 'invoice_3' },
      () =>
        new ReadableStream<string>(
          {
            async pull(controller) {
              controller.enqueue((await oncely.effect('four', () => client.write('note', { n: 4 }))).id);
              controller.close();
            },
          },
          { highWaterMark: 0 },
        ),
    );
    const read: string[] = [];
    for await (const id of web) read.push(id);
    expect(read).toEqual(['o_4']);
  });

  it('flow works where the asynchronous context was lost', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const outside = AsyncLocalStorage.snapshot();
    const result = await oncely.scope(desk, (flow) =>
      outside(() => flow.effect('refund', () => oncely.clients.shop.write('refund', refund))),
    );
    expect(result).toEqual({ id: 'o_1' });
  });

  it('two copies of the package see one scope', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const copy = (await import(/* @vite-ignore */ `../../src/oncely.ts?copy=${'1'}`)) as {
      createOncely: typeof createOncely;
    };
    const other = copy.createOncely({ ledger: shop.ledger, drainOnSigterm: false });
    const result = await other.scope(desk, () =>
      oncely.effect('refund', () => oncely.clients.shop.write('refund', refund)),
    );
    expect(result).toEqual({ id: 'o_1' });
  });
});

describe('unnamed writes', () => {
  it('are numbered in order by operation and replayed in order', async () => {
    const shop = openShop();
    const run = async (oncely = shop.start()): Promise<string[]> =>
      oncely.scope(desk, async () => [
        (await oncely.clients.shop.write('note', { n: 1 })).id,
        (await oncely.clients.shop.write('refund', refund)).id,
        (await oncely.clients.shop.write('note', { n: 2 })).id,
      ]);
    expect(await run()).toEqual(['o_1', 'o_2', 'o_3']);
    expect(await run()).toEqual(['o_1', 'o_2', 'o_3']);
    const { effects } = await shop.start().effects.list();
    expect(effects.map((effect) => effect.contract.stepId)).toEqual(['shop.note#1', 'shop.note#2', 'shop.refund#1']);
  });

  it('in parallel are refused, since order is then no identity', async () => {
    const shop = openShop();
    const oncely = shop.start();
    const outcomes = await oncely.scope(desk, () =>
      Promise.allSettled([oncely.clients.shop.write('note', { n: 1 }), oncely.clients.shop.write('note', { n: 2 })]),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected']);
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('that differ from the record poison the scope: nothing more of it is sent', async () => {
    const shop = openShop();
    const first = shop.start();
    await first.scope(desk, () => first.clients.shop.write('note', { n: 1 }));
    const second = shop.start();
    await second.scope(desk, async () => {
      await expect(second.clients.shop.write('note', { n: 2 })).rejects.toMatchObject({ code: 'scope_poisoned' });
      await expect(second.clients.shop.write('refund', refund)).rejects.toMatchObject({ code: 'scope_poisoned' });
    });
    expect(shop.vendor.happened).toHaveLength(1);
  });

  it('a retry loop around one without a clear outcome repeats it and opens no second', async () => {
    const shop = openShop();
    shop.vendor.script.push(lost);
    const oncely = shop.start({ maxAttempts: 1 });
    await oncely.scope(desk, async () => {
      await expect(oncely.clients.shop.write('note', { n: 1 })).rejects.toMatchObject({ code: 'in_doubt' });
      expect(await oncely.clients.shop.write('note', { n: 1 })).toBeDefined();
    });
    const { effects } = await oncely.effects.list();
    expect(effects.map((effect) => effect.contract.stepId)).toEqual(['shop.note#1']);
  });

  it('after a definite no go on with the next number', async () => {
    const shop = openShop();
    shop.vendor.script.push(declined);
    const oncely = shop.start();
    await oncely.scope(desk, async () => {
      await expect(oncely.clients.shop.write('refund', refund)).rejects.toMatchObject({ status: 402 });
      expect(await oncely.clients.shop.write('refund', { ...refund, amount: 5 })).toEqual({ id: 'o_1' });
    });
  });
});
