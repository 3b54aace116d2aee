/** Copies the pages that ship with @oncely/core into its folder; npm runs it before it packs (`prepack`). */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { shippedDocs } from './shipped-docs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const core = join(root, 'packages/core');

rmSync(join(core, 'docs'), { recursive: true, force: true });
for (const { path, text } of shippedDocs(root)) {
  mkdirSync(dirname(join(core, path)), { recursive: true });
  writeFileSync(join(core, path), text);
}
