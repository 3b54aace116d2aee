/**
 * Checks what the pages say: every link within the repository leads somewhere, every block of TypeScript compiles, and
 * what says what it does (`<!-- runs: stripe 1 -->`) is run twice against the vendors' fakes and does just that.
 * `npm run check:docs [-- part of a page's path]`
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sizeProblems } from '../sizes/readme-sizes.ts';
import { run } from '../vendors/run-command.ts';
import { checkLinks } from './links.ts';
import { onPage, writePrograms } from './programs.ts';
import { pagesOf } from './pages.ts';
import { checkOtherBlocks } from './other-blocks.ts';
import { runPrograms } from './run-programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const part = process.argv[2] ?? '';
// Below the root, so that a program finds the workspace's packages; ignored by git and the other checks.
const folder = join(root, 'dist/docs-check');

const all = pagesOf(root);
const pages = all.filter(({ path }) => path.includes(part));
const problems: string[] = [];

const links = checkLinks(root, all);
problems.push(
  ...links.dead.filter(({ page }) => page.includes(part)).map(({ page, line, why }) => `${page}:${line}: ${why}`),
);

const others = checkOtherBlocks(root, pages);
problems.push(...others.problems);

problems.push(...sizeProblems(root));

const programs = writePrograms(folder, pages);
problems.push(...(await compile()));
const runnable = programs.flatMap(({ runs, ...program }) => (runs === undefined ? [] : [{ runs, ...program }]));
const ends = await runPrograms(runnable.map(({ file, runs }) => ({ file: join(folder, file), runs })));
for (const [index, { page, block }] of runnable.entries()) {
  const end = ends[index];
  if (end !== undefined) problems.push(`${page}:${block.line}: ${end}`);
}

for (const problem of problems) console.error(problem);
console.log(
  `${pages.length} pages, ${links.count} links; ${programs.length} blocks of TypeScript compiled, of which ${runnable.length} were run twice; ` +
    `${others.count} other blocks read; ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** One program of the compiler for all blocks, on the packages as they are built. */
async function compile(): Promise<readonly string[]> {
  if (!existsSync(join(root, 'packages/core/dist/index.d.ts'))) throw new Error('build first: npm run build');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'surroundings.d.ts'), readFileSync(new URL('surroundings.d.ts', import.meta.url)));
  const base = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8')) as { compilerOptions: object };
  const compilerOptions = {
    ...base.compilerOptions,
    rootDir: '.',
    noEmit: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    allowJs: true,
    checkJs: true,
    customConditions: [],
    tsBuildInfoFile: null,
    outDir: null,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['surroundings.d.ts', ...programs.map(({ file }) => file)] }),
  );
  try {
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { cwd: folder });
    return [];
  } catch (error) {
    const lines = String(error).split('\n');
    const found = lines.filter((line) => line.includes('error TS'));
    return (found.length === 0 ? lines : found).map((line) => onPage(programs, folder, line));
  }
}
