import assert from 'node:assert/strict';

import { isOncelyError, type OncelyError } from '@oncely/core';

import type { SimOperation } from './adapter.ts';
import type { Fate } from './vendor.ts';
import { createWorld, type LedgerFate, type Worker, type World } from './world.ts';

const scope = { businessId: 'invoice_1', workflowId: 'desk' } as const;
const steps: readonly SimOperation[] = ['pay', 'post', 'mail'];
const mostRounds = 8;

/** What a schedule did, for counting. */
export interface Explored {
  readonly sends: number;
  readonly kills: number;
  readonly doubts: number;
}

/**
 * One seeded schedule: two or three workers run the same agent at once while processes are killed and stopped, the
 * vendor and the ledger's line fail, and a worker with another idea of the amount joins in. Then everything heals, and
 * what the vendor counted must be what was promised.
 */
export async function explore(seed: number): Promise<Explored> {
  const world = createWorld(seed);
  const { scheduler, vendor } = world;
  const { random } = scheduler;
  const acknowledged = new Map<string, Set<string>>();
  let kills = 0;
  let doubts = 0;

  vendor.fate = () => pick(random, vendorFates);
  world.ledgerFate = () => pick(random, ledgerFates);

  const agent = async ({ oncely, sim }: Worker, amount: number): Promise<boolean> => {
    try {
      await oncely.scope(scope, async () => {
        for (const step of steps) {
          const result = await oncely.effect(step, () =>
            sim.write(step, { amount, text: `hello ${Math.floor(random() * 3)}` }),
          );
          const ids = acknowledged.get(step) ?? new Set();
          acknowledged.set(step, ids.add(String(result['id'])));
        }
      });
      return true;
    } catch (error) {
      if (isOncelyError(error) && error.code.startsWith('in_')) doubts += 1;
      if (isOncelyError(error) && (error as OncelyError).code === 'stopped') return true;
      // The vendor's own refusal ends the case, as a declined card does.
      return (error as { status?: number }).status === 402;
    }
  };

  const supervise = async (name: string, amount: number): Promise<void> => {
    // Some agents never come back: what they began is for recovery alone.
    const rounds = Math.ceil(random() * mostRounds);
    for (let round = 0; round < rounds; round += 1) {
      const worker = world.worker(`${name}${round}`, { waitMs: 300 + random() * 3_000 });
      if (random() < 0.4) {
        scheduler.later(random() * 1_500, () => {
          kills += worker.process.alive ? 1 : 0;
          worker.process.alive = false;
        });
      } else if (random() < 0.3) {
        scheduler.later(random() * 200, () => {
          worker.process.continueAt = scheduler.now() + random() * 3 * 1_000;
        });
      }
      const outcome = agent(worker, amount);
      const over = await Promise.race([outcome, scheduler.after(6_000).then(() => false)]);
      worker.process.alive = false;
      if (over) return;
      await scheduler.after(random() * 500);
    }
  };

  const amounts = [100, 100, ...(random() < 0.5 ? [random() < 0.5 ? 100 : 999] : [])];
  const supervised = amounts.map((amount, index) => supervise(`w${index}-`, amount));
  await scheduler.run();
  await Promise.all(supervised);

  vendor.fate = () => 'ok';
  world.ledgerFate = () => 'ok';
  await world.recoverAll();
  await check(world, acknowledged, seed);
  return { sends: vendor.requests.length, kills, doubts };
}

async function check(
  world: World,
  acknowledged: ReadonlyMap<string, ReadonlySet<string>>,
  seed: number,
): Promise<void> {
  const { vendor } = world;
  const { oncely } = world.worker('judge');
  const listing = oncely.effects.list();
  await world.scheduler.run();
  const { effects } = await listing;
  for (const step of steps) {
    const happened = vendor.effects.filter((effect) => effect.operation === `sim.${step}`);
    const recorded = effects.find((effect) => effect.contract.stepId === step);
    const told = `seed ${seed}, ${step}`;
    // I1: one effect, counted at the vendor. I3: and never with two different inputs.
    assert.ok(happened.length <= 1, `I1 ${told}: ${happened.length} effects`);
    // I2: what an agent was told is there and recorded.
    for (const id of acknowledged.get(step) ?? []) {
      assert.deepEqual(
        happened.map((effect) => effect.id),
        [id],
        `I2 ${told}: acknowledged ${id}`,
      );
      assert.equal(recorded?.state, 'succeeded', `I2 ${told}: acknowledged and ${recorded?.state}`);
    }
    // I9: doubt has ended, by evidence that agrees with the truth, or waits for a person.
    if (recorded === undefined) {
      assert.equal(happened.length, 0, `I2 ${told}: an effect without a record`);
      continue;
    }
    assert.notEqual(recorded.state, 'in_doubt', `I9 ${told}: still in doubt`);
    assert.notEqual(recorded.state, 'executing', `I9 ${told}: still executing`);
    if (step !== 'mail' && happened.length === 1) {
      assert.equal(recorded.state, 'succeeded', `I9 ${told}: it happened and is ${recorded.state}`);
      assert.equal(recorded.vendorId, happened[0]?.id, `I2 ${told}: another id`);
    }
    if (recorded.state === 'succeeded') assert.equal(happened.length, 1, `I9 ${told}: succeeded without an effect`);
    assert.equal(recorded.divergence, undefined, `I1 ${told}: divergence`);
  }
}

const vendorFates: readonly (readonly [number, Fate])[] = [
  [0.5, 'ok'],
  [0.12, 'lost_after'],
  [0.08, 'lost_before'],
  [0.08, 'lands_late'],
  [0.08, 'rate_limited'],
  [0.04, 'refused'],
  [0.04, 'wrong_gateway'],
  [0.03, 'stored_500'],
  [0.03, 'rejected'],
];

const ledgerFates: readonly (readonly [number, LedgerFate])[] = [
  [0.94, 'ok'],
  [0.03, 'lost_before'],
  [0.03, 'lost_after'],
];

function pick<T>(random: () => number, weighted: readonly (readonly [number, T])[]): T {
  let left = random();
  for (const [weight, value] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  return (weighted[0] as readonly [number, T])[1];
}
