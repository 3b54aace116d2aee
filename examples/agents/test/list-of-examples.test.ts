import { readdirSync, readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

const examples = new URL('../../', import.meta.url);
const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());

it.each(folders.map(({ name }) => name))('the list of examples names every command of %s', (folder) => {
  const list = readFileSync(new URL('README.md', examples), 'utf8');
  const { name, scripts } = JSON.parse(readFileSync(new URL(`${folder}/package.json`, examples), 'utf8')) as {
    readonly name: string;
    readonly scripts: Readonly<Record<string, string>>;
  };
  for (const script of Object.keys(scripts)) {
    // The refund desk is the root's own demo, and prints the command of its history.
    const command = script === 'start' ? 'npm start' : `npm run ${script}`;
    expect(list).toContain(folder === 'refund-desk' ? '`npm run demo`' : `\`${command} -w ${name}\``);
  }
});
