// oxlint-disable unicorn/no-thenable -- what a limit does then is a word, and nobody awaits it
import { createOncely, isOncelyError, type LimitRule, type OncelyError, type Verdict } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { createScheduler, type Scheduler } from '../simulation/scheduler.ts';
import { createWorld } from '../simulation/world.ts';
import { codeOf } from './pay.ts';
import { declined, desk, openShop, testAdapter, type Shop, type TestOncely } from './vendor.ts';

const rate: LimitRule = { operations: 'shop.*', count: 10, per: 'all', within: 1_000, then: 'wait' };

interface Street {
  readonly scheduler: Scheduler;
  readonly shop: Shop;
  /** When each call arrived at the shop, whatever it said. */
  readonly arrivals: number[];
  start(name: string, limits?: readonly LimitRule[]): TestOncely;
}

/** A shop under virtual time that keeps when it was called. */
function openStreet(answer?: (commit: () => Verdict) => Verdict | Promise<Verdict>): Street {
  const scheduler = createScheduler(1);
  const shop = openShop(memoryLedger({ now: () => scheduler.now() }));
  const arrivals: number[] = [];
  shop.vendor.script.shift = () => (commit) => {
    arrivals.push(scheduler.now());
    return answer ? answer(commit) : commit();
  };
  const start = (name: string, limits: readonly LimitRule[] = [rate]): TestOncely =>
    shop.start({ limits, clock: scheduler.process(name).clock, waitMs: 20_000, audit: { observations: false } });
  return { scheduler, shop, arrivals, start };
}

const send = (
  oncely: TestOncely,
  step: string,
  { deadlineMs, ...options }: { readonly signal?: AbortSignal; readonly deadlineMs?: number } = {},
): Promise<unknown> =>
  Promise.resolve(
    oncely.scope({ ...desk, ...(deadlineMs === undefined ? {} : { deadlineMs }) }, () =>
      oncely.effect(step, options, () => oncely.clients.shop.write('pay', { step })),
    ),
  ).catch((error: unknown) => error);

const sent = ({ shop }: Street): unknown[] => shop.vendor.happened.map(({ parameters }) => parameters['step']);

/** The most that arrived in any window. */
const mostIn = (arrivals: readonly number[], windowMs: number): number =>
  Math.max(0, ...arrivals.map((from) => arrivals.filter((each) => each >= from && each < from + windowMs).length));

const steps = (count: number): string[] => Array.from({ length: count }, (_, at) => `step_${at}`);

