import { readFileSync, writeFileSync } from 'node:fs';

import { optionsTable } from './options-table.ts';
import { sendsTable } from './sends-table.ts';

const file = new URL('../../README.md', import.meta.url);
const parts = [
  { name: 'sends', table: sendsTable },
  { name: 'options', table: optionsTable },
];

/** The README as it is, and as the code says that it is. */
export function readmes(): { readonly held: string; readonly made: string } {
  const held = readFileSync(file, 'utf8');
  const made = parts.reduce((text, { name, table }) => {
    const begin = `<!-- ${name}: made by packages/email/test/readme/write-readme.ts -->\n\n`;
    const from = text.indexOf(begin);
    const to = text.indexOf(`\n\n<!-- end of ${name} -->`);
    if (from < 0 || to < 0) throw new Error(`the README has no place for the ${name}`);
    return text.slice(0, from + begin.length) + table() + text.slice(to);
  }, held);
  return { held, made };
}

export function writeReadme(): void {
  writeFileSync(file, readmes().made);
}
