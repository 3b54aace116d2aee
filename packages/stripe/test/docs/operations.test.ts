import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { expect, it } from 'vitest';

import { table } from '../../src/table.ts';
import { between, unpadded } from './operations-page.ts';
import { pages } from './pages.ts';

it.each(pages.map((page) => [basename(page.file), page] as const))(
  '%s says of each operation what the code says; if not, run packages/stripe/test/docs/write-operations.ts',
  (_name, { file, content }) => {
    const text = readFileSync(file, 'utf8');
    expect(unpadded(text)).toBe(unpadded(between(text, content())));
  },
);

it('the README says how many writes there are', () => {
  const { file } = pages.find((page) => page.file.endsWith('README.md')) ?? { file: '' };
  expect(readFileSync(file, 'utf8')).toContain(`Every POST and DELETE of the SDK is a write, ${table.length} of them`);
});
