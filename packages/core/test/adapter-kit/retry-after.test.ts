import { retryAfterMs } from '@oncely/core/adapter';
import { expect, it } from 'vitest';

const date = 'Wed, 21 Oct 2026 07:28:00 GMT';

it.each([
  ['3', 3_000],
  [' 0 ', 0],
  ['1.5', 1_500],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wednesday, 21-Oct-26 07:28:30 GMT', 30_000],
  ['Wed Oct 21 07:28:30 2026 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ['-1', undefined],
  ['soon', undefined],
  ['', undefined],
  ['1e9', undefined],
  ['Wed, never', undefined],
  ['9'.repeat(100_000), undefined],
])('a pause of %s', (given, pause) => {
  expect(retryAfterMs({ 'retry-after': given, date })).toBe(pause);
});

it('a date counts from our own clock where the answer has none', () => {
  const now = (): number => Date.parse('Wed, 21 Oct 2026 07:28:20 GMT');
  expect(retryAfterMs({ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }, now)).toBe(10_000);
  expect(retryAfterMs({})).toBeUndefined();
});
