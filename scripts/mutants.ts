/**
 * Breaks the code on purpose, one guarantee at a time, in a copy of the working tree, and checks that the test named
 * for the guarantee goes red. A mutant that survives fails the run. A test that is red by its time limit alone says so:
 * on a busy machine that is no proof, and wants to be read.
 *
 * `npm run mutants [-- part of a name or of its test] [--shard 1/2]`: shards run beside one another, each in a copy of
 * its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { everyMutant } from './every-mutant.ts';
import type { Mutant } from './mutant.ts';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** The first line of each failure. */
  readonly reasons: readonly string[];
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { shard: { type: 'string' } } });
const wanted = positionals[0] ?? '';
const [shard, shards] = shardOf(values.shard ?? '1/1');
const root = mkdtempSync(join(tmpdir(), 'oncely-mutants-'));
/** What each named test says of the code as it is: several mutants share a test. */
const asItIs = new Map<string, Outcome>();
const counts = { killed: 0, byTime: 0, survived: 0 };
try {
  copyTree();
  everyMutant
    .filter((each) => each.breaks.includes(wanted) || each.test.includes(wanted))
    .filter((_, index) => index % shards === shard - 1)
    .forEach((mutant) => report(mutant, judge(mutant)));
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(
  `\n${counts.killed} mutants killed (${counts.byTime} of them by a time limit alone), ${counts.survived} survived`,
);
process.exitCode = counts.survived === 0 ? 0 : 1;

/** Why the mutant survives, or undefined where its test is green on the code as it is and red on the mutant. */
function judge(mutant: Mutant): { survives?: string; reasons: readonly string[] } {
  const path = join(root, mutant.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(mutant.from).length !== 2) return { survives: 'it no longer fits its file', reasons: [] };
  const green = greenOf(mutant);
  if (green.failed > 0) return { survives: 'its test is red without it', reasons: green.reasons };
  if (green.passed === 0) return { survives: 'no test has its name', reasons: [] };
  writeFileSync(
    path,
    source.replace(mutant.from, () => mutant.to),
  );
  const red = vitest(mutant);
  writeFileSync(path, source);
  return red.failed > 0 ? { reasons: red.reasons } : { survives: 'its test stays green', reasons: [] };
}

function report(mutant: Mutant, { survives, reasons }: { survives?: string; reasons: readonly string[] }): void {
  const byTime = reasons.length > 0 && reasons.every((reason) => /timed out/i.test(reason));
  if (survives === undefined) counts.killed += 1;
  else counts.survived += 1;
  if (survives === undefined && byTime) counts.byTime += 1;
  const verdict = survives === undefined ? (byTime ? 'by time ' : 'red     ') : 'SURVIVED';
  const why = [survives, reasons[0]].filter(Boolean).join(': ');
  console.log(`${verdict}  ${mutant.breaks}\n          ${mutant.named}\n          ${why}`);
}

function greenOf(mutant: Mutant): Outcome {
  const name = JSON.stringify([mutant.test, mutant.named]);
  const outcome = asItIs.get(name) ?? vitest(mutant);
  asItIs.set(name, outcome);
  return outcome;
}

function vitest({ test, named }: Mutant): Outcome {
  const path = join(root, 'report.json');
  rmSync(path, { force: true });
  const args = ['run', test, '-t', named, '--reporter=json', `--outputFile=${path}`];
  spawnSync('vitest', args, { cwd: root, stdio: 'ignore' });
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8')) as JsonReport;
    const reasons = testResults
      .flatMap(({ assertionResults }) => assertionResults.flatMap((each) => each.failureMessages ?? []))
      .map((message) => message.split('\n')[0]?.slice(0, 200) ?? '');
    return { passed: numPassedTests, failed: numFailedTests, reasons };
  } catch {
    return { passed: 0, failed: 0, reasons: [] };
  }
}

/** The part of vitest's JSON report that is read here. */
interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly failureMessages?: readonly string[] }[];
  }[];
}

function shardOf(text: string): [number, number] {
  const [index = Number.NaN, of = Number.NaN] = text.split('/').map(Number);
  if (!(index >= 1 && index <= of)) throw new Error(`--shard ${text}: write it as 1/2 for the first of two`);
  return [index, of];
}

function copyTree(): void {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { encoding: 'utf8' });
  for (const file of listed.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(file, join(root, file));
  }
  // Its links lead from the copied node_modules to the copied packages.
  cpSync('node_modules', join(root, 'node_modules'), { recursive: true, verbatimSymlinks: true });
}
