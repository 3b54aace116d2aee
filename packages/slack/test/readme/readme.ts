import { readFileSync, writeFileSync } from 'node:fs';

import { classTable } from './class-table.ts';
import { sendsTable } from './sends-table.ts';

const file = new URL('../../README.md', import.meta.url);
/** What is made from the code, by the name of its place. */
const sections = { classes: classTable, sends: sendsTable } as const;

/** The README as it is, and as the code says that it is. */
export function readmes(): { readonly held: string; readonly made: string } {
  const held = readFileSync(file, 'utf8');
  let made = held;
  for (const [name, table] of Object.entries(sections)) {
    const begin = `<!-- ${name}: made by packages/slack/test/readme/write-readme.ts -->\n\n`;
    const from = made.indexOf(begin);
    const to = made.indexOf(`\n\n<!-- end of ${name} -->`);
    if (from < 0 || to < 0) throw new Error(`the README has no place for the ${name}`);
    made = made.slice(0, from + begin.length) + table() + made.slice(to);
  }
  return { held, made };
}

export function writeReadme(): void {
  writeFileSync(file, readmes().made);
}
