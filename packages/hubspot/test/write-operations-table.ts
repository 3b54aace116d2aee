import { readFileSync, writeFileSync } from 'node:fs';

import { withTable } from './operations-table.ts';

// node --conditions @oncely/source packages/hubspot/test/write-operations-table.ts
const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, withTable(readFileSync(readme, 'utf8')));
