import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';

import type { CompilerOptions, Node, SourceFile } from 'ts-morph';

import { CommandError } from '../command-error.ts';
import type { Morph } from './load-morph.ts';
import { smallLib } from './small-lib.ts';

/** The user's project as it was read; nothing of it is changed here. */
export interface UserProject {
  readonly tm: Morph;
  readonly root: string;
  /** As its package.json says, else its folder's. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** The files that begin with a byte order mark, which the text of a `SourceFile` leaves out. */
  readonly marked: ReadonlySet<SourceFile>;
  readonly options: CompilerOptions;
  readonly typescript: boolean;
  /** Whether a `.js` file is an ES module. */
  readonly esm: boolean;
  /** The packages that the project depends on. */
  readonly dependencies: ReadonlySet<string>;
  /** Folders with a package.json of their own, which are projects of their own. */
  readonly skipped: readonly string[];
}

export const byteOrderMark = '\uFEFF';

const sources = /(?<!\.d)\.[cm]?[jt]sx?$/;
const tests = /\.(?:test|spec)\.[cm]?[jt]sx?$/;
const notOurs = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', '__tests__', 'test', 'tests']);

/** Reads the sources below a folder, without its tests, and what its tsconfig.json and package.json say of them. */
export function readProject(tm: Morph, root: string): UserProject {
  const skipped: string[] = [];
  const paths: string[] = [];
  walk(root, root, paths, skipped);
  const tsConfigFilePath = join(root, 'tsconfig.json');
  const project = new tm.Project({
    ...(existsSync(tsConfigFilePath) ? { tsConfigFilePath } : {}),
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
    skipLoadingLibFiles: true,
    // Only the project's own files are followed: that is enough to know where a name comes from, and quick.
    compilerOptions: { allowJs: true, noResolve: true, noLib: true, types: [], strictNullChecks: true },
  });
  project.createSourceFile(join(root, 'oncely-small-lib.d.ts'), smallLib);
  const files = paths.map((path) => project.addSourceFileAtPath(path));
  const manifest = manifestOf(root);
  return {
    tm,
    root,
    name: typeof manifest['name'] === 'string' ? manifest['name'] : basename(root),
    files,
    marked: new Set(files.filter((file) => readFileSync(file.getFilePath(), 'utf8').startsWith(byteOrderMark))),
    options: project.getCompilerOptions(),
    typescript: existsSync(tsConfigFilePath) || paths.some((path) => /\.[cm]?tsx?$/.test(path)),
    esm: manifest['type'] === 'module',
    dependencies: new Set(
      ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((name) => Object.keys(manifest[name] ?? {})),
    ),
    skipped,
  };
}

function walk(root: string, folder: string, paths: string[], skipped: string[]): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name.startsWith('.') || notOurs.has(entry.name)) continue;
      if (existsSync(join(path, 'package.json'))) skipped.push(pathIn(root, path));
      else walk(root, path, paths, skipped);
    } else if (entry.isFile() && sources.test(entry.name) && !tests.test(entry.name)) {
      paths.push(path);
    }
  }
}

function manifestOf(root: string): Readonly<Record<string, object | string | undefined>> {
  const path = join(root, 'package.json');
  if (!existsSync(path)) {
    throw new CommandError('usage', `There is no package.json in ${root}: run init in the folder of your project.`);
  }
  try {
    const text = readFileSync(path, 'utf8');
    return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text) as Readonly<
      Record<string, object | string | undefined>
    >;
  } catch (error) {
    throw new CommandError('usage', `${path} cannot be read: ${(error as Error).message}`);
  }
}

/** A path as it is shown and imported: from the root, with slashes. */
export function pathIn(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** `src/refund.ts:12` of a node. */
export function placeOf(project: UserProject, node: Node): string {
  return `${pathIn(project.root, node.getSourceFile().getFilePath())}:${node.getStartLineNumber()}`;
}
