import type { Register, Write } from './register.ts';

/** One revision of a register, as far as the history tells. */
export interface Version {
  readonly revision: number;
  readonly digest: string;
  /** The ledger's time at which it was stored; absent where nobody was told. */
  readonly at?: number;
  /** The calls of which one wrote it; several where a command was repeated after a lost answer. None: a phantom. */
  readonly writers: readonly Write[];
  /** When somebody first was told of it or of a later one; it was stored by then. */
  readonly seen: number;
}

/** The revisions of a register that anybody saw, in order. */
export function versionsOf({ writes, sights }: Register): Version[] {
  const digests = new Map<number, { digest: string; at?: number }>();
  const firstSeen = new Map<number, number>();
  for (const { revision, digest, at, ended } of sights) {
    if (revision === 0 || digest === undefined) continue;
    if (!digests.has(revision)) digests.set(revision, { digest, ...(at === undefined ? {} : { at }) });
    firstSeen.set(revision, Math.min(ended, firstSeen.get(revision) ?? Infinity));
  }
  const candidates = Map.groupBy(writes.filter(mayBeStored), (write) => `${write.expect} ${write.digest}`);
  let seen = Infinity;
  return [...digests]
    .sort(([one], [other]) => other - one)
    .map(([revision, { digest, at }]): Version => {
      seen = Math.min(seen, firstSeen.get(revision) ?? Infinity);
      const all = candidates.get(`${revision - 1} ${digest}`) ?? [];
      const sure = all.filter(({ outcome }) => outcome === 'written');
      return { revision, digest, ...(at === undefined ? {} : { at }), writers: sure.length > 0 ? sure : all, seen };
    })
    .reverse();
}

/** Whether a write may have taken effect, by its own answer. */
function mayBeStored({ outcome, expect, answered = 0 }: Write): boolean {
  return outcome === 'written' || outcome === 'unknown' || (outcome === 'conflict' && answered > expect);
}
