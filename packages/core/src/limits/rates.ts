import { within, type Clock } from '../clock.ts';
import type { Over } from './keeper.ts';

/** One write that waits for its place in a rate. */
export interface Place {
  /** Asks for room, at once or after it has waited. Gives why there is none. */
  readonly ask: (hasWaited: boolean) => Promise<Over | undefined>;
  /** On the monotonic clock; it does not wait beyond it. Absent: it does not wait at all. */
  readonly giveUpAt?: number;
  /** Whether it is not to be sent any more: nobody waits for it, or this process closes. */
  readonly isOff: () => boolean;
  readonly signal: AbortSignal;
}

/** `late`: with what it was told last, where it was told anything. */
export type Placed =
  | { readonly kind: 'taken' }
  | { readonly kind: 'off' }
  | { readonly kind: 'late'; readonly over?: Over };

/** The lines in which this process waits for room, one for each row: first come, first served. */
export interface RateLines {
  take(row: string, place: Place): Promise<Placed>;
}

interface Line {
  readonly waiting: (() => void)[];
  /** What the first of the line was told last. */
  over?: Over;
}

/** While others are being sent nobody knows when there is room. */
const firstPollMs = 25;
const longestPollMs = 1_000;

export function createRateLines(clock: Clock): RateLines {
  const lines = new Map<string, Line>();

  /** Until the first of a line has room, or gives up. */
  const askOften = async (line: Line, place: Place & { readonly giveUpAt: number }, told?: Over): Promise<Placed> => {
    let over = told;
    let pollMs = firstPollMs;
    for (;;) {
      if (place.isOff()) return { kind: 'off' };
      over ??= await place.ask(true);
      if (!over) return { kind: 'taken' };
      line.over = over;
      const now = clock.monotonic();
      const roomAt = now + (over.roomInMs ?? 0);
      if (Math.max(roomAt, now) >= place.giveUpAt) return { kind: 'late', over };
      const until = over.roomInMs === undefined ? Math.min(now + pollMs, place.giveUpAt) : roomAt;
      pollMs = Math.min(2 * pollMs, longestPollMs);
      // In steps, so that what is off leaves its place to the next.
      for (let left = until - now; left > 0 && !place.isOff(); left = until - clock.monotonic()) {
        await clock.sleep(Math.min(left, longestPollMs), place.signal);
      }
      over = undefined;
    }
  };

  return {
    take: async (row, place) => {
      const { giveUpAt } = place;
      let told: Over | undefined;
      // What does not wait, as recovery, was asked for before those that do.
      if (giveUpAt === undefined || !lines.has(row)) {
        told = await place.ask(false);
        if (!told) return { kind: 'taken' };
        if (giveUpAt === undefined) return { kind: 'late', over: told };
      }
      const line: Line = lines.get(row) ?? { waiting: [] };
      lines.set(row, line);
      let isFirst = line.waiting.length === 0;
      let call: () => void = () => {};
      const called = new Promise<void>((resolve) => {
        call = () => {
          isFirst = true;
          resolve();
        };
      });
      line.waiting.push(call);
      try {
        if (!isFirst) {
          told = undefined;
          await within(clock, giveUpAt - clock.monotonic(), called, () => undefined);
        }
        if (!isFirst) return { kind: 'late', ...(line.over === undefined ? {} : { over: line.over }) };
        return await askOften(line, { ...place, giveUpAt }, told);
      } finally {
        const at = line.waiting.indexOf(call);
        line.waiting.splice(at, 1);
        if (line.waiting.length === 0) lines.delete(row);
        else if (at === 0) line.waiting[0]?.();
      }
    },
  };
}
