import { Agent, type ClientRequest } from 'node:http';

import type { createOncely } from '@oncely/core';

type Clock = NonNullable<Parameters<typeof createOncely>[0]['clock']>;

/** An agent that knows whether a request of its is under way. */
export interface WatchedAgent {
  readonly agent: Agent;
  /** Resolves when none is. */
  readonly quiet: () => Promise<void>;
}

export function watchedAgent(): WatchedAgent {
  let pending = 0;
  let waiting: (() => void)[] = [];
  class Watched extends Agent {
    addRequest(request: ClientRequest, ...rest: unknown[]): void {
      pending += 1;
      request.once('close', () => {
        pending -= 1;
        if (pending > 0) return;
        for (const resolve of waiting) resolve();
        waiting = [];
      });
      // Node's agents have it, and its types do not.
      (Agent.prototype as unknown as { addRequest: (...all: unknown[]) => void }).addRequest.call(
        this,
        request,
        ...rest,
      );
    }
  }
  return {
    agent: new Watched({ keepAlive: true }),
    quiet: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** Time that passes only while everybody sleeps and no request is under way. */
export interface VirtualTime {
  readonly now: () => number;
  readonly clock: Clock;
  /** Lets time go by, once all that is on its way to the vendor has landed. */
  readonly jump: (ms: number) => Promise<void>;
}

/** In a pause this long a request on its way lands, as the landing bound says. */
const landsWithinMs = 500;
/** How often everybody else is let go on before time does: what is no request is microtasks and a few turns. */
const turns = 6;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** `quiet` resolves when no request is under way, `landed` when nothing is on its way to the vendor any more. */
export function virtualTime(quiet: () => Promise<void>, landed: () => Promise<void>): VirtualTime {
  let now = 1_790_000_000_000;
  let sleepers: Sleeper[] = [];
  let driving = false;

  const pass = async (until: number): Promise<void> => {
    if (until - now >= landsWithinMs) await landed();
    now = Math.max(now, until);
  };
  const drive = async (): Promise<void> => {
    while (sleepers.length > 0) {
      for (let turn = 0; turn < turns; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        await quiet();
      }
      const [first] = sleepers.toSorted((a, b) => a.at - b.at);
      if (!first) break;
      await pass(first.at);
      sleepers = sleepers.filter((each) => each !== first);
      first.wake();
    }
    driving = false;
  };
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper = { at: now + Math.max(0, ms), wake: resolve };
      sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        sleepers = sleepers.filter((each) => each !== sleeper);
        resolve();
      });
      if (driving) return;
      driving = true;
      void drive();
    });
  return {
    now: () => now,
    jump: (ms) => pass(now + ms),
    clock: { monotonic: () => now, wall: () => now, sleep },
  };
}
