import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A Markdown page of the repository. */
export interface Page {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every page that people read; change notes are written by machine or for one. */
export function pagesOf(root: string): readonly Page[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md', '*.txt'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const paths = new Set(
    listed.split('\0').filter((path) => /^(?!\.changeset\/)(?!.*CHANGELOG\.md$).*(\.md|llms\.txt)$/.test(path)),
  );
  return [...paths].toSorted().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
