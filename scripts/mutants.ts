/**
 * Breaks the code on purpose, one guarantee at a time, in a copy of the working tree, and checks that the test named
 * for the guarantee goes red. A mutant that survives fails the run. `npm run mutants [-- part of a name or of its test]`
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { everyMutant } from './every-mutant.ts';
import type { Mutant } from './mutant.ts';

const wanted = process.argv[2] ?? '';
const root = mkdtempSync(join(tmpdir(), 'oncely-mutants-'));
let killed = 0;
let survived = 0;
try {
  copyTree();
  for (const mutant of everyMutant.filter((each) => each.breaks.includes(wanted) || each.test.includes(wanted))) {
    const red = run(mutant);
    if (red) killed += 1;
    else survived += 1;
    console.log(`${red ? 'red     ' : 'SURVIVED'}  ${mutant.breaks}\n          ${mutant.named}`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(`\n${killed} mutants killed, ${survived} survived`);
process.exitCode = survived === 0 ? 0 : 1;

/** Whether the named test is green on the code as it is and red on the mutant. */
function run(mutant: Mutant): boolean {
  const path = join(root, mutant.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(mutant.from).length !== 2) {
    console.error(`the mutant no longer fits ${mutant.file}: ${mutant.from}`);
    return false;
  }
  const green = vitest(mutant);
  writeFileSync(path, source.replace(mutant.from, mutant.to));
  const red = vitest(mutant);
  writeFileSync(path, source);
  return green.failed === 0 && green.passed > 0 && red.failed > 0;
}

function vitest({ test, named }: Mutant): { passed: number; failed: number } {
  const report = join(root, 'report.json');
  rmSync(report, { force: true });
  const args = ['run', test, '-t', named, '--reporter=json', `--outputFile=${report}`];
  spawnSync('vitest', args, { cwd: root, stdio: 'ignore' });
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
  } catch {
    return { passed: 0, failed: 0 };
  }
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
