import { expect, it } from 'vitest';

import { explore, kinds, type Explored } from './schedule.ts';

const seeds = Number(process.env['ONCELY_SCHEDULES'] ?? 500);

it(`I1 I2 I3 I9: ${seeds} seeded schedules of failing lines and dying processes, one mail each`, async () => {
  const explored: Explored[] = [];
  const next = Array.from({ length: seeds }, (_, index) => index + 1).values();
  const worker = async (): Promise<void> => {
    for (const seed of next) explored.push(await explore(seed));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  expect(explored).toHaveLength(seeds);
  // The schedules reach what they are for.
  const total = (of: (each: Explored) => number): number => explored.reduce((sum, each) => sum + of(each), 0);
  for (const kind of kinds) expect(total((each) => Number(each.kind === kind))).toBeGreaterThan(seeds / 10);
  expect(total(({ pool }) => Number(pool))).toBeGreaterThan(seeds / 4);
  expect(total(({ deaths }) => deaths)).toBeGreaterThan(seeds / 4);
  expect(total(({ requests }) => requests)).toBeGreaterThan(seeds);
  expect(total(({ asked }) => Number(asked))).toBeGreaterThan(seeds / 20);
  expect(total(({ resent }) => resent)).toBeGreaterThan(seeds / 50);
  // Two of one effect: only where that was chosen, and there it happens.
  const twice = explored.filter(({ effects }) => effects > 1);
  expect(new Set(twice.map(({ kind }) => kind))).toEqual(new Set(['resend']));
}, 1_200_000);
