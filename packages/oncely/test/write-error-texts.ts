/** Writes `src/error-texts.ts` from docs/errors.md: `node --conditions @oncely/source packages/oncely/test/write-error-texts.ts` */
import { writeFileSync } from 'node:fs';

import { generatedErrorTexts } from './error-texts.ts';

writeFileSync(new URL('../src/error-texts.ts', import.meta.url), generatedErrorTexts());
