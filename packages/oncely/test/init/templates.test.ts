import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { templates } from '../../src/init/templates.ts';
import { runHere } from '../surroundings.ts';
import { filesIn, projectsFolder } from './fixture-folders.ts';

const root = projectsFolder();
const names = Object.keys(templates);

// Gate 1 kills a process at every point, which takes minutes: `npm run soak:gates`.
const all = process.env['ONCELY_GATES'] === 'all';

/** Writes a template into a fresh folder, as its user does. */
async function written(name: string): Promise<string> {
  const cwd = join(root, name);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }');
  expect(await runHere(['init', '--template', name, '--write'], { cwd })).toMatchObject({ code: 0, err: '' });
  return cwd;
}

/** Runs the gates of all templates, in one process, as that loads the SDKs once. */
async function gates(folders: readonly string[]): Promise<{ readonly passed: boolean; readonly out: string }> {
  const pattern = all ? [] : ['--test-name-pattern', '^gate [234]'];
  const args = ['--conditions', '@oncely/source', '--no-warnings', '--test', '--test-isolation=none', ...pattern];
  const files = folders.map((folder) => join(folder, 'gates.test.ts'));
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'oncely-compile-cache') };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args, '--test-reporter', 'tap', ...files],
      { cwd: root, env, maxBuffer: 1 << 26 },
      (error, out, err) => resolve({ passed: error === null, out: `${out}${err}` }),
    );
  });
}

describe.each(names)('%s', (name) => {
  it('shows its files, writes them into an empty folder, and over nothing', async () => {
    const cwd = join(root, `empty-${name}`);
    mkdirSync(cwd);
    const shown = await runHere(['init', '--template', name], { cwd });
    expect(shown.out).toContain('+++ b/gates.test.ts');
    expect(filesIn(cwd)).toEqual([]);
    writeFileSync(join(cwd, 'agent.ts'), '// mine\n');
    const refused = await runHere(['init', '--template', name, '--write'], { cwd });
    expect(refused).toMatchObject({ code: 1, err: 'agent.ts is there already. Nothing was written.' });
    expect(filesIn(cwd)).toHaveLength(1);
  });
});

it('the gates are green, in each of them', { timeout: 900_000 }, async () => {
  const { passed, out } = await gates(await Promise.all(names.map(written)));
  expect(passed, out).toBe(true);
  expect(out).toContain(`# pass ${names.length * (all ? 4 : 3)}\n`);
});
