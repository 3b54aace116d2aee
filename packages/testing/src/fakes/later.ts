/** Work of a fake that is still to come: delays, slow executions and effects that land late. */
export interface Later {
  /** Resolves after `ms` of real time; after `cancel` it never does, so that nothing commits behind a closed fake. */
  wait(ms: number): Promise<void>;
  /** Keeps a piece of work in the count of `settled`. */
  track(work: Promise<void>): void;
  /** Resolves when nothing tracked is under way any more, or at once after `cancel`. */
  settled(): Promise<void>;
  cancel(): void;
}

export function createLater(): Later {
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let endAll: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    endAll = resolve;
  });
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          resolve();
        }, ms);
        timers.add(timer);
      }),
    track(work) {
      running.add(work);
      // A rejection is a defect of the fake itself: it stays unhandled on purpose, so that the test run fails.
      void work.finally(() => running.delete(work));
    },
    async settled() {
      while (running.size > 0) await Promise.race([Promise.all(running), ended]);
    },
    cancel() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      running.clear();
      endAll();
    },
  };
}
