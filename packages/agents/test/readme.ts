import { readFileSync, writeFileSync } from 'node:fs';

import { frameworks } from './frameworks/all.ts';
import { play, scenarios } from './scenarios.ts';

const file = new URL('../README.md', import.meta.url);
const [begin, end] = ['<!-- scenarios: made by the tests -->\n\n', '\n<!-- end of scenarios -->'];

/** What was counted at the vendor: of a framework, by scenario, with a raw tool and with ours. */
export type Counts = ReadonlyMap<string, readonly (readonly [raw: number, ours: number])[]>;

/** The table that the README shows, without regard to how its columns are padded. */
export function tableOf(counts: Counts): string {
  const head = ['run with', ...scenarios.map(({ id, what }) => `(${id}) ${what}`)];
  const rows = frameworks.map(({ name, packages }) => {
    const cells = counts.get(name)?.map(([raw, ours]) => `${raw} → **${ours}**`) ?? [];
    return [`${name}: ${packages.join(', ')}`, ...cells];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The table as it stands in the README. */
export function shownTable(): string {
  const text = readFileSync(file, 'utf8');
  return unpadded(text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)));
}

function unpadded(table: string): string {
  return table
    .trim()
    .replace(/-{3,}/g, '---')
    .replace(/ *\| */g, ' | ')
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}

/** Plays everything and writes the table anew. */
export async function writeReadme(): Promise<void> {
  const counts = new Map<string, readonly (readonly [number, number])[]>();
  for (const framework of frameworks) {
    const cells: (readonly [number, number])[] = [];
    for (const scenario of scenarios) {
      cells.push([await play(framework, scenario, 'raw'), await play(framework, scenario, 'ours')]);
    }
    counts.set(framework.name, cells);
  }
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(begin) + begin.length;
  writeFileSync(file, `${text.slice(0, start)}${tableOf(counts)}\n${text.slice(text.indexOf(end))}`);
}
