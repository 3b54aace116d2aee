/** The process that runs programs for run-programs.ts: one message a program, answered by what became of it. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import type { Order } from './run-programs.ts';

let programs = 0;

// A file that several programs import is another module for each: it opens its ledger where that program runs.
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const found = nextResolve(specifier, context);
    return specifier.startsWith('./') && found.url.includes('/docs-check/')
      ? { ...found, url: `${found.url}?program=${programs}` }
      : found;
  },
});

process.on('message', (order: Order) => {
  programs += 1;
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
