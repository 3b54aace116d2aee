import { randomBytes } from 'node:crypto';

/** Time as this process sees it. It never decides what the ledger's clock must decide. */
export interface Clock {
  /** Milliseconds that never go back, but stand still while the machine sleeps. */
  monotonic(): number;
  /** Milliseconds since 1970, which may jump. */
  wall(): number;
  /** Resolves after `ms`, or at once when the signal aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** What `work` resolves to, or `late()` where that takes longer than `ms`. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => T): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(Math.max(0, ms), over.signal).then(late)]);
  } finally {
    // With a reason of its own: without one each call would make an exception with its stack.
    over.abort('over');
  }
}

/** Says what is wrong with a duration of the caller's; below zero means that the time is over. */
export function durationProblem(name: string, ms: number | undefined): string | undefined {
  if (ms === undefined || (typeof ms === 'number' && !Number.isNaN(ms))) return undefined;
  return `${name} must be a number of milliseconds, got ${String(ms)}`;
}

/** 128 random bits. */
export function randomToken(): string {
  return randomBytes(16).toString('hex');
}
