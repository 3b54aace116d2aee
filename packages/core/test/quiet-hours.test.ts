import { describe, expect, it } from 'vitest';

import { loudFrom, loudUntil, type QuietHours } from '../src/quiet-hours.ts';

const minute = 60_000;
const night: QuietHours = { from: '20:00', to: '08:00', timeZone: 'Europe/Berlin' };

const at = (text: string): number => Date.parse(text);

describe('quiet hours', () => {
  it.each([
    ['in the evening', '2026-06-01T18:00:00Z', '2026-06-02T06:00:00Z'],
    ['a moment before they end', '2026-06-02T05:59:30Z', '2026-06-02T06:00:00Z'],
    ['in the night in which clocks go forward', '2026-03-28T20:00:00Z', '2026-03-29T06:00:00Z'],
    ['in the night in which they go back', '2026-10-24T20:00:00Z', '2026-10-25T07:00:00Z'],
  ])('end at eight there: %s', (_what, from, end) => {
    expect(new Date(loudFrom(at(from), night)).toISOString()).toBe(new Date(at(end)).toISOString());
  });

  it.each(['2026-06-01T17:59:59Z', '2026-06-02T06:00:00Z', '2026-06-02T12:00:00Z'])('are not at %s', (time) => {
    expect([loudFrom(at(time), night), loudUntil(at(time), night)]).toEqual([at(time), at(time)]);
  });

  it('are what a walk over each minute says, in zones of any offset', () => {
    for (const timeZone of ['UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/New_York']) {
      const quiet: QuietHours = { from: '22:45', to: '06:10', timeZone, days: ['sun'] };
      const isQuiet = (time: number): boolean => loudFrom(time, quiet) !== time;
      for (let time = at('2026-10-03T00:00:00Z'); time < at('2026-10-06T00:00:00Z'); time += 97 * minute) {
        let loud = time;
        while (isQuiet(loud)) loud += minute;
        expect(loudFrom(time, quiet)).toBe(loud);
        let last = time;
        while (isQuiet(last)) last -= minute;
        expect(loudUntil(time, quiet)).toBe(isQuiet(time) ? last + minute - 1 : time);
      }
    }
  });

  it('of the day end on the same one', () => {
    const lunch: QuietHours = { from: '12:00', to: '13:30', timeZone: 'UTC' };
    expect(loudFrom(at('2026-06-01T12:15:00Z'), lunch)).toBe(at('2026-06-01T13:30:00Z'));
    expect(loudFrom(at('2026-06-01T23:15:00Z'), lunch)).toBe(at('2026-06-01T23:15:00Z'));
  });
});
