import { describe, expect, test, vi } from 'vitest';

import type { ChildEnd } from '../../src/crash/child.ts';
import type { Acknowledged } from './agents/one-effect.ts';
import { startBeside } from './crew.ts';
import { cells, happensBefore, killed, leavesDoubt, type Cell, type Death, type Revival } from './cells.ts';
import { endOf, outcomeOf, runAgent, runRecovery, runResolve, startAgent, until, workOf } from './run.ts';
import { startWorld, type World } from './world.ts';

// A cell waits most of its time, for a lease or a landing bound to be over.
vi.setConfig({ maxConcurrency: 12 });

describe.concurrent(`crash matrix: ${cells.length} cells`, () => {
  for (const adapter of killed) {
    describe(adapter, () => {
      for (const cell of cells.filter((each) => each.adapter === adapter)) {
        test(`killed at ${cell.death}, then ${cell.revival}: one effect`, { timeout: 180_000 }, () => runCell(cell));
      }
    });
  }
});

async function runCell(cell: Cell, retries = 3): Promise<void> {
  const { adapter, death, revival } = cell;
  const world = await startWorld(adapter);
  try {
    const dead = await die(world, death);
    // On a machine too busy to send within the window, a denied attempt comes to these points as well, or the run
    // fails before it comes to its death: not this cell.
    const denied = (death === 'answer_received' || death === 'settled') && world.happened().length === 0;
    if ((denied || dead.how === 'threw') && retries > 0) return await runCell(cell, retries - 1);
    expect(dead.how).toBe('killed');
    expect(world.happened()).toHaveLength(happensBefore(death) ? 1 : 0);
    const sentBefore = world.sent().length;

    const first = await revive(world, revival);
    // Without a key and a way to look, doubt ends with a person; everything else ends by itself.
    const honestStop = adapter === 'email sendMail' && leavesDoubt(death);
    expect(first === 'stopped').toBe(honestStop);
    if (honestStop) await decideByHand(world, happensBefore(death));

    // Acknowledged is happened: what any run was given is the one effect at the vendor and in the ledger.
    const last = typeof first === 'object' ? first : await runAgent(world);
    const [vendorId, ...more] = world.happened();
    expect(more).toEqual([]);
    expect(last).toMatchObject({ vendorId });
    if (dead.result !== undefined) expect(last).toEqual(dead.result);
    const effect = await world.recorded();
    expect(effect).toMatchObject({ state: 'succeeded', vendorId });
    expect(effect?.divergence).toBeUndefined();
    // A replay does not call the vendor.
    if (happensBefore(death) && (honestStop || !leavesDoubt(death))) expect(world.sent()).toHaveLength(sentBefore);
  } finally {
    await world.close();
  }
}

/** Runs the agent into its death. */
async function die(world: World, death: Death): Promise<ChildEnd> {
  if (death === 'answer_lost') world.holdAnswers();
  const child = await startAgent(world, death === 'answer_lost' ? undefined : { point: death, signal: 'SIGKILL' });
  if (death === 'answer_lost') {
    let over = false;
    void child.ended.finally(() => (over = true));
    await until(() => over || world.happened().length > 0, 'the vendor committed');
    child.signal('SIGKILL');
    world.heal();
  }
  return endOf(child);
}

/** What the first run after the death ends with; `undefined` where nobody but recovery was there. */
async function revive(world: World, revival: Revival): Promise<'stopped' | Acknowledged | undefined> {
  switch (revival) {
    case 'the agent is run again':
      return runAgent(world);
    case 'recovery without a caller': {
      await runRecovery(world);
      const state = (await world.recorded())?.state;
      return state === 'stopped' ? 'stopped' : undefined;
    }
    case 'both at once': {
      const [agent, recovering] = await startBeside(workOf(world, 'agent'), workOf(world, 'recover'));
      const [outcome, recovered] = await Promise.all([endOf(agent).then(outcomeOf), endOf(recovering)]);
      expect(recovered.result).toEqual({ diverged: 0 });
      return outcome;
    }
  }
}

/** A person looks into the mailbox and says what is there. */
async function decideByHand(world: World, happened: boolean): Promise<void> {
  const effect = await world.recorded();
  expect(effect?.state).toBe('stopped');
  const [vendorId] = world.happened();
  expect(vendorId !== undefined).toBe(happened);
  const state = await runResolve(world, vendorId === undefined ? false : { vendorId });
  expect(state).toBe(vendorId === undefined ? 'ready' : 'succeeded');
}
