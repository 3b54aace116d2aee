import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { codeBlocks } from '../docs/code-blocks.ts';
import { run } from '../vendors/run-command.ts';
import type { Registry } from './registry.ts';

/** A fresh folder in which packages were installed from the registry. */
export interface Project {
  readonly folder: string;
  readonly env: Registry['env'];
}

/** How a project is made: by which package manager, and with which versions put in place of those of the README. */
export interface Making {
  readonly manager: 'npm' | 'pnpm';
  /** How pnpm is called. */
  readonly pnpm?: string;
  readonly instead?: readonly string[];
}

const loadedHook = fileURLToPath(new URL('loaded.ts', import.meta.url));
const compiler = ['typescript', '@types/node@22'];

/** Installs into a new folder what an install line names, and a compiler as every TypeScript project has one. */
export async function makeProject(
  folder: string,
  packages: readonly string[],
  registry: Registry,
  { manager, pnpm = 'pnpm', instead = [] }: Making,
): Promise<Project> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  const names = instead.map(nameOf);
  const wanted = [...packages.filter((name) => !names.includes(nameOf(name))), ...instead];
  const project = { folder, env: registry.env };
  if (manager === 'npm') {
    await run('npm', ['install', ...wanted], { cwd: folder, env: project.env });
    await run('npm', ['install', '--save-dev', ...compiler], { cwd: folder, env: project.env });
  } else {
    await run(pnpm, ['add', ...wanted], { cwd: folder, env: project.env });
    await run(pnpm, ['add', '--save-dev', ...compiler], { cwd: folder, env: project.env });
  }
  return project;
}

function nameOf(wanted: string): string {
  return wanted.replace(/(?<=.)@[^@/]*$/, '');
}

/** What the first install line of a README names. */
export function installLine(readme: string): readonly string[] {
  const line = codeBlocks(readme)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .find((each) => each.startsWith('npm install '));
  if (line === undefined) throw new Error('the README says nowhere how to install it');
  return line
    .slice('npm install '.length)
    .split(' ')
    .filter((word) => !word.startsWith('-'));
}

export function readInstalled(project: Project, name: string, file: string): string {
  return readFileSync(join(project.folder, 'node_modules', name, file), 'utf8');
}

/** Every package of ours in the project, wherever in its tree. */
export function oursIn({ folder }: Project): readonly string[] {
  const modules = join(folder, 'node_modules');
  const store = join(modules, '.pnpm/node_modules');
  const scoped = [modules, store]
    .map((place) => join(place, '@oncely'))
    .filter((place) => existsSync(place))
    .flatMap((place) => readdirSync(place).map((name) => `@oncely/${name}`));
  return [...new Set([...scoped, ...(existsSync(join(modules, 'oncely')) ? ['oncely'] : [])])].toSorted();
}

/** The entries of an installed package that stand for one file each, as they are imported. */
export function entriesOf(project: Project, name: string): readonly string[] {
  const { exports } = JSON.parse(readInstalled(project, name, 'package.json')) as { exports: Record<string, unknown> };
  return Object.keys(exports).flatMap((entry) => {
    if (!entry.includes('*')) return [name + entry.slice(1)];
    if (entry !== './ledgers/*') return [];
    const files = readdirSync(join(project.folder, 'node_modules', name, 'dist/ledgers'));
    return files.filter((file) => file.endsWith('.js')).map((file) => `${name}/ledgers/${file.slice(0, -3)}`);
  });
}

/** Runs a program that imports nothing but `entries`, and gives the packages of which it loaded a file. */
export async function loadedBy(project: Project, entries: readonly string[]): Promise<readonly string[]> {
  const program = join(project.folder, 'imports.mjs');
  writeFileSync(program, entries.map((entry) => `import ${JSON.stringify(entry)};\n`).join(''));
  const list = join(project.folder, 'loaded.json');
  await run(process.execPath, ['--import', loadedHook, program], {
    cwd: project.folder,
    env: { ...project.env, LOADED: list },
  });
  return JSON.parse(readFileSync(list, 'utf8')) as string[];
}

/** Compares, for each entry, what `import` and what `require` gives; throws where they differ. */
export async function requireAll(project: Project, entries: readonly string[]): Promise<void> {
  const program = join(project.folder, 'requires.cjs');
  writeFileSync(
    program,
    `const names = (module) => Object.keys(module).filter((name) => name !== '__esModule').sort().join();
(async () => {
  for (const entry of ${JSON.stringify(entries)}) {
    const [required, imported] = [names(require(entry)), names(await import(entry))];
    if (required !== imported) throw new Error(entry + ': require gives ' + required + ', import ' + imported);
  }
})();
`,
  );
  await run(process.execPath, [program], { cwd: project.folder, env: project.env });
}
