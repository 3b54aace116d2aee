import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { sizeSection } from './size-section.ts';

const begin = '<!-- size: made by scripts/sizes/write-sizes.ts -->';
const end = '<!-- end of size -->';
const sizes = /About [\d.]+ kB packed and [\d.]+ kB unpacked/;
/** By how much what a README says may differ from what is so, so that not every change has to touch it. */
const tolerance = 0.15;

/** What is wrong with the sizes and dependencies that the packages' READMEs name. */
export function sizeProblems(root: string): readonly string[] {
  return foldersOf(root).flatMap((folder) => {
    const { section, problems } = sizeSection(root, folder);
    const held = heldIn(readFileSync(join(root, folder, 'README.md'), 'utf8'));
    const readme = `${folder}/README.md`;
    if (held === undefined) return [...problems, `${readme}: has no section of its size`];
    const right = words(held) === words(section) && near(numbersIn(held), numbersIn(section));
    return right
      ? problems
      : [...problems, `${readme}: size or dependencies changed; run scripts/sizes/write-sizes.ts`];
  });
}

/** Writes the sections anew; one that is not there yet goes to the end of its README. */
export function writeSizes(root: string): void {
  for (const folder of foldersOf(root)) {
    const file = join(root, folder, 'README.md');
    const text = readFileSync(file, 'utf8');
    const place = text.includes(begin) ? text : `${text.trimEnd()}\n\n## Size\n\n${begin}\n\n${end}\n`;
    const { section } = sizeSection(root, folder);
    writeFileSync(
      file,
      `${place.slice(0, place.indexOf(begin) + begin.length)}\n\n${section}\n\n${place.slice(place.indexOf(end))}`,
    );
  }
}

/** The section as it stands in a README. */
function heldIn(readme: string): string | undefined {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  return from < 0 || to < from ? undefined : readme.slice(from + begin.length, to).trim();
}

function foldersOf(root: string): readonly string[] {
  return globSync('packages/*/package.json', { cwd: root })
    .map((file) => file.slice(0, -'/package.json'.length))
    .toSorted();
}

/** Without the sizes, and without what a formatter does to columns. */
function words(section: string): string {
  return section
    .replace(sizes, 'About')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/ *\| */g, '|')
    .trim();
}

function numbersIn(section: string): readonly number[] {
  return [...(sizes.exec(section)?.[0] ?? '').matchAll(/[\d.]+/g)].map(([text]) => Number(text));
}

export function near(held: readonly number[], is: readonly number[]): boolean {
  return held.length === is.length && held.every((each, index) => Math.abs(each / (is[index] ?? 0) - 1) <= tolerance);
}
