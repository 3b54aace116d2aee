import { expect, it } from 'vitest';

import { subjects } from '../subjects.ts';
import { explore, type Explored } from './schedule.ts';

const seeds = 2_000;

it(`I1 I2 I3 I9: ${seeds} seeded schedules of failing lines and dying processes over ${subjects.length} kinds of write, one effect each`, async () => {
  const explored: Explored[] = [];
  const next = Array.from({ length: seeds }, (_, index) => index + 1).values();
  const worker = async (): Promise<void> => {
    for (const seed of next) explored.push(await explore(seed));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  expect(explored).toHaveLength(seeds);
  // The schedules reach what they are for.
  const total = (of: (each: Explored) => number): number => explored.reduce((sum, each) => sum + of(each), 0);
  expect(new Set(explored.map(({ subject }) => subject)).size).toBe(subjects.length);
  expect(total(({ deaths }) => deaths)).toBeGreaterThan(seeds / 2);
  expect(total(({ requests }) => requests)).toBeGreaterThan(3 * seeds);
  expect(total(({ jumped }) => Number(jumped))).toBeGreaterThan(seeds / 3);
  expect(total(({ asked }) => Number(asked))).toBeGreaterThan(seeds / 100);
}, 300_000);
