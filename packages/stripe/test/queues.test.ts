import { AsyncResource } from 'node:async_hooks';
import { createRequire } from 'node:module';

import type { Flow } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { startWorld, type World } from './world.ts';

type Job = () => Promise<unknown>;
type Limit = (job: Job) => Promise<unknown>;

/** What many write by hand: the end of a job starts the next, in its context. */
function byHand(): Limit {
  const waiting: (() => void)[] = [];
  let busy = false;
  const next = (): void => {
    const job = waiting.shift();
    busy = job !== undefined;
    job?.();
  };
  return (job) =>
    new Promise((resolve, reject) => {
      const run = (): void => void job().then(resolve, reject).finally(next);
      if (busy) waiting.push(run);
      else run();
      busy = true;
    });
}

/** What batches: all that came in one turn is done by one function, in the context of the first. */
function batcher(): Limit {
  let waiting: (() => void)[] = [];
  return (job) =>
    new Promise((resolve, reject) => {
      waiting.push(() => void job().then(resolve, reject));
      if (waiting.length > 1) return;
      process.nextTick(() => {
        const all = waiting;
        waiting = [];
        for (const each of all) each();
      });
    });
}

/** The same with a microtask, which Node runs in the resource of whoever asked for it. */
function microtaskBatcher(): Limit {
  let waiting: (() => void)[] = [];
  return (job) =>
    new Promise((resolve, reject) => {
      waiting.push(() => void job().then(resolve, reject));
      if (waiting.length > 1) return;
      queueMicrotask(() => {
        const all = waiting;
        waiting = [];
        for (const each of all) each();
      });
    });
}

// The queues that other SDKs bring along, as the programs around them use them too.
const PQueue = broughtBy('@slack/web-api', 'p-queue').default as new (options: object) => { readonly add: Limit };
const Bottleneck = broughtBy('@hubspot/api-client', 'bottleneck') as unknown as new (options: object) => {
  readonly schedule: Limit;
};

function broughtBy(sdk: string, name: string): { readonly default: unknown } {
  return createRequire(import.meta.resolve(sdk))(name) as { readonly default: unknown };
}

const limits: Record<string, () => Limit> = {
  'a queue by hand': byHand,
  'a batcher': batcher,
  'a batcher of microtasks': microtaskBatcher,
  'p-queue': () => {
    const queue = new PQueue({ concurrency: 1 });
    return (job) => queue.add(job);
  },
  Bottleneck: () => {
    const limiter = new Bottleneck({ maxConcurrent: 1 });
    return (job) => limiter.schedule(job);
  },
};

/** Runs a refund for each order at once, in each of the orders, as processes one after the other; gives what came of it. */
async function inBothOrders(
  world: World,
  start: () => Limit,
  call: (limit: Limit, refund: Job, flow: Flow, order: number, oncely: Pick<Flow, 'effect'>) => Promise<unknown>,
): Promise<{ readonly done: number; readonly codes: readonly string[] }> {
  for (const order of [1, 2, 3]) world.fake.seedCharge({ id: `ch_of_${order}`, amount: 500, currency: 'usd' });
  const done = new Set<number>();
  const codes: string[] = [];
  for (const orders of [
    [1, 2, 3],
    [3, 2, 1],
  ]) {
    const { oncely, stripe } = world.process();
    const limit = start();
    await Promise.allSettled(
      orders.map((order) =>
        oncely.scope({ businessId: `order_${order}`, workflowId: 'refunds' }, async (flow) => {
          try {
            await call(
              limit,
              () => stripe.refunds.create({ charge: `ch_of_${order}`, amount: 100 }),
              flow,
              order,
              oncely,
            );
            done.add(order);
          } catch (error) {
            codes.push((error as { code: string }).code);
          }
          // The case goes on for a while, so that its context is met again.
          await new Promise((resolve) => setTimeout(resolve, 100));
        }),
      ),
    );
  }
  return { done: done.size, codes };
}

/** What each effect made is of its own case. */
async function expectEachItsOwn(world: World): Promise<void> {
  const made = world.fake.effects('refunds.create');
  const { effects } = await world.process().oncely.effects.list();
  for (const { contract, vendorId } of effects) {
    const of = made.find(({ id }) => id === vendorId);
    if (of) expect(of.params['charge']).toBe(contract.businessId.replace('order_', 'ch_of_'));
  }
}

