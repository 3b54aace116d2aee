import assert from 'node:assert/strict';

import { createOncely, isOncelyError, type Effect, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelySlack } from '@oncely/slack';
import { startSlackFake, type SlackEffect } from '@oncely/testing/fakes/slack';
import { WebClient } from '@slack/web-api';

import type { Subject } from '../subject.ts';
import { subjects, titleOf } from '../subjects.ts';
import { addressOf, rawClient, scope, slot, token } from '../world.ts';
import { mortalLedger, type CommandFate } from './mortal-ledger.ts';
import { seeded, virtualTime, watchedAgent } from './time.ts';

const leaseMs = 60_000;
const hour = 3_600_000;
const mostRounds = 4;

/** What a schedule did, for counting. */
export interface Explored {
  readonly subject: string;
  readonly requests: number;
  readonly deaths: number;
  readonly asked: boolean;
  readonly jumped: boolean;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown } | 'died';

interface Process {
  readonly oncely: Oncely;
  /** Runs the one effect; `died` where the process did not live to tell. */
  readonly run: () => Promise<Outcome>;
  /** Recovers, or dies at it. */
  readonly recover: () => Promise<void>;
}

/**
 * One seeded schedule: a write of any kind, made with the real SDK by processes that die, on lines that fail, at a
 * vendor that fails in every way its fake knows, with hours or days between a death and what comes next. Then all
 * heals, a person answers what is stopped, and the vendor must have done it exactly once.
 */
export async function explore(seed: number): Promise<Explored> {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const subject = pick(subjects);
  const { agent: httpAgent, quiet } = watchedAgent();
  const time = virtualTime(quiet, () => fake.settled());
  const fake = await startSlackFake({
    now: time.now,
    historyLagMs: pick([0, 0, 1_500]),
    fileShareLagMs: pick([0, 30_000]),
  });
  try {
    const ids = (await subject.before?.(rawClient(fake))) ?? {};
    const earlier = fake.effects(subject.method).length;
    const seeds = fake.requests.length;
    const happened = (): readonly SlackEffect[] => fake.effects(subject.method).slice(earlier);
    const told = `seed ${seed}, ${titleOf(subject)}`;
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
          slack: oncelySlack((given) => new WebClient(token, { ...addressOf(fake), ...given }), {
            landingBoundMs: 2_000,
            httpAgent,
            sleep: (ms) => time.clock.sleep(ms),
          }),
        },
        clock: time.clock,
        leaseMs,
        waitMs: 1_000 + Math.floor(random() * 20_000),
        maxAttempts: 1 + Math.floor(random() * 5),
        drainOnSigterm: false,
      });
      const work = (): Promise<unknown> =>
        oncely.scope(scope, () => oncely.effect('write', () => subject.write(oncely.clients.slack, ids)));
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

    fake.failRandomly({ random, rates, match: () => true });
    let jumped = false;
    let acknowledged = false;
    for (let round = 1 + Math.floor(random() * mostRounds); round > 0; round -= 1) {
      const process = start();
      if (random() < 0.3) await process.recover();
      else {
        const outcome = await process.run();
        acknowledged ||= outcome !== 'died' && 'value' in outcome;
        if (outcome !== 'died' && 'error' in outcome) honest(outcome.error, told);
      }
      onceAtMost(happened(), subject, told);
      const pause = pick([0, leaseMs + 1, 2 * hour, 7 * 24 * hour]);
      jumped ||= pause > hour;
      await time.jump(pause);
    }
    if (acknowledged) assert.ok(happened().length > 0, `${told}: acknowledged and not there`);

    fake.heal();
    fates = [[1, 'ok']];
    await time.jump(leaseMs + 1);
    const asked = await finish(start, subject, happened, told, time.jump);
    await fake.settled();
    onceAtMost(happened(), subject, told);
    assert.ok(happened().length > 0, `${told}: nothing happened`);
    return { subject: titleOf(subject), requests: fake.requests.length - seeds, deaths, asked, jumped };
  } finally {
    httpAgent.destroy();
    await fake.close();
  }
}

/** What sets a state may be set again where nothing shows it; all else happens once. */
function onceAtMost(happened: readonly SlackEffect[], subject: Subject, told: string): void {
  const setsState = subject.method === 'views.publish';
  assert.ok(setsState || happened.length <= 1, `${told}: ${happened.length} effects`);
}

/** Runs it to its end in fresh processes; a person answers by what the vendor really did. Says whether one was asked. */
async function finish(
  start: () => Process,
  subject: Subject,
  happened: () => readonly SlackEffect[],
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
    const recorded = (await oncely.effects.get(slot)) as Effect;
    if ('value' in outcome) {
      assert.equal(recorded.state, 'succeeded', told);
      assert.equal(recorded.divergence, undefined, told);
      return asked;
    }
    const { error } = outcome;
    if (!isOncelyError(error)) throw new Error(`${told}: ${String(error)}`, { cause: error });
    last = error;
    if (error.code === 'result_unavailable') return asked;
    if (error.code === 'stopped') {
      assert.ok(subject.found === 'person' || subject.mayStop !== undefined, `${told} stopped: ${recorded.stopped}`);
      asked = true;
      const [effect] = happened();
      const vendorId = effect === undefined ? undefined : `${effect.channel}:${effect.id}`;
      const truth = { happened: vendorId === undefined ? (false as const) : { vendorId } };
      await oncely.effects.resolve(slot, truth, { by: 'ann' });
    }
    await jump(61_000);
  }
  throw new Error(`${told}: it does not come to an end`, { cause: last });
}

/** An error that a caller may get while things fail: ours, or the SDK's own for what ends nothing. */
function honest(error: unknown, told: string): void {
  if (isOncelyError(error)) return;
  const { name, message } = error as Error;
  // A read or an upload before the effect fails as it does without us.
  const ofReads = /^(WebAPIRateLimitedError|WebAPIRequestError|WebAPIHTTPError|TypeError)$/.test(name);
  const beforeIt = /Failed to upload|Retry header did not contain|internal_error|<html>/.test(message);
  assert.ok(ofReads || beforeIt, `${told}: ${name} ${message}`);
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
  [0.82, 'ok'],
  [0.03, 'lost_before'],
  [0.03, 'lost_after'],
  [0.06, 'dies_before'],
  [0.06, 'dies_after'],
];

const rates = {
  reset_before_effect: 0.07,
  reset_after_effect: 0.12,
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
