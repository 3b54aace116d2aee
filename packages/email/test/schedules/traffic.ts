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
