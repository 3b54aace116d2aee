import { isOncelyError, type OncelyError } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { landingBoundMs, type SimOperation } from './adapter.ts';
import { createWorld, leaseMs, type Worker, type World } from './world.ts';

// The interleavings that broke earlier designs, each by name. Effects are counted at the vendor.

const scope = { businessId: 'invoice_1', workflowId: 'desk' } as const;

/** One run of an agent with one effect; resolves to its result or to the error. */
function act(worker: Worker, step: SimOperation, amount = 100, options = {}): Promise<unknown> {
  return worker.oncely
    .scope(scope, () => worker.oncely.effect(step, options, () => worker.sim.write(step, { amount })))
    .catch((error: unknown) => error);
}

/** Runs the world to its end and gives what the promise resolved to. */
async function finish<T>(world: World, work: Promise<T>): Promise<T> {
  await world.scheduler.run();
  return work;
}

/** The fingerprint of the input that waits for approval, as a person is shown it. */
async function shownToBoss(world: World): Promise<string | undefined> {
  const effect = await finish(world, world.worker('screen').oncely.effects.get('invoice_1:desk:pay'));
  return effect?.approval?.fingerprint;
}

async function until(world: World, condition: () => boolean): Promise<void> {
  while (!condition()) await world.scheduler.run(world.scheduler.now() + 1);
}

async function stateOf(world: World, step: SimOperation): Promise<string | undefined> {
  const effect = await finish(world, world.worker('judge').oncely.effects.get(`invoice_1:desk:${step}`));
  return effect?.state;
}

function codeOf(outcome: unknown): string | undefined {
  return isOncelyError(outcome) ? (outcome as OncelyError).code : undefined;
}

