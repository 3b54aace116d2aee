import { CommandError } from './command-error.ts';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Milliseconds of `90s`, `15m`, `2h`, `3d`, `1w`. */
export function durationOf(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  if (amount === undefined) throw new CommandError('usage', `"${text}" is no duration: say 90s, 15m, 2h, 3d or 1w.`);
  return Number(amount) * units[unit as keyof typeof units];
}

/** A time as ISO 8601 with its zone, or as an age before `now`: `2h`. */
export function momentOf(text: string, now: number): number {
  if (/^\d+(\.\d+)?[smhdw]$/.test(text)) return now - durationOf(text);
  const at = Date.parse(text);
  if (Number.isNaN(at) || !/T[^T]*(Z|[+-]\d\d:?\d\d)$/.test(text)) {
    throw new CommandError(
      'usage',
      `"${text}" is no time: say 2026-11-25T02:10:00Z with its zone, or an age such as 2h.`,
    );
  }
  return at;
}

/** `5s`, `12m`, `3h`, `4d`: rounded down, so that nothing looks older than it is. */
export function age(ms: number): string {
  const size = Math.max(0, ms);
  if (size < units.m) return `${Math.floor(size / units.s)}s`;
  if (size < units.h) return `${Math.floor(size / units.m)}m`;
  if (size < 2 * units.d) return `${Math.floor(size / units.h)}h`;
  return `${Math.floor(size / units.d)}d`;
}

/** `2026-11-25 02:10:00.123Z` */
export function clockTime(at: number): string {
  return isoTime(at).replace('T', ' ');
}

/** The time in JSON. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}
