/** Writes the sizes and dependencies into the packages' READMEs: `npm run build`, then this, then `npx oxfmt packages`. */
import { fileURLToPath } from 'node:url';

import { writeSizes } from './readme-sizes.ts';

writeSizes(fileURLToPath(new URL('../..', import.meta.url)));
