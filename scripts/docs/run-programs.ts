import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { differenceFrom } from '../vendors/effects.ts';
import { startVendors } from '../vendors/start-vendors.ts';

/** What a runner is told. */
export interface Order {
  readonly file: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Runnable {
  readonly file: string;
  /** What it must have done at the vendors, once and twice: `stripe 1`. */
  readonly runs: string;
}

const limitMs = 60_000;

/**
 * Runs each program in one process and then in a second one, on one ledger and against vendors of its own, and gives
 * what was wrong with it, or nothing. The two processes are the same for all programs, since a vendor's SDK takes long
 * to load.
 */
export async function runPrograms(programs: readonly Runnable[]): Promise<readonly (string | undefined)[]> {
  if (programs.length === 0) return [];
  const first = await startVendors();
  const runners = [1, 2].map(() => startRunner(first.env['NODE_OPTIONS'] ?? ''));
  await first.close();
  try {
    const problems: (string | undefined)[] = [];
    for (const program of programs) problems.push(await runIn(runners, program));
    return problems;
  } finally {
    for (const runner of runners) runner.kill('SIGKILL');
  }
}

async function runIn(runners: readonly ChildProcess[], { file, runs }: Runnable): Promise<string | undefined> {
  const vendors = await startVendors();
  const cwd = mkdtempSync(join(tmpdir(), 'oncely-docs-'));
  try {
    for (const [index, runner] of runners.entries()) {
      const problem =
        (await answerOf(runner, { file, cwd, env: vendors.env })) ?? differenceFrom(runs, vendors.effects());
      if (problem !== undefined) return `run ${index + 1} of 2: ${problem}`;
    }
    return undefined;
  } finally {
    await vendors.close();
    rmSync(cwd, { recursive: true, force: true });
  }
}

function startRunner(options: string): ChildProcess {
  return fork(fileURLToPath(new URL('runner.ts', import.meta.url)), {
    env: { ...process.env, NODE_OPTIONS: options },
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

function answerOf(runner: ChildProcess, order: Order): Promise<string | undefined> {
  return new Promise((resolve) => {
    const end = (problem: string | undefined): void => {
      clearTimeout(timer);
      runner.off('message', answered);
      runner.off('exit', exited);
      resolve(problem);
    };
    const answered = (problem: unknown): void => end(typeof problem === 'string' ? problem : undefined);
    const exited = (): void => end('the process ended before the program had');
    const timer = setTimeout(() => end(`it did not end within ${limitMs / 1_000} s`), limitMs);
    if (!runner.connected) return exited();
    runner.on('message', answered);
    runner.on('exit', exited);
    runner.send(order);
  });
}
