import type { Clock } from '@oncely/core';

/** Seeded randomness (mulberry32): one seed, one schedule. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A process of the simulation. Killed, nothing of it ever runs again; stopped, it runs on only after `continueAt`. */
export interface Process {
  readonly name: string;
  readonly clock: Clock;
  alive: boolean;
  continueAt: number;
}

interface Event {
  at: number;
  /** What came first while a process was stopped is seen first when it wakes. */
  readonly due: number;
  readonly order: number;
  readonly process?: Process;
  readonly fire: () => void;
}

/** Virtual time: nothing waits, and what happens next is the earliest event, ties in order of arrival. */
export interface Scheduler {
  readonly random: () => number;
  now(): number;
  /** Resolves after `ms` of virtual time, if the process still lives then. */
  after(ms: number, process?: Process): Promise<void>;
  /** Runs something outside of any process after `ms`: a vendor's late commit. */
  later(ms: number, fire: () => void): void;
  process(name: string): Process;
  /** Runs until nothing is left to happen, or `until` is reached. */
  run(until?: number): Promise<void>;
}

export function createScheduler(seed: number): Scheduler {
  const random = seeded(seed);
  const events: Event[] = [];
  let now = 1_700_000_000_000;
  let order = 0;

  const schedule = (ms: number, fire: () => void, process?: Process): void => {
    const at = now + Math.max(0, ms);
    events.push({ at, due: at, order: (order += 1), fire, ...(process === undefined ? {} : { process }) });
  };
  const after = (ms: number, process?: Process): Promise<void> =>
    new Promise((resolve) => schedule(ms, resolve, process));
  const sleep = (ms: number, process: Process, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      schedule(ms, resolve, process);
      const event = events.at(-1);
      signal?.addEventListener('abort', () => {
        const index = event === undefined ? -1 : events.indexOf(event);
        if (index >= 0) events.splice(index, 1);
        resolve();
      });
    });
  const earliest = (): Event | undefined => {
    let found = 0;
    for (let index = 1; index < events.length; index += 1) {
      const [a, b] = [events[index] as Event, events[found] as Event];
      if ((a.at - b.at || a.due - b.due || a.order - b.order) < 0) found = index;
    }
    return events.splice(found, 1)[0];
  };

  return {
    random,
    now: () => now,
    after,
    later: (ms, fire) => schedule(ms, fire),
    process: (name) => {
      const process: Process = {
        name,
        alive: true,
        continueAt: 0,
        clock: { monotonic: () => now, wall: () => now, sleep: (ms, signal) => sleep(ms, process, signal) },
      };
      return process;
    },
    run: async (until = Infinity) => {
      for (;;) {
        // Lets every process run up to its next wait: all that is between two waits is microtasks.
        await new Promise((resolve) => setImmediate(resolve));
        const event = earliest();
        if (!event) return;
        if (event.at > until) {
          events.push(event);
          now = until;
          return;
        }
        if (event.process && !event.process.alive) continue;
        if (event.process && event.process.continueAt > event.at) {
          event.at = event.process.continueAt;
          events.push(event);
          continue;
        }
        now = event.at;
        event.fire();
      }
    },
  };
}
