import type { ProbeAnswer, ProbeMatch, Target } from './adapter.ts';

/** What a look at the vendor shows of the effect, once what is not its work is told apart. */
export type Sight =
  | Exclude<ProbeAnswer, { kind: 'found' }>
  | { readonly kind: 'found'; readonly matches: readonly ProbeMatch[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly vendorIds: readonly string[] };

/** How far the vendor's clock may be from the ledger's. */
const skewMs = 300_000;

/** Takes for the effect only what stands, and was made since an attempt was that may have made it. */
export function seenIn(answer: ProbeAnswer, { from, since = from }: Pick<Target, 'from' | 'since'>): Sight {
  if (answer.kind !== 'found') return answer;
  const { matches } = answer;
  const older = matches.find(({ madeAt }) => madeAt !== undefined && madeAt < since - skewMs);
  if (older) {
    return {
      kind: 'cannot_know',
      reason: `${older.vendorId} is what this effect was to make, and was made before any attempt that may have made it, so it is not its work. A person must look what became of it`,
    };
  }
  const standing = matches.filter(({ failed }) => failed === undefined);
  if (standing.length > 0) return { kind: 'found', matches: standing };
  const [first] = matches;
  if (!first) return { kind: 'absent' };
  return { kind: 'refused', reason: first.failed ?? 'failed', vendorIds: matches.map(({ vendorId }) => vendorId) };
}
