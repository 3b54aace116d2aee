/**
 * Seeded schedules of failing lines and dying processes, for any adapter with a vendor fake.
 *
 * @module
 */
import assert from 'node:assert/strict';
import type { Agent } from 'node:http';

import { createOncely, isOncelyError, type Adapter, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';

import type { RandomFaults } from '../fakes/faults.ts';
import { mortalLedger, type CommandFate } from './mortal-ledger.ts';
import { commandFates, everyFault } from './schedule-faults.ts';
import { seeded, weighted } from './seeded.ts';
import { virtualTime, watchedAgent } from './virtual-time.ts';

/** One write of the vendor's SDK, with what must be there before it. */
export interface ScheduledOperation<Client> {
  readonly name: string;
  /** What the fake calls its effect. */
  readonly effect: string;
  /** Of a batch: how many effects it has. Default 1. */
  readonly inputs?: number;
  /** Whether doubt about it may come to a person. */
  readonly mayStop: boolean;
  /** Whether it only sets a state that nothing shows, and may be set again. Default false. */
  readonly mayRepeat?: boolean;
  /** Makes what it needs, with a client of its own; gives the ids that the write takes. */
  readonly before?: (raw: Client) => Promise<readonly string[]>;
  /** The write; gives the vendor's ids of what came of it, where its answer names them. */
  readonly write: (client: Client, ids: readonly string[], oncely: Oncely) => Promise<readonly string[] | undefined>;
  /** Set where the write makes effects of its own, `inputs` of them, and is called in their scope. */
  readonly several?: true;
  /** Looks at what came of it in the end. @throws where that is not as it should be */
  readonly check?: (raw: Client, ids: readonly string[]) => Promise<void>;
}

/** What is used of a vendor's fake. */
export interface ScheduledFake {
  readonly requests: readonly unknown[];
  effects(operation: string): readonly { readonly id: string }[];
  failRandomly(faults: RandomFaults<never>): void;
  heal(): void;
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The virtual time of one schedule. */
export interface ScheduleTime {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A vendor whose writes are to be explored. */
export interface ScheduledVendor<Client> {
  readonly operations: readonly ScheduledOperation<Client>[];
  /** Starts a fake on the schedule's clock; what it draws is the same for the same seed. */
  readonly start: (
    time: ScheduleTime,
    random: () => number,
  ) => Promise<{
    readonly fake: ScheduledFake;
    readonly raw: Client;
    /** Asked for by each process anew; what it sends must go through the agent. */
    readonly adapter: (httpAgent: Agent) => Adapter<Client, 'one'>;
  }>;
  /** When the schedules begin, in milliseconds since 1970. Default: in September 2026. */
  readonly startsAt?: number;
  /** How often the fake fails, and how. Default: in every way that it knows, about half of all requests. */
  readonly rates?: RandomFaults<never>['rates'];
  /** Whether a caller may get this error of the vendor's while things fail: it ends nothing. */
  readonly endsNothing: (error: unknown) => boolean;
}

/** What a schedule did, for counting. */
export interface Explored {
  readonly operation: string;
  readonly requests: number;
  readonly deaths: number;
  /** A person was asked. */
  readonly asked: boolean;
  /** Hours or days went by on the way. */
  readonly jumped: boolean;
}

interface Process {
  readonly oncely: Oncely;
  /** Runs the one effect; `died` where the process did not live to tell. */
  readonly run: () => Promise<{ readonly value: readonly string[] | undefined } | { readonly error: unknown } | 'died'>;
  /** Recovers, or dies at it. */
  readonly recover: () => Promise<void>;
}

const leaseMs = 60_000;
const hour = 3_600_000;
/** Moments, a while, a week, and more than any key lasts. */
const pauses = [0, leaseMs + 1, 2 * hour, 7 * 24 * hour, 7 * 24 * hour, 31 * 24 * hour];
const mostRounds = 4;
const scope = { businessId: 'case_1', workflowId: 'test' } as const;

/**
 * One seeded schedule: an operation of any kind, made with the real SDK by processes that die, on lines that fail, at a
 * vendor that fails in every way its fake knows, with hours or weeks between a death and what comes next. Then all
 * heals, a person answers what is stopped, and the vendor must have done it exactly once.
 *
 * @throws an error with the seed where it has not
 */
export async function exploreSchedule<Client>(vendor: ScheduledVendor<Client>, seed: number): Promise<Explored> {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const operation = pick(vendor.operations);
  const { agent: httpAgent, quiet } = watchedAgent();
  const time = virtualTime(quiet, () => fake.settled(), vendor.startsAt);
  const { fake, raw, adapter } = await vendor.start({ now: time.now, sleep: (ms) => time.clock.sleep(ms) }, random);
  try {
    const ids = (await operation.before?.(raw)) ?? [];
    const earlier = fake.effects(operation.effect).length;
    const seeds = fake.requests.length;
    const inputs = operation.inputs ?? 1;
    const once = (): boolean => operation.mayRepeat === true || happened().length <= inputs;
    const happened = (): readonly string[] =>
      fake
        .effects(operation.effect)
        .slice(earlier)
        .map(({ id }) => id);
    const told = `seed ${seed}, ${operation.name}`;
    const ledger = memoryLedger({ now: time.now });
    let fates: readonly (readonly [number, CommandFate])[] = commandFates;
    let deaths = 0;

    const start = (): Process => {
      const death = Promise.withResolvers<'died'>();
      const die = (): void => {
        deaths += 1;
        death.resolve('died');
      };
      const oncely = createOncely({
        ledger: mortalLedger(ledger, () => weighted(random, fates), die),
        clients: { vendor: adapter(httpAgent) },
        clock: time.clock,
        leaseMs,
        waitMs: 1_000 + Math.floor(random() * 20_000),
        maxAttempts: 1 + Math.floor(random() * 5),
        // Nobody waits for them, so they would only move the fates of other commands.
        audit: { observations: false },
        drainOnSigterm: false,
      });
      const write = (): Promise<readonly string[] | undefined> => operation.write(oncely.clients.vendor, ids, oncely);
      const work = (): Promise<readonly string[] | undefined> =>
        oncely.scope(scope, () => (operation.several ? write() : oncely.effect('write', write)));
      const run: Process['run'] = () =>
        Promise.race([
          death.promise,
          work().then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          ),
        ]);
      return {
        oncely,
        run,
        recover: async () => void (await Promise.race([death.promise, oncely.recover().catch(() => undefined)])),
      };
    };

    fake.failRandomly({ random, rates: vendor.rates ?? everyFault, match: () => true });
    let jumped = false;
    let acknowledged: readonly string[] | undefined;
    for (let round = 1 + Math.floor(random() * mostRounds); round > 0; round -= 1) {
      const process = start();
      if (random() < 0.3) await process.recover();
      else {
        const outcome = await process.run();
        if (outcome !== 'died' && 'value' in outcome) acknowledged = outcome.value;
        if (outcome !== 'died' && 'error' in outcome) {
          const { error } = outcome;
          assert.ok(isOncelyError(error) || vendor.endsNothing(error), `${told}: ${String(error)}`);
        }
      }
      assert.ok(once(), `${told}: ${happened().length} effects`);
      const pause = pick(pauses);
      jumped ||= pause > hour;
      await time.jump(pause);
    }

    fake.heal();
    fates = [[1, 'ok']];
    await time.jump(leaseMs + 1);
    const asked = await finish(start, operation, happened, told, time.jump);
    await fake.settled();
    assert.ok(once() && happened().length >= inputs, `${told}: ${happened().length} effects`);
    if (operation.check) {
      // What happened last may show later.
      await time.jump(leaseMs);
      await operation.check(raw, ids);
    }
    if (acknowledged !== undefined) assert.deepEqual([...acknowledged].sort(), [...happened()].sort(), `${told}: told`);
    return { operation: operation.name, requests: fake.requests.length - seeds, deaths, asked, jumped };
  } finally {
    httpAgent.destroy();
    await fake.close();
  }
}

/**
 * The schedules of the seeds from 1 on, several at once. They prove nothing where they do not reach what they are for:
 * every operation, deaths, failed requests, hours and weeks in between, and a person where one may be asked.
 *
 * @param seeds how many; some ten an operation or more
 * @throws an error with the seed of the first that did not end with exactly one effect
 */
export async function exploreSchedules<Client>(
  createVendor: () => ScheduledVendor<Client>,
  seeds: number,
): Promise<readonly Explored[]> {
  const explored: Explored[] = [];
  const next = Array.from({ length: seeds }, (_, index) => index + 1).values();
  const worker = async (): Promise<void> => {
    const vendor = createVendor();
    for (const seed of next) explored.push(await exploreSchedule(vendor, seed));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  const total = (of: (each: Explored) => number): number => explored.reduce((sum, each) => sum + of(each), 0);
  const met = new Set(explored.map(({ operation }) => operation));
  const { operations } = createVendor();
  const missed = operations.filter(({ name }) => !met.has(name)).map(({ name }) => name);
  assert.deepEqual(missed, [], `${seeds} schedules did not come to all operations`);
  assert.ok(total(({ deaths }) => deaths) > seeds / 4, 'too few processes died');
  assert.ok(total(({ requests }) => requests) > 2 * seeds, 'too few requests were made');
  assert.ok(total(({ jumped }) => Number(jumped)) > seeds / 3, 'too little time went by');
  const asked = total((each) => Number(each.asked));
  assert.ok(asked > 0 || !operations.some(({ mayStop }) => mayStop), 'no person was ever asked');
  return explored;
}

/** Runs it to its end in fresh processes; a person answers by what the vendor really did. Says whether one was asked. */
async function finish(
  start: () => Process,
  operation: { readonly mayStop: boolean; readonly inputs?: number },
  happened: () => readonly string[],
  told: string,
  jump: (ms: number) => Promise<void>,
): Promise<boolean> {
  let asked = false;
  let last: unknown;
  for (let round = 0; round < 20; round += 1) {
    const { oncely, recover, run } = start();
    if (round === 0) await recover();
    const outcome = await run();
    if (outcome === 'died') throw new Error(`${told}: nothing dies any more`);
    const { effects } = await oncely.effects.list();
    if ('value' in outcome) {
      assert.ok(effects.length > 0, told);
      for (const { slot, state, divergence } of effects)
        assert.deepEqual({ slot, state, divergence }, { slot, state: 'succeeded', divergence: undefined }, told);
      return asked;
    }
    const { error } = outcome;
    if (!isOncelyError(error)) throw error;
    last = error;
    // A result that was shown once is not given again: the effect is over.
    if (error.code === 'result_unavailable') return asked;
    if (error.code === 'stopped') {
      const waits = effects.find(({ state }) => state === 'stopped');
      assert.ok(waits && operation.mayStop, `${told} stopped: ${waits?.stopped}`);
      asked = true;
      const [vendorId] = happened();
      const truth = { happened: vendorId === undefined ? (false as const) : { vendorId } };
      await oncely.effects.resolve(waits.slot, truth, { by: 'ann' });
    }
    await jump(leaseMs + 1);
  }
  throw new Error(`${told}: it does not come to an end`, { cause: last });
}
