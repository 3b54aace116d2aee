import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const sdk = dirname(createRequire(import.meta.url).resolve('stripe')).replace(/cjs$/, 'esm');
const types = readFileSync(join(sdk, 'lib.d.ts'), 'utf8');

/** The fields that a declaration of the installed SDK's types has by itself. */
function inSdk(declared: string): string[] {
  const body = types.slice(types.indexOf(declared) + declared.length).split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => name ?? '');
}

/** The rows of the table behind a mark: an option, since which version of the SDK, what becomes of it. */
function inReadme(mark: string): string[][] {
  const [, table = ''] = readme.split(`<!-- sdk options: ${mark} -->`);
  return [...(table.split('<!--')[0] ?? '').matchAll(/^\| `(\w+)` +\| +([^|]+?) +\| +([^|]+?) +\|$/gm)].map(
    ([, ...row]) => row,
  );
}

it('the README says of every option of the installed SDK what becomes of it', () => {
  const client = inSdk('export interface StripeConfig {');
  const call = [...inSdk('export interface RequestOptions {'), ...inSdk('export type RawRequestOptions = ')];
  expect([client.length, call.length]).toEqual([15, 12]);
  const named = (mark: string, version: RegExp): string[] =>
    inReadme(mark).flatMap(([name = '', versions = '']) => (version.test(versions) ? [name] : []));
  expect(named('client', /^(?:18|2\d) on$/).toSorted()).toEqual(client.toSorted());
  expect(named('call', /^(?:18|2\d) on$/).toSorted()).toEqual(call.toSorted());
  // What later versions took away.
  expect(named('call', / to /)).toEqual(['host']);
  for (const [name, , what = ''] of [...inReadme('client'), ...inReadme('call')]) {
    expect([name, /^(?:honoured|refused|for reads)/.test(what)]).toEqual([name, true]);
  }
});
