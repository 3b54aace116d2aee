/**
 * Writes `src/table-*.ts` from the installed SDK: `npx node --conditions @oncely/source
 * packages/stripe/test/sdk/write-table.ts`, then `npx oxfmt packages/stripe/src`.
 */
import { writeFileSync } from 'node:fs';

import { tableFiles } from './table-files.ts';

for (const { file, text } of await tableFiles()) writeFileSync(file, text);
