import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { anchorsOf, linksOf } from '../docs/links.ts';
import { shippedDocs } from '../release/shipped-docs.ts';
import { near } from '../sizes/readme-sizes.ts';
import { subjects } from '../rehearsal/subjects.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('workflows', () => {
  const files = globSync('.github/workflows/*.yml', { cwd: root });

  it.each(files)('%s pins every action by a full commit hash, with its version beside it', (file) => {
    const used = [...read(file).matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, action = '']) => action);
    expect(used.length).toBeGreaterThan(0);
    const loose = used.filter((action) => !/^\.\/|@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action));
    expect(loose).toEqual([]);
  });

  it.each(files)('%s may write nothing but where a job says so', (file) => {
    expect(read(file)).toMatch(/^permissions:\n {2}contents: read$/m);
  });
});

describe('the pages that ship with @oncely/core', () => {
  const pages = new Map(shippedDocs(root).map(({ path, text }) => [path, text]));

  it('are the guides, the recipes, the runbooks and llms.txt', () => {
    expect([...pages.keys()]).toEqual(
      expect.arrayContaining(['docs/errors.md', 'docs/recipes/handler.md', 'docs/runbooks/in-doubt.md', 'llms.txt']),
    );
  });

  it.each([...pages])('%s has no link that leads nowhere from node_modules/@oncely/core', (page, text) => {
    const dead = linksOf(text).filter(({ target }) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page : normalize(join(dirname(page), file));
      const [, beside] = /^\.\.\/(?:\.\.\/)?([\w-]+)\/README\.md$/.exec(path) ?? [];
      const shown = beside
        ? read(`packages/${beside}/README.md`)
        : path === 'README.md'
          ? read('packages/core/README.md')
          : pages.get(path);
      return shown === undefined || (anchor !== undefined && !anchorsOf(shown).has(anchor));
    });
    expect(dead).toEqual([]);
  });
});

it('the rehearsal tries every package that is published, at the oldest version of each vendor that it allows', () => {
  const manifests = globSync('packages/*/package.json', { cwd: root }).map(
    (file) => JSON.parse(read(file)) as { name: string; peerDependencies?: Record<string, string> },
  );
  expect(subjects.map(({ name }) => name).toSorted()).toEqual(manifests.map(({ name }) => name).toSorted());
  for (const { name, oldest = [] } of subjects.filter((subject) => subject.oldest)) {
    const peers = manifests.find((manifest) => manifest.name === name)?.peerDependencies ?? {};
    for (const each of oldest) {
      const [, peer = '', version = ''] = /^(.+)@([\d.]+)$/.exec(each) ?? [];
      expect(version.startsWith(String(peers[peer]).replace('>=', '')), `${each} for ${peers[peer]}`).toBe(true);
    }
  }
});

it('every package ships its licence, changelog and README', () => {
  expect(existsSync(join(root, 'LICENSE'))).toBe(true);
  for (const file of globSync('packages/*/package.json', { cwd: root })) {
    const { files, scripts } = JSON.parse(read(file)) as { files: string[]; scripts: Record<string, string> };
    expect(files, file).toContain('CHANGELOG.md');
    expect(scripts['prepack'], file).toContain('cp ../../LICENSE .');
  }
});

it('a size in a README may be a little off, and no more', () => {
  expect(near([500, 2_200], [520, 2_100])).toBe(true);
  expect(near([500, 2_200], [700, 2_100])).toBe(false);
  expect(near([500], [500, 2_200])).toBe(false);
});
