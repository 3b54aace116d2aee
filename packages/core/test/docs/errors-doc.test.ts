import { readFileSync } from 'node:fs';

import { errorCodes } from '@oncely/core';
import { expect, it } from 'vitest';

const page = new URL('../../../../docs/errors.md', import.meta.url);
const row = /^\| `(?<code>\w+)` +\| (?<vendor>no|may|yes) +\| (?<next>[\w-]+) +\|/gm;

it('docs/errors.md lists exactly the codes, with their standing advice', () => {
  const rows = [...readFileSync(page, 'utf8').matchAll(row)].map(({ groups }) => groups as Record<string, string>);
  const listed = rows.map(({ code, vendor, next }) => [code, { next, vendor }]);
  expect(listed).toEqual(Object.entries(errorCodes));
});
