import { OncelyError } from '../errors.ts';
import type { LedgerInfo } from '../ledger.ts';
import { bucketAt } from './buckets.ts';
import { callScript, type Calling } from './calling.ts';
import type { Memory } from './memory.ts';
import { allParts } from './parts.ts';
import { epochScript } from './scripts-epoch.ts';
import { infoOf, lostSince, type Head, type Part } from './standing.ts';

/** What is said of the ledger: that it may have forgotten since then, that all is well, or nothing but a new epoch. */
export type Mark = { readonly since: number | undefined } | 'as it is';

/**
 * Makes what was lost, or what a person says, an epoch of its own, and brings all buckets to the highest one.
 *
 * Each number is given once, by bucket 0, so that it means the same in all of them: a claim that one of them lets pass
 * knew of every loss that this bucket was told of.
 */
export async function settleEpochs(
  calling: Calling,
  memory: Memory,
  prefix: string,
  buckets: number,
  asked?: Mark,
): Promise<LedgerInfo | 'other'> {
  let mark = asked;
  const take = async (index: number, expected: string, to: Head, lost: string): Promise<readonly string[]> => {
    const args = [expected, String(to.epoch), String(to.suspectSince ?? ''), lost];
    return (await callScript(calling, epochScript, [bucketAt(prefix, index).ledger], args, 'writes')) as string[];
  };

  for (let round = 0; round < 10; round += 1) {
    const parts = await allParts(calling, memory, prefix, buckets);
    if (parts === 'other') return parts;
    const first = parts[0] as Part;
    const top = parts.reduce((one, other) => (other.head.epoch > one.head.epoch ? other : one)).head;
    const losses = parts.flatMap(({ head }) => (head.lost === '' ? [] : [lostSince(head.lost)]));
    let target = top;
    if (mark || losses.length > 0) {
      target = raised(top, memory.epoch(), losses, mark);
      const [, , , taken] = await take(0, String(first.head.epoch), target, first.head.lost);
      if (taken !== '1') continue;
      // From here on it is only spread: what is noticed meanwhile nobody has looked into.
      mark = undefined;
    }
    const reached = await Promise.all(
      parts.map(async ({ head }, index) => {
        if (head.lost === '' && isAt(target, head.epoch, head.suspectSince ?? '')) return true;
        const [epoch, suspect] = await take(index, '', target, head.lost);
        return isAt(target, epoch ?? '', suspect ?? '');
      }),
    );
    for (let index = 0; index < buckets; index += 1) memory.of(index).epoch = target.epoch;
    if (!reached.every(Boolean)) continue;
    memory.identity ??= { id: first.id, key: first.key };
    return infoOf(memory.identity, target);
  }
  throw new OncelyError('ledger_unavailable', {
    message: `The ledger (${calling.name}) changes its epoch faster than it can be followed. Nothing was stored.`,
  });
}

function raised(top: Head, known: number, losses: readonly number[], mark: Mark | undefined): Head {
  const { suspectSince, ...rest } = top;
  const epoch = Math.max(top.epoch, known) + 1;
  const said = mark === 'as it is' ? undefined : mark;
  if (said && said.since === undefined) return { ...rest, epoch };
  // A second loss does not end the doubt about the first.
  const since = [suspectSince, said?.since, ...losses].filter((each) => each !== undefined);
  return since.length === 0 ? { ...rest, epoch } : { ...rest, epoch, suspectSince: Math.min(...since) };
}

function isAt(target: Head, epoch: number | string, suspect: number | string): boolean {
  return Number(epoch) === target.epoch && String(suspect) === String(target.suspectSince ?? '');
}
