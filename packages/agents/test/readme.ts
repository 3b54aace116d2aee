import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../README.md', import.meta.url);
const [begin, end] = ['<!-- scenarios: made by the tests -->\n\n', '\n<!-- end of scenarios -->'];

/** Refunds at the vendor with a raw tool and with ours, as the table shows them. */
export function cellOf([raw, ours]: readonly [raw: number, ours: number]): string {
  return `${raw} → **${ours}**`;
}

/** What the table of the README shows, by framework (with what it was run with) and scenario. */
export function shownCells(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const text = readFileSync(file, 'utf8');
  const table = text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim();
  const [head = [], , ...rows] = table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const cells = rows.map(([name = '', ...row]) => [name, row.map((cell, at) => [head[at + 1], cell])] as const);
  return new Map(cells.map(([name, row]) => [name, Object.fromEntries(row) as Record<string, string>]));
}

/** The head of a scenario's column. */
export function headOf({ id, what }: { readonly id: string; readonly what: string }): string {
  return `(${id}) ${what}`;
}

/** The head of a framework's row. */
export function rowOf({ name, packages }: { readonly name: string; readonly packages: readonly string[] }): string {
  return `${name}: ${packages.join(', ')}`;
}

/** Puts other rows into the table. */
export function writeTable(rows: readonly (readonly string[])[]): void {
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(begin) + begin.length;
  writeFileSync(file, `${text.slice(0, start)}${lines.join('\n')}\n${text.slice(text.indexOf(end))}`);
}
