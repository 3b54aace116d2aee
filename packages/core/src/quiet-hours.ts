const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** When nobody is reminded of a question, and nobody else is asked: what falls into it is told at its end. */
export interface QuietHours {
  /** Local times, `'20:00'` to `'08:00'`; where the second is the earlier one it is of the next day. */
  readonly from: string;
  readonly to: string;
  /** An IANA name: `'Europe/Berlin'`. */
  readonly timeZone: string;
  /** Days that are quiet from midnight to midnight. */
  readonly days?: readonly (typeof weekdays)[number][];
}

const minuteMs = 60_000;
const stepMs = 15 * minuteMs;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Says what is wrong with it; `undefined` when nothing is. */
export function quietProblem(quiet: unknown, at: string): string | undefined {
  if (quiet === undefined) return undefined;
  const example = "{ from: '20:00', to: '08:00', timeZone: 'Europe/Berlin' }";
  if (typeof quiet !== 'object' || quiet === null) return `${at} must be ${example}`;
  const { from, to, timeZone, days, ...unknown } = quiet as QuietHours;
  const [stray] = Object.keys(unknown);
  if (stray !== undefined) return `${at}.${stray} is no part of quiet hours`;
  for (const [name, time] of Object.entries({ from, to })) {
    if (minutesIn(time) === undefined) return `${at}.${name} must be a local time such as '20:00'`;
  }
  if (from === to) return `${at}.to must be another time than from`;
  try {
    clockOf(String(timeZone));
  } catch {
    return `${at}.timeZone must be a time zone such as 'Europe/Berlin'`;
  }
  if (typeof timeZone !== 'string') return `${at}.timeZone must be a time zone such as 'Europe/Berlin'`;
  if (days === undefined) return undefined;
  const known: readonly unknown[] = weekdays;
  const fine = Array.isArray(days) && days.every((day) => known.includes(day)) && new Set(days).size < weekdays.length;
  return fine ? undefined : `${at}.days must be some of ${weekdays.join(', ')}, and not all of them`;
}

/** The first moment from `time` on that is not quiet. */
export function loudFrom(time: number, quiet: QuietHours | undefined): number {
  if (!quiet || !isQuiet(time, quiet)) return time;
  let loud = Math.floor(time / stepMs) * stepMs + stepMs;
  while (isQuiet(loud, quiet)) loud += stepMs;
  while (loud - minuteMs > time && !isQuiet(loud - minuteMs, quiet)) loud -= minuteMs;
  return loud;
}

/** The last moment up to `time` that was not quiet. */
export function loudUntil(time: number, quiet: QuietHours | undefined): number {
  if (!quiet || !isQuiet(time, quiet)) return time;
  let begin = Math.floor(time / minuteMs) * minuteMs;
  while (isQuiet(begin - stepMs, quiet)) begin -= stepMs;
  while (isQuiet(begin - minuteMs, quiet)) begin -= minuteMs;
  return begin - 1;
}

function isQuiet(time: number, { from, to, timeZone, days }: QuietHours): boolean {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  if (days?.some((day) => day === parts['weekday']?.toLowerCase()) === true) return true;
  const now = Number(parts['hour']) * 60 + Number(parts['minute']);
  const [begin = 0, end = 0] = [minutesIn(from), minutesIn(to)];
  return begin < end ? now >= begin && now < end : now >= begin || now < end;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(timeZone, made);
  return made;
}

function minutesIn(time: unknown): number | undefined {
  const [, hours, minutes] = (typeof time === 'string' && /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time)) || [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
