import { lengthOf } from '../attention.ts';
import type { LedgerSession } from '../ledger-session.ts';
import { takingTurns } from '../taking-turns.ts';
import {
  decodeSeal,
  encodeSeal,
  isSealSlot,
  keyDigest,
  leafOf,
  sealOf,
  sealSlot,
  type Leaf,
  type Seal,
} from './seal.ts';

/** Where seals go to: a file, an object store that keeps what it has, another company's inbox. */
export type SealSink = (seal: Seal) => Promise<void> | void;

export interface SealOptions {
  /** Given each seal once the ledger has it; where it fails, so does the call. */
  readonly to?: SealSink;
  /** How many records one seal covers at most. Default 500, at most 2,000. */
  readonly records?: number;
}

/** What was sealed. */
export interface Sealed {
  readonly seals: readonly Seal[];
  /** How many records they cover. */
  readonly records: number;
}

const patienceMs = 5_000;
/** A seal is written as one text, in one turn. */
const mostLeaves = 2_000;

/**
 * Covers by seals all that changed since the last ones: what is not yet covered is found by its mark, however late it
 * was committed, and nothing else is read. Two that seal at once take turns.
 */
export async function seal(session: LedgerSession, { to, records = 500 }: SealOptions = {}): Promise<Sealed> {
  const info = await session.info();
  const made: Seal[] = [];
  const share = takingTurns();
  let covered = 0;
  let begunAt: number | undefined;
  let after: string | undefined;
  do {
    const leaves: Leaf[] = [];
    // A store gives a part of what is asked for where it would take long.
    for (const most = Math.min(records, mostLeaves); ;) {
      const page: Awaited<ReturnType<typeof session.ledger.audited>> = await session.ledger.audited({
        limit: most - leaves.length,
        unsealed: true,
        ...(after === undefined ? {} : { after }),
      });
      // What is written from here on, behind where this has come to, waits for the next call, however long this one takes.
      begunAt ??= page.at;
      after = page.next;
      for (const row of page.rows) {
        await share(lengthOf(row));
        leaves.push(leafOf(row));
      }
      if (after === undefined || leaves.length >= most) break;
    }
    // A seal alone is no reason for another; it is covered along with the next change.
    if (leaves.every(({ slot }) => isSealSlot(slot))) continue;
    for (;;) {
      const last = await lastSeal(session, made.at(-1)?.number);
      const number = (last?.number ?? 0) + 1;
      const sealed = await sealOf(leaves, {
        number,
        ledger: info.id,
        key: keyDigest(info),
        epoch: info.epoch,
        at: begunAt,
        previous: last?.hash ?? '',
        complete: after === undefined,
      });
      const doc = encodeSeal(sealed);
      const answer = await session.write(
        { slot: sealSlot(number), expect: 0, doc, index: { state: 'seal' }, events: [] },
        patienceMs,
      );
      const own = answer.kind === 'conflict' && answer.row?.doc === doc;
      if (answer.kind !== 'written' && !own) continue;
      made.push(sealed.seal);
      covered += leaves.length;
      await to?.(sealed.seal);
      // Only now: what dies before is covered again by the next seal.
      await session.ledger.markSealed(leaves);
      break;
    }
  } while (after !== undefined);
  return { seals: made, records: covered };
}

/** The newest seal that the ledger has, looked for from `from` on, in about as many reads as its number has digits. */
async function lastSeal(session: LedgerSession, from = 0): Promise<Seal | undefined> {
  const sealAt = async (number: number): Promise<string | undefined> =>
    (await session.ledger.read(sealSlot(number))).row?.doc;
  let below = from;
  let found = from === 0 ? undefined : await sealAt(from);
  let step = 1;
  // Up in growing steps to one that is not there, and then halving in between.
  for (;;) {
    const doc = await sealAt(below + step);
    if (doc === undefined) break;
    found = doc;
    below += step;
    step *= 2;
  }
  for (let above = below + step; above - below > 1;) {
    const middle = Math.floor((below + above) / 2);
    const doc = await sealAt(middle);
    if (doc === undefined) above = middle;
    else [below, found] = [middle, doc];
  }
  return found === undefined ? undefined : decodeSeal(found).seal;
}

/** The seals that the ledger has, from the first that is above `after`. */
export async function* sealsOf(session: LedgerSession, after = 0): AsyncGenerator<Seal> {
  await session.info();
  const share = takingTurns();
  for (let number = after + 1; ; number += 1) {
    const { row } = await session.ledger.read(sealSlot(number));
    if (!row) return;
    await share(row.doc.length);
    yield decodeSeal(row.doc).seal;
  }
}