describe('a rate', () => {
  it('sends 30 calls at once in their order, never more than 10 in any second', async () => {
    const street = openStreet();
    const oncely = street.start('one');
    const running = Promise.all(steps(30).map((step) => send(oncely, step)));
    await street.scheduler.run();
    expect((await running).filter((each) => isOncelyError(each))).toEqual([]);
    expect(sent(street)).toEqual(steps(30));
    expect(mostIn(street.arrivals, 1_000)).toBe(10);
    // Two windows, and a part of each.
    expect((street.arrivals.at(-1) ?? 0) - (street.arrivals[0] ?? 0)).toBeLessThan(2_100);
  });

  it('is served first come, first served, though others come in the moment in which there is room', async () => {
    const street = openStreet();
    const { scheduler } = street;
    street.shop.vendor.script.shift = () => async (commit) => {
      await scheduler.after(3_000);
      return commit();
    };
    const oncely = street.start('one', [{ ...rate, count: 1 }]);
    const running = [send(oncely, 'first')];
    scheduler.later(10, () => running.push(send(oncely, 'waits')));
    // Somebody comes in each millisecond around the one in which there is room, and right before the one that waits wakes.
    for (let at = 0; at < 40; at += 1) {
      scheduler.later(3_990 + at, () => running.push(send(oncely, `later_${at}`)));
    }
    await scheduler.run();
    await Promise.all(running);
    expect(sent(street).slice(0, 2)).toEqual(['first', 'waits']);
  });

  it('counts what the vendor answers with a no, as the vendor does', async () => {
    const street = openStreet(declined);
    const oncely = street.start('one');
    const running = Promise.all(steps(30).map((step) => send(oncely, step)));
    await street.scheduler.run();
    await running;
    expect(street.arrivals).toHaveLength(30);
    expect(mostIn(street.arrivals, 1_000)).toBe(10);
  });

  it('is not held up by what stays in doubt', async () => {
    const street = openStreet(() => ({ evidence: 'unknown', reason: 'timeout' }));
    const oncely = street.start('one');
    const running = Promise.all(steps(10).map((step) => send(oncely, step, { deadlineMs: 500 })));
    await street.scheduler.run();
    expect((await running).map(codeOf)).toEqual(Array(10).fill('in_doubt'));
    const before = street.arrivals.length;
    const next = send(oncely, 'next', { deadlineMs: 5_000 });
    await street.scheduler.run();
    await next;
    expect(street.arrivals.length).toBeGreaterThan(before);
  });

  it('sends nothing of what is aborted while it waits, and leaves its place to the next', async () => {
    const street = openStreet();
    const oncely = street.start('one');
    const over = new AbortController();
    const running = [...steps(10), 'aborted', 'next'].map((step) =>
      send(oncely, step, step === 'aborted' ? { signal: over.signal } : {}),
    );
    street.scheduler.later(500, () => over.abort(new Error('not wanted')));
    await street.scheduler.run();
    expect((await Promise.all(running)).map(codeOf)).toEqual([...Array(10).fill(undefined), 'aborted', undefined]);
    expect(sent(street)).toEqual([...steps(10), 'next']);
    expect((street.arrivals.at(-1) ?? 0) - (street.arrivals[0] ?? 0)).toBeLessThan(1_050);
  });

  it('refuses at once what its deadline leaves no time for, and sends nothing', async () => {
    const street = openStreet();
    const oncely = street.start('one');
    const running = [...steps(10), 'first', 'second'].map((step) =>
      send(oncely, step, step.startsWith('step') ? {} : { deadlineMs: 400 }),
    );
    const began = street.scheduler.now();
    await street.scheduler.run();
    for (const refused of (await Promise.all(running)).slice(10) as OncelyError[]) {
      expect(refused).toMatchObject({ code: 'limit_reached', next: 'wait' });
      expect(refused.retryAfterMs).toBeGreaterThan(0);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(1_020);
      expect(String(refused)).toContain('Nothing was sent.');
    }
    expect(street.scheduler.now() - began).toBeLessThanOrEqual(20_000);
    expect(sent(street)).toEqual(steps(10));
  });

  it('refuses one behind others once its own time is over', async () => {
    const street = openStreet();
    const oncely = street.start('one');
    const running = [...steps(11), 'behind'].map((step) =>
      send(oncely, step, step === 'behind' ? { deadlineMs: 400 } : {}),
    );
    await street.scheduler.run();
    expect((await Promise.all(running)).map(codeOf)).toEqual([...Array(11).fill(undefined), 'limit_reached']);
    expect(sent(street)).toEqual(steps(11));
  });

  it('is shared by two processes on one ledger, whatever their network does', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const world = createWorld(seed);
      const arrivals: number[] = [];
      const arrive = world.vendor.arrive.bind(world.vendor);
      world.vendor.arrive = (request, how) => {
        arrivals.push(world.scheduler.now());
        return arrive(request, how);
      };
      const limits: LimitRule[] = [{ ...rate, operations: 'sim.*' }];
      const workers = ['one', 'two'].map((name) => world.worker(name, { limits, waitMs: 20_000 }));
      const running = steps(30).map((step, at) => {
        const { oncely, sim } = workers[at % 2] as (typeof workers)[number];
        return oncely.scope(desk, () => oncely.effect(step, () => sim.write('pay', { step })));
      });
      await world.scheduler.run();
      await Promise.all(running);
      expect(new Set(world.vendor.effects.map(({ parameters }) => parameters['step'])).size).toBe(30);
      expect(mostIn(arrivals, 1_000)).toBeLessThanOrEqual(10);
    }
  });

  it('is held up by nobody who was killed while it waited', async () => {
    const world = createWorld(3);
    const limits: LimitRule[] = [{ ...rate, operations: 'sim.*', count: 2 }];
    const [killed, lives] = ['killed', 'lives'].map((name) => world.worker(name, { limits, waitMs: 20_000 }));
    if (!killed || !lives) throw new Error('there are two');
    const write = (worker: typeof lives, step: string): PromiseLike<unknown> =>
      worker.oncely.scope(desk, () => worker.oncely.effect(step, () => worker.sim.write('pay', { step })));
    const first = ['a', 'b'].map((step) => write(lives, step));
    await world.scheduler.run();
    await Promise.all(first);
    for (const step of ['c', 'd', 'e']) void write(killed, step);
    world.scheduler.later(300, () => {
      killed.process.alive = false;
    });
    const began = world.scheduler.now();
    let ended = 0;
    world.scheduler.later(400, () => {
      void write(lives, 'f').then(() => {
        ended = world.scheduler.now();
      });
    });
    await world.scheduler.run();
    expect(new Set(world.vendor.effects.map(({ parameters }) => parameters['step']))).toEqual(new Set(['a', 'b', 'f']));
    expect(ended - began).toBeLessThan(1_300);
  });

  it('does not keep recovery waiting: what finds no room is met again later', async () => {
    const street = openStreet();
    const oncely = street.start('one');
    const handed = Promise.resolve(
      oncely.scope(desk, () => oncely.submit('handed', () => oncely.clients.shop.write('pay', { step: 'handed' }))),
    ).catch((error: unknown) => error);
    await street.scheduler.run();
    await handed;
    const running = Promise.all(steps(10).map((step) => send(oncely, step)));
    await street.scheduler.run();
    await running;
    const began = street.scheduler.now();
    const recovering = oncely.recover();
    await street.scheduler.run(began + 20);
    await recovering;
    expect(sent(street)).not.toContain('handed');
    street.scheduler.later(1_100, () => {});
    await street.scheduler.run();
    const again = oncely.recover();
    await street.scheduler.run();
    await again;
    expect(sent(street)).toContain('handed');
  });
});

describe('a rate that is not one is refused by name', () => {
  it.each([
    ['limits[0].within', { within: 'day' }],
    ['limits[0].within', { within: undefined }],
    ['limits[0].sum', { sum: 'amount', count: undefined, max: 10 }],
    ['limits[0].givenBackBy', { givenBackBy: 'compensation' }],
    ['limits[0]', { count: 0 }],
    ['limits[0].then', { then: 'queue' }],
  ])('%s of %j', (named, change) => {
    const limits = [{ ...rate, ...change }] as unknown as LimitRule[];
    const { vendor } = openShop();
    const make = (): unknown =>
      createOncely({ ledger: memoryLedger(), clients: { shop: testAdapter(vendor) }, limits, drainOnSigterm: false });
    expect(make).toThrow(named);
    expect(make).toThrow(/wait/);
  });
});
