import type { VendorName } from './start-vendors.ts';

/** How what was counted differs from what a note says (`stripe 1, slack 2`, or `nothing`); `undefined` if it does not. */
export function differenceFrom(runs: string, counted: Readonly<Record<VendorName, number>>): string | undefined {
  const expected = effectsIn(runs);
  const same = Object.entries(counted).every(([name, count]) => count === (expected[name as VendorName] ?? 0));
  return same ? undefined : `${written(counted)} at the vendors instead of ${runs}`;
}

function effectsIn(runs: string): Partial<Record<VendorName, number>> {
  const parts = runs === 'nothing' ? [] : runs.split(', ').map((part) => part.split(' '));
  return Object.fromEntries(parts.map(([name, count]) => [name, Number(count)]));
}

function written(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? 'nothing' : some.map(([name, count]) => `${name} ${count}`).join(', ');
}
