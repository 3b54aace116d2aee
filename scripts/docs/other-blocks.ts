import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { codeBlocks, type CodeBlock } from './code-blocks.ts';
import type { Page } from './pages.ts';

/** What is wrong with a block, or nothing. */
type Judge = (block: CodeBlock, scripts: ReadonlySet<string>) => string | undefined;

const judges: Readonly<Record<string, Judge>> = {
  json: ({ code }) => {
    try {
      JSON.parse(code);
    } catch (error) {
      return `no JSON: ${String(error)}`;
    }
  },
  sh: ({ code }, scripts) => {
    const called = [...code.matchAll(/npm (?:run (?:--silent )?)?(?<name>[\w:-]+)/g)].map(
      ({ groups }) => groups?.['name'] ?? '',
    );
    const missing = called.filter((name) => !scripts.has(name) && !ofNpm.has(name));
    return missing.length > 0 ? `there is no script ${missing.join(', ')}` : undefined;
  },
};

const ofNpm = new Set(['ci', 'install', 'test', 'init', 'exec', 'run', 'pkg']);

/** Reads the blocks that no compiler checks: JSON must be JSON, and a shell calls scripts that there are. */
export function checkOtherBlocks(
  root: string,
  pages: readonly Page[],
): { readonly count: number; readonly problems: readonly string[] } {
  const scriptsOf = (folder: string): readonly string[] => {
    const file = join(root, folder, 'package.json');
    if (!existsSync(file)) return [];
    return Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { scripts?: object }).scripts ?? {});
  };
  const problems: string[] = [];
  let count = 0;
  for (const { path, text } of pages) {
    const names = new Set([...scriptsOf('.'), ...scriptsOf(dirname(path))]);
    for (const block of codeBlocks(text)) {
      const judge = judges[block.language];
      if (!judge) continue;
      count += 1;
      const problem = judge(block, names);
      if (problem !== undefined) problems.push(`${path}:${block.line}: ${problem}`);
    }
  }
  return { count, problems };
}
