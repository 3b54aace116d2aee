import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { withTable } from './operations-table.ts';

it('the README says of every operation what the code does; write-operations-table.ts writes it anew', () => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(page).toBe(withTable(page));
});
