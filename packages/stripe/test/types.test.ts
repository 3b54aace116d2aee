import { readdirSync, readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const sources = new URL('../src/', import.meta.url);

it("names no type of the vendor's, so that none stands in what is published", () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const naming = files.filter((name) =>
    /(?:from|import\()\s*['"]stripe/.test(readFileSync(new URL(name, sources), 'utf8')),
  );
  expect(naming).toEqual([]);
});
