import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { codeBlocks } from '../docs/code-blocks.ts';
import { anchorsOf, checkLinks, linksOf } from '../docs/links.ts';
import { checkOtherBlocks } from '../docs/other-blocks.ts';
import { onPage, writePrograms } from '../docs/programs.ts';
import { asCommonJs } from '../rehearsal/flavours.ts';
import { differenceFrom } from '../vendors/effects.ts';

const root = mkdtempSync(join(tmpdir(), 'oncely-markdown-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('links', () => {
  const pages = [
    {
      path: 'README.md',
      text: '# One\n\n[a](docs/a.md) [b](docs/a.md#two-words) [c](docs/b.md) [d](docs/a.md#three)\n',
    },
    {
      path: 'docs/a.md',
      text: '# A\n\n## Two words\n\n[up](../README.md#one) [out](../../x.md) [web](https://a.example)\n',
    },
  ];
  mkdirSync(join(root, 'docs'));
  for (const { path, text } of pages) writeFileSync(join(root, path), text);

  it('are dead where the page, the heading or the repository ends', () => {
    const { count, dead } = checkLinks(root, pages);
    expect(count).toBe(6);
    expect(dead).toEqual([
      { page: 'README.md', line: 3, why: 'docs/b.md is not there' },
      { page: 'README.md', line: 3, why: 'docs/a.md#three: docs/a.md has no such heading' },
      { page: 'docs/a.md', line: 5, why: '../../x.md leaves the repository' },
    ]);
  });

  it('that stand in code are none', () => {
    expect(linksOf('`[a](b.md)`\n\n```md\n[c](d.md)\n```\n\n[e](f.md)')).toEqual([{ target: 'f.md', line: 7 }]);
  });

  it('lead to headings by the anchors that GitHub makes', () => {
    const text = '# `npx oncely`: what, and why?\n## Same\n## Same\n```sh\n# no heading\n```\n';
    expect([...anchorsOf(text)]).toEqual(['npx-oncely-what-and-why', 'same', 'same-1']);
  });
});

describe('blocks', () => {
  const text = [
    '# Page',
    '<!-- given: const a = 1; -->',
    '<!-- runs: stripe 1 -->',
    '',
    '```ts',
    'use(a);',
    '```',
    '',
    '- in a list',
    '',
    '  ```json',
    '  { "x": }',
    '  ```',
    '',
    '```sh',
    'npm run nothing',
    '```',
    '',
  ].join('\n');

  it('have what the comments right above them say, and no others', () => {
    expect(codeBlocks(text)).toEqual([
      { language: 'ts', code: 'use(a);\n', line: 6, notes: { given: 'const a = 1;', runs: 'stripe 1' } },
      { language: 'json', code: '{ "x": }\n', line: 12, notes: {} },
      { language: 'sh', code: 'npm run nothing\n', line: 16, notes: {} },
    ]);
  });

  it('of other languages are read: JSON must be JSON, and a script must be there', () => {
    writeFileSync(join(root, 'package.json'), '{ "scripts": { "check": "true" } }');
    const { count, problems } = checkOtherBlocks(root, [{ path: 'p.md', text }]);
    expect(count).toBe(2);
    expect(problems).toEqual([expect.stringMatching(/^p\.md:12: no JSON/), 'p.md:16: there is no script nothing']);
  });

  it('become files, and an error in one is told by its line on the page', () => {
    const folder = join(root, 'programs');
    const programs = writePrograms(folder, [{ path: 'docs/p.md', text }]);
    expect(programs).toMatchObject([{ page: 'docs/p.md', runs: 'stripe 1', file: 'docs/p-line-6.ts' }]);
    expect(readFileSync(join(folder, 'docs/p-line-6.ts'), 'utf8')).toBe('const a = 1;\nuse(a);\n\n\nexport {};\n');
    expect(onPage(programs, folder, 'docs/p-line-6.ts(2,1): error TS2304: no use')).toBe(
      'docs/p.md:6: error TS2304: no use',
    );
  });
});

it('a difference at the vendors is told: more, fewer, or at another one', () => {
  const counted = { stripe: 1, slack: 0, hubspot: 0, mail: 2 };
  expect(differenceFrom('stripe 1, mail 2', counted)).toBeUndefined();
  expect(differenceFrom('stripe 1', counted)).toBe('stripe 1, mail 2 at the vendors instead of stripe 1');
  expect(differenceFrom('nothing', { ...counted, stripe: 0, mail: 0 })).toBeUndefined();
  expect(differenceFrom('stripe 1', { ...counted, stripe: 0, mail: 0 })).toMatch(/^nothing at the vendors/);
});

it('an example becomes CommonJS by its imports alone', () => {
  const program = asCommonJs("import Stripe, { x as y } from 'stripe';\nimport { a } from 'b';\nexport const c = a;\n");
  expect(program).toContain("const Stripe = require('stripe').default ?? require('stripe');");
  expect(program).toContain("const { x: y } = require('stripe');");
  expect(program).toContain("const { a } = require('b');");
  expect(program).toContain('\nconst c = a;');
  expect(program).not.toMatch(/^(import|export)/m);
});
