/**
 * What Oncely costs, beside the bare call, in one run on this machine. Read the medians against each other: the rounds
 * take turns, so a slow minute of the machine falls on all of them. `npm run bench`
 */
import { availableParallelism } from 'node:os';

import { median, rateOf } from './rate.ts';
import { openBench, type Subject } from './subjects.ts';

const rounds = 9;
const turnMs = 200;
const widths = [1, 16] as const;

const { subjects, close } = await openBench();
const rates = new Map(subjects.map((subject) => [subject, widths.map((): number[] => [])]));
try {
  for (const subject of subjects) for (const width of widths) await rateOf(subject.run, width, turnMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, width] of widths.entries()) {
      for (const subject of subjects) rates.get(subject)?.[at]?.push(await rateOf(subject.run, width, turnMs));
    }
  }
  print();
} finally {
  await close();
}

function print(): void {
  const bare = rates.get(subjects[0] as Subject) ?? [];
  console.log(`${rounds} rounds, Node ${process.versions.node}, ${availableParallelism()} cores; medians\n`);
  console.log(`${' '.repeat(36)}       one at a time          16 at once`);
  console.log(`${' '.repeat(36)}       ms   time/bare    per s   rate/bare`);
  for (const { subject, lone, many } of rowsAgainst(bare)) {
    const cells = [
      (1_000 / lone.rate).toFixed(3),
      (1 / lone.ratio).toFixed(2),
      many.rate.toFixed(0),
      many.ratio.toFixed(2),
    ];
    const [ms, time, perSecond, rate] = cells.map((text, at) => text.padStart([9, 12, 9, 12][at] ?? 0));
    console.log(`${subject.name.padEnd(36)}${ms}${time}${perSecond}${rate}`);
  }
}

function rowsAgainst(bare: readonly (readonly number[])[]) {
  return subjects.map((subject) => {
    const [lone, many] = widths.map((_, at) => {
      const own = rates.get(subject)?.[at] ?? [];
      // A round's own ratio, since a machine's speed changes from round to round.
      const ratios = own.map((rate, round) => rate / (bare[at]?.[round] ?? Number.NaN));
      return { rate: median(own), ratio: median(ratios) };
    });
    return { subject, lone: lone as Measured, many: many as Measured };
  });
}

interface Measured {
  readonly rate: number;
  readonly ratio: number;
}
