import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { codeBlocks } from '../docs/code-blocks.ts';
import { run } from '../vendors/run-command.ts';
import type { Registry } from './registry.ts';

/**
 * Does what the README says under "From an empty folder", block by block, and gives how long that took: the commands as
 * they stand there, the file under the name that it says. A person reads and types besides.
 * @throws Error unless the first run makes one refund, and the second gives the same and makes none.
 */
export async function tryQuickstart(root: string, folder: string, { env }: Registry): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const begun = Date.now();
  let seconds = 0;
  const printed: string[] = [];
  for (const { language, code, notes } of stepsOf(readFileSync(join(root, 'README.md'), 'utf8'))) {
    if (language === 'sh') {
      for (const command of code.trim().split('\n')) {
        printed.push(await run('bash', ['-ec', command], { cwd: folder, env }));
        // The first refund is made by the first command that runs the file.
        if (seconds === 0 && command.startsWith('node ')) seconds = (Date.now() - begun) / 1_000;
      }
    } else if (notes['file'] !== undefined) writeFileSync(join(folder, notes['file']), code);
  }
  const [first = '', second = ''] = printed.filter((each) => each.includes(' refunds made in this run'));
  const [, refund] = /^(re_\w+): 1 refunds/.exec(first) ?? [];
  if (refund === undefined || !second.startsWith(`${refund}: 0 refunds`)) throw new Error(`${first}${second}`);
  return `${seconds.toFixed(1)} s until the first protected refund, ${refund}; run again: the same, and none made`;
}

function stepsOf(readme: string): ReturnType<typeof codeBlocks> {
  const [, section] = /^## From an empty folder\n(.*?)^## /ms.exec(readme) ?? [];
  if (section === undefined) throw new Error('the README has no section "From an empty folder"');
  return codeBlocks(section);
}
