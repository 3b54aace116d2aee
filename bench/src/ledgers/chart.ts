import { verdictOf, type Row } from './measure.ts';

const width = 760;
const labelWidth = 400;
const barWidth = 230;
const rowHeight = 34;
const top = 56;
/** A bar that is longer is cut off: it would make the others too short to read. */
const longest = 3;

/**
 * A bar for each row, as long as its ratio is a share of its target: all that reach the line have met theirs. The colours
 * follow the reader's light or dark mode, the ground stays the page's.
 */
export function chartOf(rows: readonly Row[]): string {
  const scale = barWidth / longest;
  const bars = rows.map((row, at) => {
    const y = top + at * rowHeight;
    const share = Math.min(row.ratio / row.target, longest);
    const cut = row.ratio / row.target > longest ? ' →' : '';
    return [
      `<text x="0" y="${y + 13}">${escaped(row.measured)}</text>`,
      `<text x="0" y="${y + 26}" class="faint">against ${escaped(row.against)}</text>`,
      `<rect class="${verdictOf(row) === 'met' ? 'met' : 'missed'}" x="${labelWidth}" y="${y + 4}" width="${(share * scale).toFixed(1)}" height="20" rx="2"/>`,
      `<text x="${(labelWidth + share * scale + 6).toFixed(1)}" y="${y + 18}">${times(row.ratio)}${cut}<tspan class="faint"> of ${times(row.target)}</tspan></text>`,
    ].join('\n');
  });
  const height = top + rows.length * rowHeight + 8;
  const line = labelWidth + scale;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Measured rates as a share of their targets">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 14px; }
.faint { fill: #59636e; font-size: 11px; }
.met { fill: #2da44e; }
.missed { fill: #d4762c; }
.target { stroke: #59636e; stroke-dasharray: 3 3; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.faint { fill: #9198a1; }
.met { fill: #3fb950; }
.missed { fill: #db8a3e; }
.target { stroke: #9198a1; }
}
</style>
<text x="0" y="16" class="title">Ledgers: measured rate, as a share of its target</text>
<text x="${line}" y="40" class="faint" text-anchor="middle">target</text>
<line class="target" x1="${line}" x2="${line}" y1="46" y2="${height - 4}"/>
${bars.join('\n')}
</svg>
`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 1).replace(/\.?0+$/, '')}×`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
