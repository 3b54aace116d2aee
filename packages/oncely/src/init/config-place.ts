import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

import type { SourceFile } from 'ts-morph';

import type { UserProject } from './user-project.ts';

const configName = /^oncely\.config\.[cm]?[jt]s$/;

/** Whether this file is the one that makes the application's Oncely. */
export function isOurConfig(file: SourceFile): boolean {
  if (configName.test(file.getBaseName())) return true;
  const imports = file
    .getImportDeclarations()
    .some((each) => each.getNamedImports().some((name) => name.getName() === 'createOncely'));
  return imports || /\bcreateOncely\b[^{}=]{0,500}\} = require\(/.test(file.getFullText());
}

/** The file that makes the Oncely of this project, where there is one already. */
export function configOf({ files }: UserProject): SourceFile | undefined {
  const all = files.filter(isOurConfig);
  return all.find((file) => configName.test(file.getBaseName())) ?? all[0];
}

/** The name under which a config exports the Oncely; `undefined`: nobody can import it. */
export function exportedOncely({ tm }: UserProject, file: SourceFile): string | undefined {
  const exported = file.getExportedDeclarations();
  if (exported.has('oncely')) return 'oncely';
  const made = [...exported].find(([, declarations]) =>
    declarations.some(
      (each) => tm.Node.isVariableDeclaration(each) && each.getInitializer()?.getText().startsWith('createOncely('),
    ),
  );
  return made?.[0] ?? (exported.has('default') ? 'default' : undefined);
}

/** Where the config is written: in the root, or below the `rootDir` that the compiler is held to. */
export function newConfigPath({ root, options, typescript, esm }: UserProject): string {
  const { rootDir } = options;
  const isBelow = rootDir !== undefined && rootDir.startsWith(`${root}/`) && existsSync(rootDir);
  return join(isBelow ? rootDir : root, `oncely.config.${typescript ? 'ts' : esm ? 'js' : 'mjs'}`);
}

/** How one file of the project imports another, by the endings that the project itself uses. */
export function specifierOf(project: UserProject, from: string, to: string): string {
  const path = relative(dirname(from), to).split(sep).join('/');
  const dotted = path.startsWith('.') ? path : `./${path}`;
  const ending = /\.[cm]?[jt]sx?$/.exec(dotted)?.[0] ?? '';
  if (!/ts/.test(ending)) return dotted;
  const bare = dotted.slice(0, -ending.length);
  switch (endingOf(project)) {
    case 'source':
      return dotted;
    case 'output':
      return `${bare}${ending.replace('t', 'j').replace('x', '')}`;
    case 'none':
      return bare;
  }
}

function endingOf(project: UserProject): 'source' | 'output' | 'none' {
  const { tm, files, options } = project;
  const counts = { source: 0, output: 0, none: 0 };
  for (const each of files.flatMap((file) => file.getImportDeclarations())) {
    const specifier = each.getModuleSpecifierValue();
    if (!specifier.startsWith('.')) continue;
    counts[/\.[cm]?tsx?$/.test(specifier) ? 'source' : /\.[cm]?jsx?$/.test(specifier) ? 'output' : 'none'] += 1;
  }
  const [most = ['source', 0] as const] = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  if (most[1] > 0) return most[0] as 'source' | 'output' | 'none';
  if (options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true) return 'source';
  const { Bundler, NodeNext, Node16 } = tm.ModuleResolutionKind;
  const { moduleResolution, module } = options;
  if (moduleResolution === Bundler) return 'none';
  if (moduleResolution === NodeNext || moduleResolution === Node16) return 'output';
  if (module === tm.ts.ModuleKind.NodeNext || module === tm.ts.ModuleKind.Node16) return 'output';
  // Node runs TypeScript as it stands, under its own name.
  return module === undefined ? 'source' : 'none';
}
