import { isEffectSlot } from '../contract.ts';
import { sha256 } from '../fingerprint.ts';
import type { AuditedRow, AuditRow, LedgerInfo } from '../ledger.ts';
import { countOf } from '../lifecycle/attempts.ts';
import { sealedDigest, sortedJson } from '../lifecycle/salient.ts';
import { decodeRecord, type EffectRecord } from '../record.ts';
import { takingTurns } from '../taking-turns.ts';

/**
 * What leaves the ledger: it covers, by one hash, everything that its seal found changed, and by `previous` all seals
 * before it. A few hundred bytes, without input or results.
 */
export interface Seal {
  readonly format: 1;
  /** From 1, without gaps. */
  readonly number: number;
  /** The ledger's id, and a hash of its key for fingerprints. */
  readonly ledger: string;
  readonly key: string;
  readonly epoch: number;
  /** The ledger's time, in milliseconds since 1970. */
  readonly at: number;
  /** The hash of the seal before; '' at the first. */
  readonly previous: string;
  /** How many records it covers, and how many events those have. */
  readonly records: number;
  readonly events: number;
  /** Whether nothing else was left uncovered when it was made. */
  readonly complete: boolean;
  /** The root of a hash tree (as in RFC 6962) over the leaves in the order of their slots. */
  readonly root: string;
  /** SHA-256 of all of the above. */
  readonly hash: string;
}

/** What a seal says of one record. */
export interface Leaf {
  readonly slot: string;
  readonly revision: number;
  /** Of all that is stored of the record, its times and what it is found by. */
  readonly row: string;
  /** The head of its chain, and the digest of all events up to there with their times. */
  readonly sequence: number;
  readonly events: string;
  /** Of what cannot change without an event, with so many attempts: it holds for later revisions too. */
  readonly attempts: number;
  readonly record: string;
}

/** A seal as the ledger keeps it. */
export interface StoredSeal {
  readonly seal: Seal;
  readonly leaves: readonly Leaf[];
}

type LeafRow = readonly [string, number, string, number, string, number, string];

// '+' is escaped in every slot, so a seal and an effect never share a key.
export const sealWorkflow = '+seals';

export function sealSlot(number: number): string {
  return `${sealWorkflow}:${String(number).padStart(12, '0')}`;
}

export function sealNumber(slot: string): number {
  return Number(slot.slice(sealWorkflow.length + 1));
}

export function isSealSlot(slot: string): boolean {
  return slot.startsWith(`${sealWorkflow}:`);
}

/** @throws where the record cannot be read: somebody else wrote it. */
export function leafOf(row: AuditedRow): Leaf {
  const record = recordOf(row);
  const attempts = record ? countOf(record.attempts) : 0;
  return {
    slot: row.slot,
    revision: row.revision,
    row: rowDigest(row),
    sequence: row.events.at(-1)?.sequence ?? 0,
    events: eventsDigest(row.events),
    attempts,
    record: record ? sealedDigest(record, attempts) : '',
  };
}

/** The effect's record; `undefined` where something else is stored, or what no longer reads as one. */
export function recordOf({ slot, doc, at }: AuditedRow): EffectRecord | undefined {
  if (!isEffectSlot(slot)) return undefined;
  try {
    const record = decodeRecord(doc, at);
    const { sequence, hash } = record.chain;
    return Number.isSafeInteger(sequence) && typeof hash === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

export function rowDigest({ slot, revision, at, doc, state, dueAt }: AuditedRow): string {
  return sha256(sortedJson([slot, revision, at, state, dueAt ?? null, doc]));
}

export function eventsDigest(events: readonly AuditRow[]): string {
  return sha256(sortedJson(events.map(({ sequence, at, doc }) => [sequence, at, sha256(doc)])));
}

export function keyDigest(info: Pick<LedgerInfo, 'key'>): string {
  return sha256(info.key);
}

/** The seal over these leaves. */
export async function sealOf(
  leaves: readonly Leaf[],
  of: Omit<Seal, 'format' | 'records' | 'events' | 'root' | 'hash'>,
): Promise<StoredSeal> {
  const sorted = leaves.toSorted((one, other) => (one.slot < other.slot ? -1 : 1));
  const head = {
    format: 1,
    ...of,
    records: sorted.length,
    events: sorted.reduce((sum, { sequence }) => sum + sequence, 0),
    root: await rootOf(sorted),
  } as const;
  return { seal: { ...head, hash: sealHash(head) }, leaves: sorted };
}

/** What the hash of a seal must be. */
export function sealHash({ hash: _hash, ...head }: Omit<Seal, 'hash'> & { readonly hash?: string }): string {
  return sha256(sortedJson(head));
}

export async function rootOf(sorted: readonly Leaf[]): Promise<string> {
  const share = takingTurns();
  let level: string[] = [];
  for (const leaf of sorted) {
    await share(0);
    // A leaf never hashes as an inner node does.
    level.push(sha256(`0 ${sortedJson(leafRow(leaf))}`));
  }
  while (level.length > 1) {
    const next: string[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left = '', right] = level.slice(at, at + 2);
      next.push(right === undefined ? left : sha256(`1 ${left} ${right}`));
    }
    level = next;
  }
  return level[0] ?? '';
}

export function encodeSeal({ seal, leaves }: StoredSeal): string {
  return JSON.stringify({ seal, leaves: leaves.map(leafRow) });
}

/** @throws where it is no seal. */
export function decodeSeal(doc: string): StoredSeal {
  const { seal, leaves } = JSON.parse(doc) as { seal: Seal; leaves: LeafRow[] };
  return {
    seal,
    leaves: leaves.map(([slot, revision, row, sequence, events, attempts, record]) => ({
      slot,
      revision,
      row,
      sequence,
      events,
      attempts,
      record,
    })),
  };
}

function leafRow({ slot, revision, row, sequence, events, attempts, record }: Leaf): LeafRow {
  return [slot, revision, row, sequence, events, attempts, record];
}
