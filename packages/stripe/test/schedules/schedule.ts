import assert from 'node:assert/strict';

import { createOncely, isOncelyError, type Effect, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake } from '@oncely/testing/fakes/stripe';

import type { Subject } from '../subject.ts';
import { subjects } from '../subjects.ts';
import { scope, slot } from '../case.ts';
import { mortalLedger, type CommandFate } from './mortal-ledger.ts';
import type { Sdk } from './sdk.ts';
import { seeded, virtualTime, watchedAgent } from './time.ts';

const leaseMs = 60_000;
const hour = 3_600_000;
/** Moments, a while, a week, and more than any key lasts. */
const pauses = [0, leaseMs + 1, 2 * hour, 7 * 24 * hour, 7 * 24 * hour, 31 * 24 * hour];
const mostRounds = 4;

/** What a schedule did, for counting. */
export interface Explored {
  readonly subject: string;
  readonly found: Subject['found'];
  readonly requests: number;
  readonly deaths: number;
  readonly asked: boolean;
  readonly jumped: boolean;
}

interface Process {
  readonly oncely: Oncely;
  /** Runs the one effect; `died` where the process did not live to tell. */
  readonly run: () => Promise<{ readonly value: unknown } | { readonly error: unknown } | 'died'>;
  /** Recovers, or dies at it. */
  readonly recover: () => Promise<void>;
}

/**
 * One seeded schedule: an operation of any kind, made with the real SDK by processes that die, on lines that fail, at a
 * vendor that fails in every way its fake knows, with hours or a week between a death and what comes next. Then all
 * heals, a person answers what is stopped, and the vendor must have done it exactly once.
 */
export async function explore(seed: number, sdk: Sdk): Promise<Explored> {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const subject = pick(subjects);
  const { agent: httpAgent, quiet } = watchedAgent();
  const time = virtualTime(quiet, () => fake.settled());
  const fake = await startStripeFake({ now: time.now });
  try {
    sdk.pointAt(fake);
    fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
    const ids = await subject.before(sdk.raw);
    const earlier = fake.effects(subject.effect).length;
    const seeds = fake.requests.length;
    const happened = (): readonly string[] =>
      fake
        .effects(subject.effect)
        .slice(earlier)
        .map(({ id }) => id);
    const told = `seed ${seed}, ${subject.name}`;
    const ledger = memoryLedger({ now: time.now });
    let fates: readonly (readonly [number, CommandFate])[] = commandFates;
    let deaths = 0;

    const start = (): Process => {
      let die: () => void = () => undefined;
      const death = new Promise<'died'>((resolve) => {
        die = () => {
          deaths += 1;
          resolve('died');
        };
      });
      const oncely = createOncely({
        ledger: mortalLedger(ledger, () => weighted(random, fates), die),
        clients: {
          stripe: oncelyStripe(sdk.build, {
            landingBoundMs: 2_000,
            httpAgent,
          }),
        },
        clock: time.clock,
        leaseMs,
        waitMs: 1_000 + Math.floor(random() * 20_000),
        maxAttempts: 1 + Math.floor(random() * 5),
        drainOnSigterm: false,
      });
      const work = (): Promise<unknown> =>
        oncely.scope(scope, () => oncely.effect('write', () => subject.write(oncely.clients.stripe, ids)));
      const run: Process['run'] = () =>
        Promise.race([
          death,
          work().then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          ),
        ]);
      return {
        oncely,
        run,
        recover: async () => void (await Promise.race([death, oncely.recover().catch(() => undefined)])),
      };
    };

    fake.failRandomly({ random, rates: rates, match: () => true });
    let jumped = false;
    let acknowledged: unknown;
    for (let round = 1 + Math.floor(random() * mostRounds); round > 0; round -= 1) {
      const process = start();
      if (random() < 0.3) await process.recover();
      else {
        const outcome = await process.run();
        if (outcome !== 'died' && 'value' in outcome) acknowledged = outcome.value;
        if (outcome !== 'died' && 'error' in outcome) honest(outcome.error, told);
      }
      assert.ok(happened().length <= 1, `${told}: ${happened().length} effects`);
      const pause = pick(pauses);
      jumped ||= pause > hour;
      await time.jump(pause);
    }

    fake.heal();
    fates = [[1, 'ok']];
    await time.jump(leaseMs + 1);
    const asked = await finish(start, subject, happened, told);
    assert.equal(happened().length, 1, `${told}: ${happened().length} effects`);
    if (acknowledged !== undefined)
      assert.equal(idOf(acknowledged), idOf({ id: happened()[0] }), `${told}: acknowledged`);
    const { found, name } = subject;
    return { subject: name, found, requests: fake.requests.length - seeds, deaths, asked, jumped };
  } finally {
    httpAgent.destroy();
    await fake.close();
  }
}

/** Runs it to its end in fresh processes; a person answers by what the vendor really did. Says whether one was asked. */
async function finish(
  start: () => Process,
  subject: Subject,
  happened: () => readonly string[],
  told: string,
): Promise<boolean> {
  let asked = false;
  let last: unknown;
  for (let round = 0; round < 20; round += 1) {
    const { oncely, recover, run } = start();
    if (round === 0) await recover();
    const outcome = await run();
    if (outcome === 'died') throw new Error(`${told}: nothing dies any more`);
    const recorded = (await oncely.effects.get(slot)) as Effect;
    if ('value' in outcome) {
      assert.equal(recorded.state, 'succeeded', told);
      assert.equal(recorded.divergence, undefined, told);
      return asked;
    }
    const { error } = outcome;
    if (!isOncelyError(error)) throw error;
    last = error;
    // A result that was shown once is not given again: the effect is over.
    if (error.code === 'result_unavailable') return asked;
    if (error.code === 'stopped') {
      assert.equal(subject.absent, 'stopped', `${told} stopped: ${recorded.stopped}`);
      asked = true;
      const [vendorId] = happened();
      const truth = { happened: vendorId === undefined ? (false as const) : { vendorId } };
      await oncely.effects.resolve(slot, truth, { by: 'ann' });
    }
  }
  throw new Error(`${told}: it does not come to an end`, { cause: last });
}

/** An error that a caller may get while things fail: ours, or the vendor's own for what ends nothing. */
function honest(error: unknown, told: string): void {
  if (isOncelyError(error)) return;
  const { statusCode } = error as { statusCode?: number };
  assert.ok(statusCode === 429, `${told}: ${String(error)}`);
}

function idOf(value: unknown): unknown {
  // An account link, and others that are shown once, have none.
  return (value as { id?: unknown }).id ?? '';
}

function weighted<T>(random: () => number, from: readonly (readonly [number, T])[]): T {
  let left = random();
  for (const [weight, value] of from) {
    left -= weight;
    if (left < 0) return value;
  }
  return (from[0] as readonly [number, T])[1];
}

const commandFates: readonly (readonly [number, CommandFate])[] = [
  [0.88, 'ok'],
  [0.02, 'lost_before'],
  [0.02, 'lost_after'],
  [0.04, 'dies_before'],
  [0.04, 'dies_after'],
];

const rates = {
  reset_before_effect: 0.07,
  reset_after_effect: 0.1,
  status: 0.06,
  truncate: 0.04,
  late_landing: 0.05,
  slow_execution: 0.02,
  rate_limited: 0.04,
  gateway_429: 0.03,
  gateway_502: 0.05,
  not_json: 0.03,
  no_error_body: 0.04,
} as const;
