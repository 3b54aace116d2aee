import { metrics } from '../../src/otel/metric-table.ts';

const begin = '<!-- made by packages/core/test/otel/write-metrics.ts -->';
const end = '<!-- end -->';

/** The table of the metrics. */
export function metricsTable(): string {
  const rows = Object.values(metrics).map(({ name, kind, unit, attributes, description }) => {
    const by = attributes.map((attribute) => `\`${attribute.replace('oncely.', '')}\``).join(', ');
    return `| \`${name}\` | ${kind} | ${unit} | ${by} | ${description} |`;
  });
  return ['| metric | kind | unit | by | what it says |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** A page with what is made in it replaced. */
export function between(page: string, made: string): string {
  const [head, rest] = page.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`the page has no ${begin} and ${end}`);
  return `${head}${begin}\n\n${made}\n\n${end}${tail}`;
}

/** A table as it is however wide its columns are. */
export function unpadded(page: string): string {
  return page.replaceAll(/ +\|/g, ' |').replaceAll(/\| +/g, '| ').replaceAll(/-{3,}/g, '---');
}