describe('traces that broke earlier designs', () => {
  it('a 429 on the second attempt after a lost commit leaves the first in doubt', async () => {
    const world = createWorld(1);
    world.vendor.script.push('lost_after', ...Array.from({ length: 9 }, () => 'rate_limited' as const));
    const worker = world.worker('a', { waitMs: 1_000 });
    const outcome = await finish(world, act(worker, 'pay'));
    expect(codeOf(outcome)).toBe('in_doubt');
    expect(world.vendor.script.length).toBeLessThan(9);
    world.vendor.script.length = 0;
    expect(await stateOf(world, 'pay')).toBe('in_doubt');
    // Other input now would be a second effect.
    expect(codeOf(await finish(world, act(world.worker('b'), 'pay', 999)))).toBe('input_changed');
    expect(await finish(world, act(world.worker('c'), 'pay'))).toEqual({ id: 'v_1' });
    expect(world.vendor.effects).toHaveLength(1);
  });

  it('a refused bystander and a canceller raise the revision and do not evict the holder', async () => {
    const world = createWorld(2);
    const holder = world.worker('holder');
    const held = act(holder, 'pay');
    // Stopped by the line between claim and settle: long enough for others to come by.
    await world.scheduler.run(world.scheduler.now() + 30);
    holder.process.continueAt = world.scheduler.now() + 300;
    const bystander = act(world.worker('bystander', { waitMs: 100 }), 'pay', 999);
    const cancelled = world.worker('operator').oncely.effects.cancel('invoice_1:desk:pay', { by: 'ops' });
    expect(await finish(world, held)).toEqual({ id: 'v_1' });
    expect(codeOf(await bystander)).toBe('input_changed');
    await cancelled;
    expect(await stateOf(world, 'pay')).toBe('succeeded');
    expect(world.vendor.effects).toHaveLength(1);
  });

  it('I4: a process stopped past its window before the last check sends nothing when it wakes', async () => {
    for (let pause = 20; pause <= 60; pause += 5) {
      const world = createWorld(pause);
      const stopped = world.worker('stopped');
      const late = act(stopped, 'post');
      await world.scheduler.run(world.scheduler.now() + pause);
      stopped.process.continueAt = world.scheduler.now() + 4 * leaseMs + 4 * landingBoundMs;
      const other = act(world.worker('other', { waitMs: 10_000 }), 'post');
      expect(await finish(world, other)).toEqual({ id: 'v_1' });
      expect(await late).toEqual({ id: 'v_1' });
      expect(world.vendor.effects).toHaveLength(1);
    }
  });

  it('what lands late, inside the landing bound, is found before anybody resends', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const world = createWorld(seed);
      world.vendor.script.push('lands_late');
      const sender = world.worker('sender', { waitMs: 10_000 });
      const sent = act(sender, 'post');
      const other = act(world.worker('other', { waitMs: 10_000 }), 'post');
      expect(await finish(world, sent)).toEqual({ id: 'v_1' });
      expect(await other).toEqual({ id: 'v_1' });
      expect(world.vendor.requests).toHaveLength(1);
    }
  });

  it('a cancel during doubt erases nothing: what happened is found', async () => {
    const world = createWorld(5);
    world.vendor.script.push('lost_after');
    expect(codeOf(await finish(world, act(world.worker('a', { waitMs: 220 }), 'post')))).toBe('in_doubt');
    await finish(world, world.worker('operator').oncely.effects.cancel('invoice_1:desk:post', { by: 'ops' }));
    expect(await stateOf(world, 'post')).toBe('in_doubt');
    await world.recoverAll();
    expect(await stateOf(world, 'post')).toBe('succeeded');
    expect(world.vendor.effects).toHaveLength(1);
  });

  it('a cancel during doubt of what did not happen ends cancelled, and nothing more is sent', async () => {
    const world = createWorld(6);
    world.vendor.script.push('lost_before');
    await finish(world, act(world.worker('a', { waitMs: 220 }), 'post'));
    await finish(world, world.worker('operator').oncely.effects.cancel('invoice_1:desk:post', { by: 'ops' }));
    await world.recoverAll();
    expect(await stateOf(world, 'post')).toBe('cancelled');
    expect(codeOf(await finish(world, act(world.worker('b'), 'post')))).toBe('cancelled');
    expect(world.vendor.effects).toHaveLength(0);
  });

  it('a newer logic version waits for the doubt of the older one, and an older one never acts on a newer', async () => {
    const world = createWorld(7);
    world.vendor.script.push('lost_after');
    await finish(world, act(world.worker('a', { waitMs: 220 }), 'post'));
    expect(codeOf(await finish(world, act(world.worker('b'), 'post', 100, { version: 2 })))).toBe('in_doubt');
    expect(world.vendor.effects).toHaveLength(1);
    await world.recoverAll();
    expect(await finish(world, act(world.worker('c'), 'post', 100, { version: 2 }))).toEqual({ id: 'v_2' });
    expect(codeOf(await finish(world, act(world.worker('d'), 'post')))).toBe('outdated_logic');
    expect(world.vendor.effects).toHaveLength(2);
  });

  it('a late 250 OK of a stale holder is taken as proof', async () => {
    const world = createWorld(8);
    const holder = world.worker('holder');
    const held = act(holder, 'mail');
    // Sent, then stopped before the answer is read, until others have given up and stopped the effect.
    await until(world, () => world.vendor.requests.length === 1);
    holder.process.continueAt = world.scheduler.now() + 4 * leaseMs;
    const other = act(world.worker('other', { waitMs: 10_000 }), 'mail');
    await world.scheduler.run(world.scheduler.now() + 3 * leaseMs);
    expect(codeOf(await other)).toBe('stopped');
    expect(await finish(world, held)).toEqual({ id: 'v_1' });
    expect(await stateOf(world, 'mail')).toBe('succeeded');
    expect(world.vendor.effects).toHaveLength(1);
  });

  it('an own claim whose answer was lost is recognised, not waited for as somebody else', async () => {
    const world = createWorld(9);
    world.ledgerScript.push('lost_after');
    const before = world.scheduler.now();
    expect(await finish(world, act(world.worker('a'), 'pay'))).toEqual({ id: 'v_1' });
    expect(world.scheduler.now() - before).toBeLessThan(leaseMs);
    expect(world.vendor.requests).toHaveLength(1);
  });

  it('a settle whose answer was lost is recognised', async () => {
    const world = createWorld(10);
    world.ledgerScript.push('ok', 'lost_after');
    expect(await finish(world, act(world.worker('a'), 'pay'))).toEqual({ id: 'v_1' });
    const history = await world.ledger.history('invoice_1:desk:pay');
    expect(history).toHaveLength(1);
  });

  it('a rejection is replayed, and reopened by other input under a new key', async () => {
    const world = createWorld(11);
    world.vendor.script.push('rejected');
    expect(await finish(world, act(world.worker('a'), 'pay'))).toMatchObject({ status: 402 });
    expect(await finish(world, act(world.worker('b'), 'pay'))).toMatchObject({ status: 402 });
    expect(world.vendor.requests).toHaveLength(1);
    expect(await finish(world, act(world.worker('c'), 'pay', 50))).toEqual({ id: 'v_1' });
    const keys = new Set(world.vendor.requests.map((request) => request.key));
    expect(keys.size).toBe(2);
    expect(world.vendor.effects.map((effect) => effect.parameters['amount'])).toEqual([50]);
  });

  it('I3: other input on takeover of a crashed attempt is refused', async () => {
    const world = createWorld(12);
    world.vendor.script.push('lost_after');
    const crashed = world.worker('crashed');
    void act(crashed, 'pay');
    await world.scheduler.run(world.scheduler.now() + 60);
    crashed.process.alive = false;
    world.scheduler.later(2 * leaseMs, () => undefined);
    await world.scheduler.run();
    expect(codeOf(await finish(world, act(world.worker('b'), 'pay', 999)))).toBe('input_changed');
    expect(await finish(world, act(world.worker('c'), 'pay'))).toEqual({ id: 'v_1' });
    expect(world.vendor.effects.map((effect) => effect.parameters['amount'])).toEqual([100]);
  });

  it('I6: a paused workflow claims nothing, and goes on when it is resumed', async () => {
    const world = createWorld(13);
    const id = { businessId: 'invoice_1', workflowId: 'desk' };
    const { workflows } = world.worker('operator').oncely;
    await finish(world, workflows.pause(id, { by: 'ops' }));
    expect(codeOf(await finish(world, act(world.worker('a'), 'pay')))).toBe('workflow_held');
    expect(world.vendor.requests).toHaveLength(0);
    await finish(world, workflows.resume(id, { by: 'ops' }));
    expect(await finish(world, act(world.worker('b'), 'pay'))).toEqual({ id: 'v_1' });
  });

  it('I5: nothing is sent before the approval of exactly this input, takeovers included', async () => {
    const world = createWorld(14);
    const approved = { approval: 'required' } as const;
    expect(codeOf(await finish(world, act(world.worker('a'), 'pay', 100, approved)))).toBe('approval_required');
    const shown = (await shownToBoss(world)) ?? '';
    await finish(
      world,
      world.worker('boss').oncely.effects.approve('invoice_1:desk:pay', { by: 'boss', fingerprint: shown }),
    );
    // Another amount needs another approval, also from a worker that knows nothing of the policy.
    expect(codeOf(await finish(world, act(world.worker('b'), 'pay', 999)))).toBe('approval_required');
    expect(world.vendor.requests).toHaveLength(0);
    expect(codeOf(await finish(world, act(world.worker('c'), 'pay', 100, approved)))).toBe('approval_required');
    const again = (await shownToBoss(world)) ?? '';
    await finish(
      world,
      world.worker('boss').oncely.effects.approve('invoice_1:desk:pay', { by: 'boss', fingerprint: again }),
    );
    expect(await finish(world, act(world.worker('d'), 'pay', 100, approved))).toEqual({ id: 'v_1' });
  });

  it('rule 8: in a ledger that may have forgotten, an absent slot is in doubt and looked up, not sent anew', async () => {
    const world = createWorld(15);
    expect(await finish(world, act(world.worker('a'), 'post'))).toEqual({ id: 'v_1' });
    // The ledger comes back from an old backup: empty, and marked.
    const restored = createWorld(16);
    restored.vendor.effects.push(...world.vendor.effects);
    await restored.ledger.markSuspect(restored.scheduler.now() - 3_600_000);
    expect(await finish(restored, act(restored.worker('b'), 'post'))).toEqual({ id: 'v_1' });
    expect(restored.vendor.requests).toHaveLength(0);
  });
});
