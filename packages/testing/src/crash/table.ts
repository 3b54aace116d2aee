import type { Counts } from './sweep.ts';

interface Row {
  readonly death: string;
  readonly killed: string;
  readonly runs: number;
  readonly end: string;
  readonly counts: Counts;
  readonly wrong?: string;
}

/** One line a death, for people: where, how often it was run again, what was counted, what is wrong. */
export function crashTable(rows: readonly Row[]): string {
  const names = Object.keys(rows[0]?.counts ?? {});
  const head = ['', 'killed', 'runs', 'end', ...names, ''];
  const lines = rows.map((row) => [
    row.wrong === undefined ? 'ok' : 'WRONG',
    row.killed === 'killed' ? row.death : `${row.death} (${row.killed})`,
    String(row.runs),
    row.end,
    ...names.map((name) => String(row.counts[name] ?? 0)),
    row.wrong ?? '',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => (line[column] ?? '').length)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
