import type { Clock } from '@oncely/core';

/** Seeded randomness (mulberry32): one seed, one schedule. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Counts what is under way. */
export interface Traffic {
  readonly begin: () => void;
  readonly end: () => void;
  /** Resolves when nothing is. */
  readonly quiet: () => Promise<void>;
}

export function traffic(): Traffic {
  let pending = 0;
  let waiting: (() => void)[] = [];
  return {
    begin: () => {
      pending += 1;
    },
    end: () => {
      pending -= 1;
      if (pending > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
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
