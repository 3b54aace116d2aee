import type { SafetyClass } from '@oncely/core';

import { listed, safetyOfKind } from '../src/operations.ts';

type Class = SafetyClass['kind'];

const classes: readonly Class[] = ['constrained', 'keyed', 'natural', 'probed', 'unverifiable'];

/** Where the table stands in the README. */
const markers = { begin: '<!-- operations: begin -->', end: '<!-- operations: end -->' } as const;

/** Every operation with its safety class, a row a resource, as the README shows it. */
function operationsTable(): string {
  const rows = new Map<string, Map<Class, Set<string>>>();
  for (const { name, kind } of listed) {
    const words = name.split('.').slice(1);
    const [resource, verb] = [words.slice(0, 2).join('.'), words.slice(2).join('.')];
    const row = rows.get(resource) ?? new Map<Class, Set<string>>();
    rows.set(resource, row);
    const safety = safetyOfKind(kind);
    row.set(safety, (row.get(safety) ?? new Set()).add(verb === '' ? (words.at(-1) ?? '') : verb));
  }
  const cells = [...rows]
    .toSorted(([one], [two]) => (one < two ? -1 : 1))
    .map(([resource, row]) => [
      `\`${resource}\``,
      ...classes.map((each) => [...(row.get(each) ?? [])].toSorted().join(', ')),
    ]);
  return tableOf([['resource', ...classes], ...cells]);
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

/** A page with the table between its markers. */
export function withTable(page: string): string {
  const [before, rest = ''] = page.split(markers.begin);
  const after = rest.split(markers.end)[1] ?? '';
  return `${before}${markers.begin}\n\n${operationsTable()}\n\n${markers.end}${after}`;
}
