/** Loaded before a program (`node --import`): writes to the file `LOADED` the name of every package of which it loads a file. */
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const packages = new Set<string>();

registerHooks({
  load(url, context, nextLoad) {
    // The last one counts: pnpm keeps a package in a folder of its own below node_modules.
    const name = /.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)\//.exec(url)?.groups?.['name'];
    if (name !== undefined) packages.add(name);
    return nextLoad(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env['LOADED'] ?? '', JSON.stringify([...packages].toSorted())));
