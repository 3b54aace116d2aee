import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { VendorSuite } from './vendor-suites.ts';

/** Why a suite cannot be had here. */
export class NotFetched extends Error {
  override readonly name = 'NotFetched';
}

/**
 * Fetches a suite's repository, and what it needs from npm, into a folder that the caller removes.
 * `ONCELY_SUITES_FROM`, a folder of repositories by owner and name, is taken in place of GitHub.
 * @throws NotFetched without a network.
 */
export function fetchSuite(suite: VendorSuite, into: string): string {
  const from = process.env['ONCELY_SUITES_FROM'] ?? 'https://github.com';
  const source = `${from}/${suite.repository}`;
  try {
    const depth = existsSync(source) ? [] : ['--depth', '1'];
    execFileSync('git', ['clone', '--quiet', ...depth, source, into], { stdio: 'pipe', timeout: 120_000 });
  } catch (error) {
    throw new NotFetched(`${suite.repository} could not be fetched`, { cause: error });
  }
  const folder = join(into, suite.folder);
  for (const [command, ...args] of suite.install) {
    execFileSync(command!, args, { cwd: folder, stdio: 'pipe', timeout: 300_000 });
  }
  return folder;
}
