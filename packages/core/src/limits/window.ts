/** In which time uses count together. */
export interface Window {
  /** For people: `in 3600000 ms`, `a day of Europe/Berlin`. */
  readonly label: string;
  /** The part of time in which something happened; later parts are greater. */
  readonly partAt: (time: number) => string;
  /** Whether what happened in a part still counts. */
  readonly counts: (part: string, now: number) => boolean;
  /** When the part counts no more; `undefined`: never, or not told. */
  readonly overAt: (part: string) => number | undefined;
  /** For at most how long anything counts from now on, in milliseconds; `undefined`: ever. */
  readonly longestMs?: number;
}

/** Of how many parts a sliding window is made: a use counts for up to one part longer than the window. */
const parts = 64;

/** In fewer milliseconds the ledger's own time counts for more than the window's. */
const shortest = 1_000;

type Within = number | 'day' | 'week' | 'month' | undefined;

export function windowProblem(within: unknown, timeZone: unknown, at: string): string | undefined {
  const isCalendar = within === 'day' || within === 'week' || within === 'month';
  if (within !== undefined && !isCalendar && !(Number.isSafeInteger(within) && (within as number) >= shortest)) {
    return `${at}.within must be day, week, month, or whole milliseconds from ${shortest}`;
  }
  if (timeZone === undefined) return undefined;
  if (!isCalendar) return `${at}.timeZone is of a calendar window: within: 'day'`;
  try {
    new Intl.DateTimeFormat('en-CA', { timeZone: timeZone as string });
    return undefined;
  } catch {
    return `${at}.timeZone must be an IANA name: 'Europe/Berlin'`;
  }
}

export function windowOf(within: Within, timeZone: string): Window {
  if (within === undefined) {
    return { label: 'ever', partAt: () => '0', counts: () => true, overAt: () => undefined };
  }
  if (typeof within === 'number') {
    const width = Math.ceil(within / parts);
    const overAt = (part: string): number => (Number(part) + 1) * width + within;
    return {
      label: `in ${within} ms`,
      partAt: (time) => String(Math.floor(time / width)),
      counts: (part, now) => overAt(part) > now,
      overAt,
      longestMs: within + width,
    };
  }
  const partAt = calendar(within, timeZone);
  return {
    label: `a ${within} of ${timeZone}`,
    partAt,
    // Whoever was stored after midnight counts for one who looked right before it.
    counts: (part, now) => part >= partAt(now),
    overAt: (part) => endOfPart(part, partAt),
    longestMs: (longestDays[within] + 1) * dayMs,
  };
}

/** The window of a label, so that a row whose rule nobody has any more can still be told and removed. */
export function labelledWindow(label: string): Window {
  const [, ms] = /^in (\d+) ms$/.exec(label) ?? [];
  if (ms !== undefined) return windowOf(Number(ms), 'UTC');
  const [, within, timeZone = ''] = /^a (day|week|month) of (.+)$/.exec(label) ?? [];
  if (within === undefined || windowProblem(within, timeZone, '') !== undefined) return windowOf(undefined, 'UTC');
  return windowOf(within as 'day' | 'week' | 'month', timeZone);
}

const dayMs = 24 * 3_600_000;
const longestDays = { day: 1, week: 7, month: 31 } as const;

/** The first moment of a later part, to the millisecond: a day has 23 to 25 hours, a zone up to 14 from UTC. */
function endOfPart(part: string, partAt: (time: number) => string): number | undefined {
  const named = Date.parse(part.length === 7 ? `${part}-01` : part);
  if (Number.isNaN(named)) return undefined;
  let before = named - dayMs;
  let after = named + 34 * dayMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (partAt(middle) > part) after = middle;
    else before = middle;
  }
  return after;
}

function calendar(within: 'day' | 'week' | 'month', timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const dateOf = (time: number): string => format.format(time);
  if (within === 'day') return dateOf;
  if (within === 'month') return (time) => dateOf(time).slice(0, 7);
  return (time) => {
    const day = new Date(`${dateOf(time)}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
    return day.toISOString().slice(0, 10);
  };
}
