import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll } from 'vitest';

const own = fileURLToPath(new URL('../../node_modules', import.meta.url));
const shared = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

export const fixtures: string = fileURLToPath(new URL('../../fixtures', import.meta.url));
export const fixtureNames: readonly string[] = ['bullmq-worker', 'langgraph-agent', 'next-handler', 'plain-script'];

const packages = [
  ...['core', 'email', 'hubspot', 'slack', 'stripe', 'testing'].map((name) => `@oncely/${name}`),
  '@hubspot/api-client',
  '@langchain/core',
  '@langchain/langgraph',
  '@slack/web-api',
  '@types/node',
  'bullmq',
  'ioredis',
  'nodemailer',
  'p-retry',
  'stripe',
  'zod',
];

/** An empty folder in which the packages are found as in a user's project; it ends with the file's tests. */
export function projectsFolder(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'oncely-init-test-')));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  for (const name of packages) {
    const place = join(root, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    const from = existsSync(join(own, name)) ? join(own, name) : join(shared, name);
    if (existsSync(from)) symlinkSync(realpathSync(from), place);
  }
  return root;
}

/** Copies a fixture. */
export function copyFixture(name: string, to: string): void {
  cpSync(join(fixtures, name), to, { recursive: true });
}

export interface Ended {
  readonly code: number;
  readonly out: string;
}

/** Runs a program of the repository and gives all that it said, in either stream. */
export async function runTool(name: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(join(shared, '.bin', name), [...args], { cwd, maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : 1, out: `${out}${err}` });
    });
  });
}

/**
 * The errors that the compiler finds in the files below a folder. What it says of our own sources does not count: they
 * are read under the options of the user here, and under their own elsewhere.
 */
export async function typeErrors(
  root: string,
  options: object,
  include: readonly string[],
): Promise<readonly string[]> {
  const config = {
    compilerOptions: {
      target: 'es2023',
      lib: ['es2024', 'dom', 'dom.iterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      strict: true,
      noUnusedLocals: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      customConditions: ['@oncely/source'],
      ...options,
    },
    include,
  };
  writeFileSync(join(root, 'tsconfig.check.json'), JSON.stringify(config));
  const { out } = await runTool('tsc', ['-p', 'tsconfig.check.json', '--pretty', 'false'], root);
  const first = out.split('\n').filter((line) => /\): error TS|^error TS/.test(line));
  return first.filter((line) => !line.startsWith('..'));
}

/** All files below a folder by their path, without what a run left there. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && !/effects\.db/.test(each.name))
    .map((each) => join(each.parentPath, each.name));
}
