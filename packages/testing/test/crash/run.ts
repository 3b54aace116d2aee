import { expect } from 'vitest';

import type { Child, ChildEnd } from '../../src/crash/child.ts';
import type { CrashAt } from '../../src/crash/protocol.ts';
import type { Acknowledged } from './agents/one-effect.ts';
import { startAlone, startBeside, type Work } from './crew.ts';
import type { World } from './world.ts';

/** Starts the agent of a world in a process of its own, to be killed or stopped. */
export function startAgent(world: World, at?: CrashAt): Promise<Child> {
  return startAlone(workOf(world, 'agent'), at);
}

/** What the processes of a world do, by name. */
export function workOf({ args }: World, name: 'agent' | 'recover' | 'resolve', more: object = {}): Work {
  return { module: './agents/one-effect.ts', name, argument: { ...args, ...more } };
}

async function run(work: Work): Promise<ChildEnd> {
  const [child] = await startBeside(work);
  return endOf(child);
}

/** Waits for the end of a process, which must have printed nothing. */
export async function endOf(child: Child): Promise<ChildEnd> {
  const end = await child.ended;
  expect(end.output.replaceAll(/.*ExperimentalWarning: SQLite.*\n.*\n/g, '')).toBe('');
  expect(['returned', 'threw', 'killed']).toContain(end.how);
  return end;
}

/** Runs the agent to its end; an error other than an honest stop fails the test. */
export async function runAgent(world: World): Promise<'stopped' | Acknowledged> {
  return outcomeOf(await run(workOf(world, 'agent')));
}

/** The agent's result, or that the effect waits for a person. */
export function outcomeOf(end: ChildEnd): 'stopped' | Acknowledged {
  if (end.error?.code === 'stopped') {
    expect(end.error.next).toBe('ask-a-person');
    return 'stopped';
  }
  expect(end.error).toBeUndefined();
  return end.result as Acknowledged;
}

/** Recovers in a process without a caller; nothing may have happened twice. */
export async function runRecovery(world: World): Promise<void> {
  const end = await run(workOf(world, 'recover'));
  expect(end.error).toBeUndefined();
  expect(end.result).toEqual({ diverged: 0 });
}

/** A person's word on a stopped effect; gives the state that it leads to. */
export async function runResolve(world: World, happened: { vendorId: string } | false): Promise<unknown> {
  const end = await run(workOf(world, 'resolve', { happened }));
  expect(end.error).toBeUndefined();
  return end.result;
}

/** Resolves once something holds that only happens in this process, such as an effect at a fake. */
export async function until(holds: () => boolean, why: string): Promise<void> {
  const giveUpAt = performance.now() + 120_000;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`it never came to this: ${why}`);
    await pause(2);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
