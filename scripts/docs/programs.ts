import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

import { codeBlocks, type CodeBlock } from './code-blocks.ts';
import type { Page } from './pages.ts';

/** A block of TypeScript as a file of its own. */
export interface Program {
  readonly page: string;
  readonly block: CodeBlock;
  /** From the folder that the programs were written to. */
  readonly file: string;
  /** What running it does at the vendors, `stripe 1`; absent where it is a piece that does not run by itself. */
  readonly runs?: string;
}

/** What stands before the block's first line in its file. */
const linesBefore = 1;

/**
 * Writes every TypeScript block of the pages into `folder`. A block is a module of its own; what it leaves out is given
 * by scripts/docs/surroundings.d.ts, or above the block in `<!-- given: ... -->`; `<!-- then: ... -->` is run behind it.
 * A block with `<!-- file: x.ts -->` can be imported by the blocks of all pages in the same folder.
 */
export function writePrograms(folder: string, pages: readonly Page[]): readonly Program[] {
  rmSync(folder, { recursive: true, force: true });
  const programs = pages.flatMap((page) => programsOf(page));
  for (const { file, block } of programs) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    const given = (block.notes['given'] ?? '').replaceAll('\n', ' ');
    writeFileSync(path, `${given}\n${block.code}\n${block.notes['then'] ?? ''}\nexport {};\n`);
  }
  return programs;
}

function programsOf({ path, text }: Page): readonly Program[] {
  const folder = dirname(path).replaceAll(/[^\w-]+/g, '_');
  return codeBlocks(text)
    .filter(({ language, notes }) => language === 'ts' || (language === 'js' && notes['runs'] !== undefined))
    .map((block) => {
      const { file = `${basename(path, '.md')}-line-${block.line}.ts`, runs } = block.notes;
      return { page: path, block, file: join(folder, file), ...(runs !== undefined && { runs }) };
    });
}

/** An error of the compiler, by page and line instead of by the file that was written. */
export function onPage(programs: readonly Program[], folder: string, error: string): string {
  const [, file = '', line = '0', rest = ''] = /^(.+?)\((\d+),\d+\): (.*)$/s.exec(error) ?? [];
  const program = programs.find((each) => relative(folder, file) === each.file || file.endsWith(each.file));
  if (program === undefined) return error;
  const at = Number(line) <= linesBefore ? 'given' : program.block.line + Number(line) - linesBefore - 1;
  return `${program.page}:${at}: ${rest}`;
}
