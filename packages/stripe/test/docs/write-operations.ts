/**
 * Writes the tables of the operations into the docs: `npx node --conditions @oncely/source
 * packages/stripe/test/docs/write-operations.ts`, then `npx oxfmt docs packages/stripe/README.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { between } from './operations-page.ts';
import { pages } from './pages.ts';

for (const { file, content } of pages) writeFileSync(file, between(readFileSync(file, 'utf8'), content()));
