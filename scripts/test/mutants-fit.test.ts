import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { everyMutant } from '../every-mutant.ts';
import type { Mutant } from '../mutant.ts';

const root = join(import.meta.dirname, '../..');

describe('each mutant', () => {
  it('breaks one place of its file', () => {
    const misfits = everyMutant.filter(({ file, from }) => textOf(file).split(from).length !== 2);
    expect(misfits.map(({ file, breaks }) => `${file}: ${breaks}`)).toEqual([]);
  });

  it('has a name of its own', () => {
    const names = everyMutant.map(({ breaks }) => breaks);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('names a test that exists', () => {
    const lost = everyMutant.filter((mutant) => !isNamed(mutant));
    expect(lost.map(({ test, named }) => `${test}: ${named}`)).toEqual([]);
  });
});

const texts = new Map<string, string>();

function textOf(path: string): string {
  let text = texts.get(path);
  if (text === undefined) texts.set(path, (text = readFileSync(join(root, path), 'utf8')));
  return text;
}

/** The files that may hold a test's title: the test, its neighbours, and the suites that are run from `testing`. */
function testSources(test: string): readonly string[] {
  const folder = statSync(join(root, test)).isDirectory() ? test : join(test, '..');
  const suites = ['packages/testing/src/conformance', 'packages/testing/src/schedules', 'packages/testing/test/crash'];
  return [folder, ...suites].flatMap((each) => filesIn(each).map(textOf));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(folder, entry.name));
}

/**
 * Whether the tests have the name as it is written or, where a parameter makes a part of it, its words: in a title, in a
 * table, or in the name of the file that is broken.
 */
function isNamed({ test, named, file }: Mutant): boolean {
  const sources = testSources(test);
  if (sources.some((text) => text.includes(named))) return true;
  const words = named.match(/[A-Za-z]{3,}/g) ?? [];
  const known = [...sources, file].join('\n');
  return words.length > 0 && words.every((word) => known.includes(word));
}
