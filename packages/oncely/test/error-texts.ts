import { readFileSync } from 'node:fs';

const page = new URL('../../../docs/errors.md', import.meta.url);
const row = /^\| `(?<code>\w+)` +\| (?:no|may|yes) +\| [\w-]+ +\| (?<what>.*?) +\| (?<todo>.*?) +\|$/gm;

/** The source text of `src/error-texts.ts`, as docs/errors.md says now. */
export function generatedErrorTexts(): string {
  const rows = [...readFileSync(page, 'utf8').matchAll(row)].map(({ groups = {} }) => {
    const quote = (text = ''): string => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);
    const { code, what, todo } = groups;
    return `  ${code}: {\n    what: ${quote(what)},\n    todo: ${quote(todo)},\n  },\n`;
  });
  return `// Generated from docs/errors.md by test/write-error-texts.ts; a test compares the two.
import type { ErrorCode } from '@oncely/core';

/** What \`explain\` says of each error code. */
export const errorTexts: Readonly<Record<ErrorCode, { readonly what: string; readonly todo: string }>> = {
${rows.join('')}};
`;
}
