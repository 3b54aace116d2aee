import { expect, it } from 'vitest';

import { explore } from './schedules.ts';

const schedules = Number(process.env['ONCELY_SCHEDULES'] ?? 1_000);
const first = Number(process.env['ONCELY_SCHEDULE_SEED'] ?? 1);

it(`I1 I2 I3 I9: ${schedules} seeded schedules of killed, stopped and contending workers keep every promise`, async () => {
  let sends = 0;
  let kills = 0;
  let doubts = 0;
  for (let seed = first; seed < first + schedules; seed += 1) {
    const explored = await explore(seed);
    sends += explored.sends;
    kills += explored.kills;
    doubts += explored.doubts;
  }
  // The schedules must be worth something: faults really happened.
  expect(sends).toBeGreaterThan(schedules * 2);
  expect(kills).toBeGreaterThan(schedules / 4);
  expect(doubts).toBeGreaterThan(schedules / 10);
}, 600_000);
