import { readFileSync, writeFileSync } from 'node:fs';

import { sendsTable } from './sends-table.ts';

const file = new URL('../../README.md', import.meta.url);
const begin = '<!-- sends: made by packages/email/test/readme/write-readme.ts -->\n\n';
const end = '\n\n<!-- end of sends -->';

/** The README as it is, and as the code says that it is. */
export function readmes(): { readonly held: string; readonly made: string } {
  const held = readFileSync(file, 'utf8');
  const from = held.indexOf(begin);
  const to = held.indexOf(end);
  if (from < 0 || to < 0) throw new Error('the README has no place for the sends');
  return { held, made: held.slice(0, from + begin.length) + sendsTable() + held.slice(to) };
}

export function writeReadme(): void {
  writeFileSync(file, readmes().made);
}
