import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

const docs = join(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'field-cases.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| '));
const named = [...page.matchAll(/\]\(([^)]+)\): “([^”]+)”/g)].map(([, file, title]) => ({
  file: file!,
  title: title!,
}));

describe('the tests that the field cases name', () => {
  it('stand in every row', () => {
    expect(rows.slice(2).filter((row) => !/\): “/.test(row))).toEqual([]);
    expect(named.length).toBeGreaterThanOrEqual(25);
  });

  it.each(named)('$file: $title', ({ file, title }) => {
    expect(readFileSync(join(docs, file), 'utf8')).toContain(title);
  });
});
