import { median } from '../rate.ts';
import type { Comparison, Subject } from './subject.ts';

export interface Row {
  readonly measured: string;
  /** What it is compared with. */
  readonly against: string;
  /** Medians, a second; of a plain number that number. */
  readonly ours: number;
  readonly theirs: number;
  /** Median of the rounds' own ratios, since a machine's speed changes from round to round. */
  readonly ratio: number;
  /** The lowest and the highest of them. */
  readonly from: number;
  readonly to: number;
  readonly target: number;
}

/** Lets the subjects take turns, each as often as there are rounds, so that a slow minute falls on all of them. */
export async function measure(
  comparisons: readonly Comparison[],
  { rounds, turnMs }: { readonly rounds: number; readonly turnMs: number },
): Promise<readonly Row[]> {
  const subjects = [...new Set(comparisons.flatMap(({ ours, against }) => [ours, against]))].filter(
    (subject): subject is Subject => typeof subject !== 'number',
  );
  for (const subject of subjects) await subject.turn(Math.min(turnMs, 500));
  const rates = new Map(subjects.map((subject) => [subject, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    // There and back: who stands behind a heavy one in one round stands before it in the next.
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      rates.get(subject)?.push(await subject.turn(turnMs));
    }
    console.error(`round ${round + 1} of ${rounds}`);
  }
  return comparisons.map(({ measured, ours, against, target }) => {
    const own = rates.get(ours) ?? [];
    const others = typeof against === 'number' ? own.map(() => against) : (rates.get(against) ?? []);
    const ratios = own.map((rate, round) => rate / (others[round] ?? Number.NaN));
    return {
      measured,
      against: typeof against === 'number' ? `${inWords(against)} a second` : against.name,
      ours: median(own),
      theirs: median(others),
      ratio: median(ratios),
      from: Math.min(...ratios),
      to: Math.max(...ratios),
      target,
    };
  });
}

/** Whether a target is met, else by how much not. */
export function verdictOf({ ratio, target }: Pick<Row, 'ratio' | 'target'>): string {
  return ratio >= target ? 'met' : `missed by ${Math.max(1, Math.round((1 - ratio / target) * 100))} %`;
}

export function inWords(rate: number): string {
  return Math.round(rate).toLocaleString('en-US');
}
