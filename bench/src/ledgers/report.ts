import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { availableParallelism, loadavg, totalmem } from 'node:os';

import { chartOf } from './chart.ts';
import { inWords, verdictOf, type Row } from './measure.ts';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));

/** What the reader needs to know of the machine; nothing that would tell which one it is. */
export function machine(settings: readonly string[]): readonly string[] {
  const memory = Math.round(totalmem() / 1024 ** 3);
  return [
    `${availableParallelism()} cores, ${memory} GiB, ${process.platform}; client and servers share them`,
    `load average at the start ${(loadavg()[0] ?? 0).toFixed(1)}`,
    `Node ${process.versions.node}`,
    ...settings,
  ];
}

export function printRows(rows: readonly Row[]): void {
  const table = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, at) => Math.max(...table.map((cells) => (cells[at] ?? '').length)));
  for (const cells of table) {
    const padded = cells.map((cell, at) =>
      numeric.has(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
    );
    console.log(padded.join('  ').trimEnd());
  }
}

export function rowsAsMarkdown(rows: readonly Row[]): string {
  return markdownTable(head, rows.map(cellsOf));
}

/** Columns of numbers are those whose rows all begin with a digit. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = columns.map((_, at) => (rows.every((cells) => /^\d/.test(cells[at] ?? '')) ? '--:' : '---'));
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Puts `text` between the markers of that name in docs/benchmarks.md. */
export function writeSection(name: 'ledgers' | 'growth' | 'memory', text: string): void {
  const file = `${docs}benchmarks.md`;
  const page = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no markers ${begin} and ${end}`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
}

export function writeChart(rows: readonly Row[]): void {
  if (!existsSync(docs)) throw new Error('there is no folder docs');
  writeFileSync(`${docs}bench-ledgers.svg`, chartOf(rows));
}

const head = ['measured', 'against', 'ours/s', 'theirs/s', 'ratio', 'rounds', 'target', ''] as const;
const numeric = new Set([2, 3, 4, 5, 6]);

function cellsOf(row: Row): readonly string[] {
  return [
    row.measured,
    row.against,
    inWords(row.ours),
    inWords(row.theirs),
    row.ratio.toFixed(2),
    `${row.from.toFixed(2)}–${row.to.toFixed(2)}`,
    String(row.target),
    verdictOf(row),
  ];
}
