interface Drains {
  readonly all: Set<() => Promise<unknown>>;
  listener?: () => void;
}

// On a registered symbol, so that all instances, of every copy of this package, drain before the process ends.
const key = Symbol.for('@oncely/core/drains');
const shared = globalThis as unknown as Record<symbol, Drains | undefined>;
const drains: Drains = (shared[key] ??= { all: new Set() });

/** Runs `drain` on SIGTERM. Gives a function that takes it back. */
export function drainOnTermination(drain: () => Promise<unknown>): () => void {
  if (!drains.listener) {
    drains.listener = drainAll;
    // First, to see who else listens: listeners for one time are gone once they ran.
    process.prependOnceListener('SIGTERM', drains.listener);
  }
  drains.all.add(drain);
  return () => {
    drains.all.delete(drain);
    if (drains.all.size > 0 || !drains.listener) return;
    process.off('SIGTERM', drains.listener);
    delete drains.listener;
  };
}

function drainAll(): void {
  const alone = process.listenerCount('SIGTERM') === 0;
  void Promise.allSettled([...drains.all].map((drain) => drain())).then(() => {
    // With a listener of ours the default, to end, was off. Where the application listens, its end is its own.
    // A turn later, so that the callers of what was drained still see their outcome.
    setImmediate(() => {
      if (alone && process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
    });
  });
}
