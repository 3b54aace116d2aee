/** A process that is frozen and not dead: it wakes up when another has taken over. */
import { describe, expect, test } from 'vitest';

import { adapters, type AdapterName } from './cells.ts';
import { endOf, outcomeOf, pause, runAgent, startAgent } from './run.ts';
import { startWorld, type World } from './world.ts';

const timeout = 120_000;
/** Its half must be enough for a process on a busy machine to come to the point where it is frozen. */
const leaseMs = 1_600;

async function inWorld(
  adapter: AdapterName,
  times: { landingBoundMs?: number },
  work: (world: World) => Promise<void>,
): Promise<void> {
  const world = await startWorld(adapter, { leaseMs, ...times });
  try {
    await work(world);
  } finally {
    await world.close();
  }
}

/** Freezes the agent at a point, lets `meanwhile` happen, wakes it up and gives what it ends with. */
async function frozenAt(
  world: World,
  point: string,
  meanwhile: () => Promise<void>,
): Promise<ReturnType<typeof outcomeOf>> {
  const child = await startAgent(world, { point, signal: 'SIGSTOP' });
  try {
    await child.reached(point);
    await meanwhile();
    child.signal('SIGCONT');
    return outcomeOf(await endOf(child));
  } finally {
    child.signal('SIGKILL');
    await child.ended;
  }
}

/** What became of the first attempt. */
async function firstAttempt(world: World): Promise<{ evidence: string; reason?: string; landingEnd: number }> {
  const attempt = (await world.recorded())?.attempts[0];
  if (!attempt) throw new Error('there is no attempt');
  const landingEnd = attempt.leaseUntil + world.args.landingBoundMs;
  return {
    evidence: attempt.evidence,
    ...(attempt.reason === undefined ? {} : { reason: attempt.reason }),
    landingEnd,
  };
}

describe.concurrent('frozen before the last check, until its lease is over and another has finished', () => {
  for (const adapter of adapters.filter((each) => each !== 'email sendMail')) {
    test(`${adapter}: it wakes up and does not send`, { timeout }, () =>
      inWorld(adapter, {}, async (world) => {
        let other: unknown;
        const late = await frozenAt(world, 'before_send', async () => {
          other = await runAgent(world);
        });
        expect(world.happened()).toHaveLength(1);
        expect(world.sent()).toHaveLength(1);
        expect(late).toEqual(other);
        expect((await world.recorded())?.divergence).toBeUndefined();
      }),
    );
  }

  test(
    'email sendMail: nobody sends in its stead, it wakes up to a denial, and that proof lets it send once',
    { timeout },
    () =>
      inWorld('email sendMail', {}, async (world) => {
        const late = await frozenAt(world, 'before_send', async () => {
          expect(await runAgent(world)).toBe('stopped');
          expect(world.happened()).toEqual([]);
        });
        expect(await firstAttempt(world)).toMatchObject({ evidence: 'not_applied', reason: 'the send window is over' });
        expect(world.happened()).toHaveLength(1);
        expect(late).toEqual({ vendorId: world.happened()[0] });
      }),
  );
});

describe.concurrent('frozen behind the last check: what it was about to send may still land', () => {
  for (const adapter of ['slack chat.postMessage', 'stripe customers.del'] as const) {
    test(
      `${adapter}: the other waits for the lease and the landing bound, and finds what landed in between`,
      { timeout },
      () =>
        inWorld(adapter, { landingBoundMs: 1_500 }, async (world) => {
          let other: ReturnType<typeof runAgent> | undefined;
          const late = await frozenAt(world, 'after_check', async () => {
            other = runAgent(world);
            // Later than two looks that are near each other, and well inside the landing bound.
            await pause(leaseMs + 1_000);
            expect(world.sent()).toEqual([]);
          });
          expect(await other).toEqual(late);
          expect(world.happened()).toHaveLength(1);
          expect(world.sent()).toHaveLength(1);
          expect((await world.recorded())?.divergence).toBeUndefined();
        }),
    );

    test(`${adapter}: it never wakes up, and nobody sends before the landing bound has passed`, { timeout }, () =>
      inWorld(adapter, { landingBoundMs: 1_000 }, async (world) => {
        const child = await startAgent(world, { point: 'after_check', signal: 'SIGSTOP' });
        await child.reached('after_check');
        const other = await runAgent(world);
        child.signal('SIGKILL');
        await child.ended;
        expect(world.happened()).toHaveLength(1);
        expect(other).toEqual({ vendorId: world.happened()[0] });
        expect(world.sent()[0]).toBeGreaterThanOrEqual((await firstAttempt(world)).landingEnd);
      }),
    );
  }

  for (const adapter of ['stripe refunds.create', 'stripe paymentIntents.create'] as const) {
    test(`${adapter}: the other sends the same key, both sends make one effect`, { timeout }, () =>
      inWorld(adapter, {}, async (world) => {
        let other: unknown;
        const late = await frozenAt(world, 'after_check', async () => {
          other = await runAgent(world);
        });
        expect(world.happened()).toHaveLength(1);
        expect(world.sent()).toHaveLength(2);
        expect(late).toEqual(other);
        expect((await world.recorded())?.divergence).toBeUndefined();
      }),
    );
  }

  test(
    'email sendMail: the other stops; the late process gives up before the dot, and that proof lets it send once',
    { timeout },
    () =>
      inWorld('email sendMail', {}, async (world) => {
        const late = await frozenAt(world, 'after_check', async () => {
          expect(await runAgent(world)).toBe('stopped');
        });
        expect(world.happened()).toHaveLength(1);
        expect(late).toEqual({ vendorId: world.happened()[0] });
        expect(await firstAttempt(world)).toMatchObject({ evidence: 'not_applied' });
      }),
  );
});

describe.concurrent('frozen with the answer in its hands', () => {
  for (const adapter of adapters.filter((each) => each !== 'email sendMail')) {
    test(`${adapter}: the other comes to the same outcome, and the late answer changes nothing`, { timeout }, () =>
      inWorld(adapter, {}, async (world) => {
        let other: unknown;
        const late = await frozenAt(world, 'answer_received', async () => {
          other = await runAgent(world);
        });
        expect(world.happened()).toHaveLength(1);
        expect(late).toEqual(other);
        expect((await world.recorded())?.divergence).toBeUndefined();
      }),
    );
  }

  test('email sendMail: the other stops, and the late answer is the proof that ends the doubt', { timeout }, () =>
    inWorld('email sendMail', {}, async (world) => {
      const late = await frozenAt(world, 'answer_received', async () => {
        expect(await runAgent(world)).toBe('stopped');
      });
      expect(world.happened()).toHaveLength(1);
      expect(late).toEqual({ vendorId: world.happened()[0] });
      expect(await runAgent(world)).toEqual(late);
      expect(world.sent()).toHaveLength(1);
    }),
  );
});
