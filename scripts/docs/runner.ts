/** The process that runs programs for run-programs.ts: one message a program, answered by what became of it. */
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import type { Order } from './run-programs.ts';

process.on('message', (order: Order) => {
  void run(order).then((problem) => process.send?.(problem ?? null));
});

async function run({ file, cwd, env }: Order): Promise<string | undefined> {
  Object.assign(process.env, env);
  process.chdir(cwd);
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    return inspect(error);
  }
}
