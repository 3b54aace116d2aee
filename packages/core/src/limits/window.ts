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
}

/** Of how many parts a sliding window is made: a use counts for up to one part longer than the window. */
const parts = 64;

/** Fewer milliseconds are a rate, which a limit is too slow for. */
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
    };
  }
  const partAt = calendar(within, timeZone);
  return {
    label: `a ${within} of ${timeZone}`,
    partAt,
    // Whoever was stored after midnight counts for one who looked right before it.
    counts: (part, now) => part >= partAt(now),
    overAt: () => undefined,
  };
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
