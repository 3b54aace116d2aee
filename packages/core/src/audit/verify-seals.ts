import type { Ledger, LedgerInfo } from '../ledger.ts';
import {
  decodeSeal,
  encodeSeal,
  keyDigest,
  rootOf,
  sealHash,
  sealNumber,
  sealWorkflow,
  type Leaf,
  type Seal,
  type StoredSeal,
} from './seal.ts';
import { takingTurns } from '../taking-turns.ts';
import type { AuditProblem, VerifyOptions } from './verify.ts';

/** The seals of a ledger, as far as they hold. */
export interface ReadSeals {
  readonly count: number;
  /** What the last seal of each slot says of it. */
  readonly leaves: ReadonlyMap<string, Leaf>;
  /** The time of the last seal that left nothing uncovered. */
  readonly completeAt?: number;
  readonly exported?: { readonly number: number; readonly at: number };
}

/** Reads all seals, holds them against each other and against what was exported, and reports what does not fit. */
export async function readSeals(
  ledger: Ledger,
  info: LedgerInfo,
  given: VerifyOptions['seals'],
  report: (problem: AuditProblem) => void,
): Promise<ReadSeals> {
  const exported = await exportedSeals(given, report);
  const lastExported = Math.max(0, ...exported.keys());
  const leaves = new Map<string, Leaf>();
  let completeAt: number | undefined;
  let previous: Seal | undefined;
  let count = 0;
  const skip = (from: number, to: number): void => {
    for (let number = from; number < to; number += 1) {
      report({ kind: 'seal', seal: number, detail: 'is not in the ledger' });
      previous = exported.get(number) ?? previous;
    }
  };
  const share = takingTurns();
  for await (const { number, doc } of storedSeals(ledger)) {
    await share(doc.length);
    skip(count + 1, number);
    count = number;
    const stored = read(doc);
    const problem = stored ? await problemOf(stored, number, previous, exported, info) : 'is not a seal';
    if (problem !== undefined) report({ kind: 'seal', seal: number, detail: problem });
    if (!stored) continue;
    // What was exported is believed, whatever stands in its place.
    previous = exported.get(number) ?? stored.seal;
    if (stored.seal.complete) completeAt = stored.seal.at;
    for (const leaf of stored.leaves) leaves.set(leaf.slot, leaf);
  }
  skip(count + 1, lastExported + 1);
  const end = exported.get(lastExported);
  if (previous) againstLedger(previous, info, report);
  return {
    count,
    leaves,
    ...(completeAt === undefined ? {} : { completeAt }),
    ...(end === undefined ? {} : { exported: { number: end.number, at: end.at } }),
  };
}

async function exportedSeals(
  given: VerifyOptions['seals'],
  report: (problem: AuditProblem) => void,
): Promise<Map<number, Seal>> {
  const exported = new Map<number, Seal>();
  const share = takingTurns();
  for await (const seal of given ?? []) {
    await share(0);
    const twin = exported.get(seal.number);
    if (sealHash(seal) !== seal.hash) {
      report({ kind: 'seal', seal: seal.number, detail: 'was changed where it was exported to' });
    } else if (twin && twin.hash !== seal.hash) {
      report({ kind: 'seal', seal: seal.number, detail: 'was exported twice, with different contents: a fork' });
    } else {
      exported.set(seal.number, seal);
    }
  }
  return exported;
}

async function problemOf(
  { seal, leaves }: StoredSeal,
  number: number,
  previous: Seal | undefined,
  exported: ReadonlyMap<number, Seal>,
  info: LedgerInfo,
): Promise<string | undefined> {
  const known = exported.get(number);
  if (known && known.hash !== seal.hash) return 'is not the one that was exported';
  if (sealHash(seal) !== seal.hash) return 'does not have the hash that it says';
  if (seal.number !== number) return `says that it is ${seal.number}`;
  if (seal.previous !== (previous?.hash ?? '')) return 'does not follow the one before it';
  if ((await rootOf(leaves)) !== seal.root || leaves.length !== seal.records)
    return 'does not cover the records that it lists';
  if (seal.ledger !== info.id) return 'is of another ledger';
  if (previous && seal.epoch < previous.epoch) return 'is of an earlier epoch than the one before it';
  return undefined;
}

function againstLedger(last: Seal, info: LedgerInfo, report: (problem: AuditProblem) => void): void {
  const changed = (detail: string): void => report({ kind: 'ledger', detail });
  if (last.ledger !== info.id) changed('it has another id than the one that was sealed');
  if (last.key !== keyDigest(info)) changed('it has another key for fingerprints than the one that was sealed');
  if (info.epoch < last.epoch) changed(`it is at epoch ${info.epoch}, and was sealed at ${last.epoch}`);
}

/** Seals lie side by side, in the order of their numbers. */
async function* storedSeals(ledger: Ledger): AsyncGenerator<{ readonly number: number; readonly doc: string }> {
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<Ledger['list']>> = await ledger.list({
      limit: 20,
      workflow: sealWorkflow,
      ...(after === undefined ? {} : { after }),
    });
    for (const { slot, doc } of page.rows) yield { number: sealNumber(slot), doc };
    after = page.next;
  } while (after !== undefined);
}

function read(doc: string): StoredSeal | undefined {
  try {
    const stored = decodeSeal(doc);
    return typeof stored.seal?.hash === 'string' && encodeSeal(stored) === doc ? stored : undefined;
  } catch {
    return undefined;
  }
}
