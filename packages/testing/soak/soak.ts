/**
 * Runs the simulation's schedules with fresh seeds for some minutes and stops at the first broken promise, with its
 * seed. `npm run soak -- 30` runs for half an hour; the default is ten minutes. A second number is the first seed.
 */
import { randomInt } from 'node:crypto';

import { explore } from '../../core/test/simulation/schedules.ts';

const minutes = Number(process.argv[2] ?? 10);
if (!(minutes > 0)) throw new Error('give the minutes as a number above 0: npm run soak -- 30');
let seed = Number(process.argv[3] ?? randomInt(2 ** 31));

const reportEveryMs = 60_000;
const sums = { schedules: 0, sends: 0, kills: 0, doubts: 0 };
const endAt = performance.now() + minutes * 60_000;
let reportAt = performance.now() + reportEveryMs;
let failed = false;
console.log(`schedules from seed ${seed} on, for ${minutes} minutes`);

while (!failed && performance.now() < endAt) {
  try {
    const { sends, kills, doubts } = await explore(seed);
    sums.schedules += 1;
    sums.sends += sends;
    sums.kills += kills;
    sums.doubts += doubts;
    seed += 1;
  } catch (error) {
    failed = true;
    console.error(error);
  }
  if (performance.now() >= reportAt) {
    reportAt += reportEveryMs;
    console.log(described());
  }
}

console.log(described());
if (failed) {
  process.exitCode = 1;
  console.error(`seed ${seed} failed; again: npm run soak -- 1 ${seed}`);
}

function described(): string {
  const { schedules, sends, kills, doubts } = sums;
  return `${schedules} schedules, ${sends} sends, ${kills} kills, ${doubts} calls that ended in doubt or in progress`;
}
