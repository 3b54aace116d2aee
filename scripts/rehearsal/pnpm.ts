import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { run } from '../vendors/run-command.ts';
import type { Registry } from './registry.ts';

/** Installs pnpm by npm into a folder of its own, and gives the path of its command once that answers. */
export async function installPnpm(folder: string, { env }: Registry): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { pnpm: true } }));
  await run('npm', ['install', 'pnpm@12.21.0'], { cwd: folder, env });
  const command = join(folder, 'node_modules/.bin/pnpm');
  await run(command, ['--version'], { cwd: folder, env });
  return command;
}
