import { fileURLToPath } from 'node:url';

import { distinctMethods, tableOf } from './table.ts';

/** A part of the table, as a file of the sources. */
export interface TableFile {
  readonly file: string;
  readonly text: string;
}

/** The writes of the installed SDK as source files, each below the limit of 300 lines. */
export async function tableFiles(): Promise<readonly TableFile[]> {
  const rows = tableOf(await distinctMethods());
  const v2 = (row: string): boolean => row.includes(' /v2/');
  const nested = (row: string): boolean => /^\S+ \S+ \w+\.\w+\./.test(row);
  return [
    fileOf(
      'resources',
      "Writes of the SDK's resources.",
      rows.filter((row) => !v2(row) && !nested(row)),
    ),
    fileOf(
      'namespaces',
      "Writes of the SDK's namespaces of v1.",
      rows.filter((row) => !v2(row) && nested(row)),
    ),
    fileOf('v2', "Writes of the SDK's v2.", rows.filter(v2)),
  ];
}

function fileOf(name: string, title: string, rows: readonly string[]): TableFile {
  return {
    file: fileURLToPath(new URL(`../../src/table-${name}.ts`, import.meta.url)),
    text: `/** ${title} Made from its types by test/sdk/write-table.ts; a test compares them. */
export const ${name}: string = \`
${rows.join('\n')}
\`;
`,
  };
}