describe.each(Object.entries(limits))('with %s around the calls', (_name, start) => {
  it('no unnamed write is made for another case, and none twice', async () => {
    const world = await startWorld();
    const { done, codes } = await inBothOrders(world, start, (limit, refund) => limit(refund));
    expect(new Set(codes)).toEqual(new Set(['foreign_context']));
    const made = world.fake.effects('refunds.create');
    expect(made.length).toBe(done);
    const effects = (await world.process().oncely.effects.list()).effects.filter(({ state }) => state === 'succeeded');
    expect(effects).toHaveLength(made.length);
  });

  it('no named effect is made for another case, and none twice', async () => {
    const world = await startWorld();
    const { done, codes } = await inBothOrders(world, start, (limit, refund, flow) =>
      flow.effect('refund', () => limit(refund)),
    );
    expect(codes.every((code) => ['foreign_context', 'second_write', 'scope_closed'].includes(code))).toBe(true);
    expect(world.fake.effects('refunds.create')).toHaveLength(done);
  });

  it('no named effect is made for another one that has read something by it first', async () => {
    const world = await startWorld();
    const { done } = await inBothOrders(world, start, (limit, refund, flow, order) =>
      flow.effect('refund', async () => {
        if (order === 1) await limit(() => world.process().stripe.charges.retrieve('ch_of_1'));
        return limit(refund);
      }),
    );
    expect(world.fake.effects('refunds.create')).toHaveLength(done);
    await expectEachItsOwn(world);
  });

  it('nothing is opened by a task in the case of another one, in whose context it runs', async () => {
    const world = await startWorld();
    const { done, codes } = await inBothOrders(world, start, async (limit, refund, _flow, order, oncely) => {
      const { stripe } = world.process();
      if (order === 1) await limit(() => stripe.charges.retrieve('ch_of_1'));
      return limit(async () => {
        await stripe.charges.retrieve('ch_of_1');
        return oncely.effect('refund', refund);
      });
    });
    expect(codes.every((code) => ['foreign_context', 'scope_closed', 'unscoped'].includes(code))).toBe(true);
    expect(world.fake.effects('refunds.create')).toHaveLength(done);
    await expectEachItsOwn(world);
  });

  it("all is done once where a task is named by its own scope's handle", async () => {
    const world = await startWorld();
    const { done, codes } = await inBothOrders(world, start, (limit, refund, flow) =>
      limit(() => flow.effect('refund', refund)),
    );
    expect(codes).toEqual([]);
    expect(done).toBe(3);
    expect(world.fake.effects('refunds.create')).toHaveLength(3);
  });

  it('all is done once where a task is bound as it is handed in', async () => {
    const world = await startWorld();
    const { done, codes } = await inBothOrders(world, start, (limit, refund) => limit(AsyncResource.bind(refund)));
    expect(codes).toEqual([]);
    expect(done).toBe(3);
    expect(world.fake.effects('refunds.create')).toHaveLength(3);
  });
});

describe('without a queue', () => {
  it('unnamed writes of cases side by side go on: what a case awaits is its own', async () => {
    const world = await startWorld();
    const none: Limit = async (job) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return job();
    };
    const { done, codes } = await inBothOrders(
      world,
      () => none,
      (limit, refund) => limit(refund),
    );
    expect(codes).toEqual([]);
    expect(done).toBe(3);
    expect(world.fake.effects('refunds.create')).toHaveLength(3);
  });

  it('a retry loop inside of an effect is no stranger to it', async () => {
    const world = await startWorld();
    const { oncely, stripe } = world.process();
    let tries = 0;
    const waits = oncely.scope(
      { businessId: 'other', workflowId: 'w' },
      () => new Promise((resolve) => setTimeout(resolve, 60)),
    );
    await oncely.scope({ businessId: 'mine', workflowId: 'w' }, () =>
      oncely.effect('refund', async () => {
        for (;;) {
          await stripe.refunds.create({ charge: 'ch_1', amount: 100 });
          if ((tries += 1) === 3) return;
        }
      }),
    );
    await waits;
    expect(world.fake.effects('refunds.create')).toHaveLength(1);
  });
});

describe("the client's methods", () => {
  it('are the ones of the SDK to whoever looks: classes, names, spies', async () => {
    const { process } = await startWorld();
    const { stripe } = process();
    const refunds = stripe.refunds as unknown as Record<string, () => unknown>;
    const own = refunds['create'] as () => unknown;
    expect(own.name).toBe('create');
    expect(own).toHaveLength(2);
    expect(stripe.refunds.constructor.name).toBe('RefundResource');
    expect(Object.keys(refunds)).toEqual(Object.keys((await startWorld()).raw.refunds));
    const spy = (): unknown => undefined;
    refunds['create'] = spy;
    expect(refunds['create']).toBe(spy);
    delete refunds['create'];
    expect(refunds['create']).toBe(own);
  });
});
