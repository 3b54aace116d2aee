/**
 * Runs the vendors' own test suites three times: on the SDK, on a wrapped client that no test knows of, and on a wrapped
 * client with each test in a scope. It prints what differs from the SDK, and fails where a difference has no reason in
 * `differences.ts`, or a reason no difference any more. `npm run soak:suites [-- stripe-node ...]`; without a network a suite is skipped by its name.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { reasonOf, staleIn } from './differences.ts';
import { fetchSuite, NotFetched } from './fetch-suite.ts';
import { readResults, type Results } from './results.ts';
import { vendorSuites, type VendorSuite } from './vendor-suites.ts';

const timeLimitMs = 600_000;
const wanted = process.argv.slice(2);
let unexplained = 0;
let stale = 0;
let ran = 0;
for (const suite of vendorSuites) {
  if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
  const folder = mkdtempSync(join(tmpdir(), 'oncely-suite-'));
  try {
    await compare(suite, fetchSuite(suite, join(folder, 'repository')));
    ran += 1;
  } catch (error) {
    if (!(error instanceof NotFetched)) throw error;
    console.log(`${suite.name}: SKIPPED, ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`\n${ran} suites ran, ${unexplained} differences without a reason, ${stale} reasons without a difference`);
process.exitCode = unexplained + stale === 0 ? 0 : 1;

async function compare(suite: VendorSuite, folder: string): Promise<void> {
  const server = await suite.server?.();
  try {
    const raw = await run(suite, folder, server?.env ?? {});
    console.log(`${suite.name}: ${passed(raw)} of ${raw.size} pass on the SDK as it is`);
    for (const mode of ['unscoped', 'scoped'] as const) {
      const ours = await run(suite, folder, { ...server?.env, ONCELY_SUITE: mode });
      console.log(`${suite.name}, ${mode}: ${passed(ours)} of ${raw.size} pass on the wrapped client`);
      const differing = new Set<string>();
      for (const [name, { state }] of raw) {
        const end = ours.get(name);
        if (state !== 'pass' || end?.state === 'pass') continue;
        differing.add(name);
        const reason = reasonOf(suite.name, mode, name);
        if (reason === undefined) unexplained += 1;
        console.log(`  ${reason === undefined ? 'UNEXPLAINED' : 'differs'}  ${name}`);
        console.log(`    ${reason ?? end?.message.split('\n')[0]?.slice(0, 300) ?? 'it did not run'}`);
      }
      for (const name of staleIn(suite.name, mode, differing)) {
        stale += 1;
        console.log(`  STALE  ${name} ends as it does on the SDK: take it out of the differences`);
      }
    }
  } finally {
    await server?.close();
  }
}

function passed(results: Results): number {
  return [...results.values()].filter(({ state }) => state === 'pass').length;
}

/** A run under `ONCELY_SUITE` has the wrapped client; one without it has the SDK alone. */
async function run(suite: VendorSuite, folder: string, env: Readonly<Record<string, string>>): Promise<Results> {
  const [command, ...args] = suite.command;
  const wrapped = env['ONCELY_SUITE'] !== undefined;
  const imports = wrapped ? ['--conditions=@oncely/source', `--import=${here(suite.preload)}`] : [];
  const child = spawn(command!, withReporter(suite.runner, args), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: timeLimitMs,
    env: { ...process.env, ...env, NODE_OPTIONS: ['--no-warnings', ...imports].join(' ') },
  });
  const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk as string;
  const [, signal] = await ended;
  if (signal !== null) throw new Error(`${suite.name} did not end within ${timeLimitMs / 1_000} s`);
  return readResults(suite.runner, output);
}

function withReporter(runner: VendorSuite['runner'], args: readonly string[]): string[] {
  switch (runner) {
    case 'mocha':
      return [...args];
    case 'jasmine':
      // Its own settings, but that specs in TypeScript are required, since newer releases of Node import them otherwise.
      return [...args, `--config=${ours('jasmine.json')}`, `--reporter=${ours('jasmine-reporter.mjs')}`];
    case 'node': {
      const reporter = [`--test-reporter=${here('node-test-reporter.mjs')}`, '--test-reporter-destination=stdout'];
      return [...reporter, '--test-concurrency=1', ...args];
    }
    default:
      return runner satisfies never;
  }
}

function ours(file: string): string {
  return join(import.meta.dirname, file);
}

function here(file: string): string {
  return pathToFileURL(ours(file)).href;
}
