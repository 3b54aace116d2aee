/** The refund desk twice under the same chaos: with the vendors' SDKs as they are, then through Oncely. */
import { randomInt } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { showProgress } from './progress.ts';
import { allOf, report } from './report.ts';
import { runOncely, runRaw, type Run, type RunOptions } from './run.ts';

const cases = 200;
/** One by one, and the power cut on top. */
const kills = 26;
const leastKills = 25;

const seed = Number(process.env['ONCELY_DEMO_SEED'] ?? randomInt(1_000_000));
if (!Number.isSafeInteger(seed)) throw new Error('ONCELY_DEMO_SEED must be a whole number');
const folder = mkdtempSync(join(tmpdir(), 'oncely-refund-desk-'));

console.log(`${cases} refund cases: a Stripe refund, a Slack message and an e-mail each.
Workers are killed while they work; answers are lost, cut off, late or errors. Seed ${seed} (ONCELY_DEMO_SEED=${seed} repeats it).
`);

const raw = await shown('SDKs as they are', runRaw);
const oncely = await shown('through Oncely', runOncely);
console.log(report(raw, oncely));

console.log(`The ledger is ${oncely.ledger}
What it knows of one refund (run it in this repository):

  npm run --silent history --workspace @oncely-examples/refund-desk -- ${oncely.ledger} ${oncely.sample}
`);

const { duplicated, lost } = allOf(oncely);
const failures = [
  ...(duplicated > 0 ? [`${duplicated} effects happened twice through Oncely`] : []),
  ...(lost > 0 ? [`${lost} effects were lost through Oncely`] : []),
  ...[raw, oncely].flatMap((run) => (run.kills < leastKills ? [`only ${run.kills} workers were killed`] : [])),
];
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

async function shown<R extends Run>(label: string, run: (options: RunOptions) => Promise<R>): Promise<R> {
  const progress = showProgress(label, cases);
  try {
    return await run({
      seed,
      cases,
      kills,
      folder,
      watch: (desk) => progress.watch(desk),
      say: (line) => progress.say(line),
    });
  } finally {
    progress.end();
  }
}
