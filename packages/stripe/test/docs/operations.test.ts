import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { expect, it } from 'vitest';

import { between, unpadded } from './operations-page.ts';
import { pages } from './pages.ts';

it.each(pages.map((page) => [basename(page.file), page] as const))(
  '%s says of each operation what the code says; if not, run packages/stripe/test/docs/write-operations.ts',
  (_name, { file, content }) => {
    const text = readFileSync(file, 'utf8');
    expect(unpadded(text)).toBe(unpadded(between(text, content())));
  },
);
