import { fileURLToPath } from 'node:url';

import { expect } from 'vitest';

import { startChild, type Child, type ChildEnd } from '../../src/crash/child.ts';
import type { CrashAt } from '../../src/crash/protocol.ts';
import type { Acknowledged } from './agents/one-effect.ts';
import type { World } from './world.ts';

// Hundreds of processes load the same modules.
const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../../node_modules/.cache/node', import.meta.url)) };

/** Starts a function of a module in a process of its own. */
export function start(module: string, name: string, argument: object, at?: CrashAt): Child {
  return startChild({
    module: new URL(module, import.meta.url),
    exports: [name],
    argument,
    env,
    ...(at === undefined ? {} : { at }),
  });
}

/** Starts the agent of a world. */
export function startAgent(world: World, at?: CrashAt): Child {
  return start('./agents/one-effect.ts', 'agent', world.args, at);
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
  return outcomeOf(await endOf(startAgent(world)));
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
  const end = await endOf(start('./agents/one-effect.ts', 'recover', world.args));
  expect(end.error).toBeUndefined();
  expect(end.result).toEqual({ diverged: 0 });
}

/** A person's word on a stopped effect; gives the state that it leads to. */
export async function runResolve(world: World, happened: { vendorId: string } | false): Promise<unknown> {
  const end = await endOf(start('./agents/one-effect.ts', 'resolve', { ...world.args, happened }));
  expect(end.error).toBeUndefined();
  return end.result;
}

/** Resolves once something holds that only happens in this process, such as an effect at a fake. */
export async function until(holds: () => boolean, why: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`it never came to this: ${why}`);
    await pause(2);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
