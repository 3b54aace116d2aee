/** How much of it is done at once: some milliseconds of a slow machine. */
const ofOneTurn = 100_000;
/** What a record costs beside its text: it is decoded, and digested more than once. */
const ofARecord = 2_000;

/** Lets timers and sockets have their turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * For whatever goes through many records: a store on this machine answers without waiting, so the whole ledger would be
 * one turn of the event loop, and a payment under way would lose its lease meanwhile. To be awaited before each record
 * with the length of its text.
 */
export function takingTurns(): (length: number) => Promise<void> {
  let done = 0;
  let others: Promise<void> | undefined;
  return async (length) => {
    // Several that work at once take one turn together.
    while (others !== undefined || (done > 0 && done + length > ofOneTurn)) {
      others ??= turn().then(() => {
        done = 0;
        others = undefined;
      });
      await others;
    }
    done += ofARecord + length;
  };
}
