import type { Surroundings } from '../surroundings.ts';
import type { Finding, Plan } from './plan.ts';

/** What was found, for a person: what moves, what should be looked at, what is left and why. */
export function reportLines(
  { findings, install, notes }: Plan,
  { paint }: Pick<Surroundings, 'paint'>,
): readonly string[] {
  const moved = findings.filter(({ becomes }) => becomes !== undefined);
  const left = findings.filter(({ becomes, kind }) => becomes === undefined && kind !== 'unused');
  const unused = findings.filter(({ kind }) => kind === 'unused');
  const look = moved.filter(({ why, kind }) => why !== undefined || kind === 'write');
  return [
    ...section(paint('bold', `Moves (${moved.length})`), moved.map(lineOf)),
    ...section(
      paint('bold', 'Look at these before you write them'),
      look.length === 0
        ? []
        : [...look.flatMap(({ place, why }) => (why === undefined ? [] : `${place}  ${why}`)), ids],
    ),
    ...section(paint('bold', `Left to you (${left.length})`), left.map(lineOf)),
    ...section(
      paint('bold', 'Unused now'),
      unused.map(({ place, what }) => `${place}  ${what}`),
    ),
    ...notes,
    ...(install.length === 0 ? [] : [`To install: npm install ${install.join(' ')}`]),
  ];
}

const ids =
  'Each businessId above: it must name the case with its period, the same in every run. Two cases that share one get one effect.';

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

function lineOf({ place, what, becomes, why }: Finding): string {
  return becomes === undefined ? `${place}  ${what}: ${why}` : `${place}  ${what} → ${becomes}`;
}
