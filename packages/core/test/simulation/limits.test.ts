import type { LimitRule } from '@oncely/core';
import { expect, it } from 'vitest';

import type { Fate } from './vendor.ts';
import { createWorld, leaseMs, type Worker, type World } from './world.ts';

const schedules = Number(process.env['ONCELY_LIMIT_SCHEDULES'] ?? 1_000);
const first = Number(process.env['ONCELY_SCHEDULE_SEED'] ?? 1);

const most = 1_000;
const windowMs = 20_000;

const rules: readonly LimitRule[] = [
  { operations: 'sim.*', sum: 'amount', max: most, per: 'all' },
  { operations: 'sim.*', sum: 'amount', max: most, per: 'all', within: windowMs },
];

const fates: readonly Fate[] = [
  'ok',
  'ok',
  'ok',
  'ok',
  'refused',
  'lost_before',
  'lost_after',
  'lands_late',
  'rate_limited',
  'stored_500',
  'rejected',
  'wrong_gateway',
];

interface Explored {
  readonly sends: number;
  readonly refused: number;
  readonly kills: number;
}

it(`I10: in ${schedules} seeded schedules of killed, stopped and contending workers the vendor's sum is never above a limit`, async () => {
  const all = { sends: 0, refused: 0, kills: 0 };
  for (let seed = first; seed < first + schedules; seed += 1) {
    const one = await explore(seed, rules[seed % 2] as LimitRule);
    for (const name of ['sends', 'refused', 'kills'] as const) all[name] += one[name];
  }
  // The schedules must be worth something.
  expect(all.sends).toBeGreaterThan(schedules * 3);
  expect(all.refused).toBeGreaterThan(schedules);
  expect(all.kills).toBeGreaterThan(schedules / 4);
}, 3_600_000);

it.each([
  ['that an attempt took which woke up behind the end of its effect', 1_670],
  ['of a doubt that has many attempts', 500_645],
])('the room %s is free again', async (_what, seed) => {
  await expect(explore(seed, rules[seed % 2] as LimitRule)).resolves.toMatchObject({ kills: expect.any(Number) });
});

it('what landed after its caller had given up counts from when it landed', async () => {
  await expect(explore(13_119, rules[1] as LimitRule)).resolves.toMatchObject({ kills: expect.any(Number) });
});

async function explore(seed: number, rule: LimitRule): Promise<Explored> {
  const world = createWorld(seed);
  const { scheduler, vendor } = world;
  const { random } = scheduler;
  const options = { limits: [rule], waitMs: 1_500 };
  const told: Explored & { refused: number; kills: number } = { sends: 0, refused: 0, kills: 0 };
  vendor.fate = () => fates[Math.floor(random() * fates.length)] ?? 'ok';
  world.ledgerFate = () => (random() < 0.02 ? 'lost_after' : random() < 0.02 ? 'lost_before' : 'ok');
  const workers = Array.from({ length: 3 }, (_, at) => world.worker(`worker-${at}`, options));
  // Some ask for the same effect, so that one takes it over from another.
  const effects = Array.from({ length: 8 }, (_, at) => ({
    step: `step-${at}`,
    operation: random() < 0.6 ? ('pay' as const) : ('post' as const),
    amount: 50 + Math.floor(random() * 450),
  }));
  const running: Promise<void>[] = [];
  const call = async (worker: Worker, { step, operation, amount }: (typeof effects)[number]): Promise<void> => {
    const { oncely, sim } = worker;
    await Promise.resolve(
      oncely.scope({ businessId: `case-${step}`, workflowId: 'desk' }, () =>
        oncely.effect(step, () => sim.write(operation, { amount })),
      ),
    ).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'limit_reached') told.refused += 1;
    });
  };
  for (let at = 0; at < 14; at += 1) {
    const worker = workers[Math.floor(random() * workers.length)] as Worker;
    const effect = effects[Math.floor(random() * effects.length)] as (typeof effects)[number];
    scheduler.later(random() * 3_000, () => running.push(call(worker, effect)));
  }
  for (const { process } of workers) {
    const fate = random();
    scheduler.later(random() * 2_000, () => {
      if (fate < 0.3) {
        process.alive = false;
        told.kills += 1;
      } else if (fate < 0.5) {
        // Long enough that what it was given room for counts no more.
        process.continueAt = scheduler.now() + random() * 200_000;
      }
    });
  }
  await scheduler.run(scheduler.now() + 4_000);
  await later(world, options, effects, call);
  await scheduler.run();
  checkSums(world, rule, seed);

  vendor.fate = () => 'ok';
  world.ledgerFate = () => 'ok';
  // What finds no room waits for it, for ever where there is none.
  for (let round = 0; round < 8; round += 1) {
    const { oncely } = world.worker(`recovery-${round}`, options);
    const pending = oncely.recover({ deadlineMs: 60_000 });
    await scheduler.run();
    await pending;
    scheduler.later(round < 2 ? leaseMs : 310_000, () => undefined);
    await scheduler.run();
  }
  checkSums(world, rule, seed);
  scheduler.later(100_000, () => undefined);
  await scheduler.run();
  // What is not used is there: nothing that did not happen counts for ever.
  const counted = rule.within === undefined ? vendor.effects.reduce((sum, each) => sum + amountOf(each), 0) : 0;
  const last = world.worker('last', options);
  const rest = call(last, { step: 'rest', operation: 'pay', amount: most - counted });
  await scheduler.run();
  await rest;
  expect(
    vendor.effects.some((each) => amountOf(each) === most - counted),
    `seed ${seed}: the rest`,
  ).toBe(true);
  checkSums(world, rule, seed);
  return { ...told, sends: vendor.requests.length };
}

/** Fresh workers meet what the others left behind. */
async function later(
  world: World,
  options: { readonly limits: readonly LimitRule[] },
  effects: readonly { readonly step: string; readonly operation: 'pay' | 'post'; readonly amount: number }[],
  call: (worker: Worker, effect: (typeof effects)[number]) => Promise<void>,
): Promise<void> {
  const { scheduler } = world;
  for (let at = 0; at < 3; at += 1) {
    const fresh = world.worker(`fresh-${at}`, options);
    scheduler.later(
      scheduler.random() * 30_000,
      () => void fresh.oncely.recover({ deadlineMs: 5_000 }).catch(() => {}),
    );
    for (const effect of effects) {
      if (scheduler.random() < 0.4) scheduler.later(scheduler.random() * 60_000, () => void call(fresh, effect));
    }
  }
  await scheduler.run(scheduler.now() + 90_000);
}

function amountOf({ parameters }: { readonly parameters: Readonly<Record<string, unknown>> }): number {
  return Number(parameters['amount']);
}

/** In every window that ends with an effect. */
function checkSums({ vendor }: World, rule: LimitRule, seed: number): void {
  const within = typeof rule.within === 'number' ? rule.within : Infinity;
  for (const { at } of vendor.effects) {
    const inside = vendor.effects.filter((each) => each.at <= at && each.at > at - within);
    const sum = inside.reduce((all, each) => all + amountOf(each), 0);
    expect(sum, `seed ${seed}: the sum up to ${at}`).toBeLessThanOrEqual(most);
  }
}
