import type { LedgerInfo } from '../ledger.ts';

/** What each answer of a bucket says of the bucket itself. */
export interface Head {
  readonly now: number;
  readonly epoch: number;
  readonly suspectSince?: number;
  /** Which loss was noticed and is not yet part of an epoch; '' when there is none. */
  readonly lost: string;
  readonly writes: number;
  /** '' where nobody has looked yet at the server that it is on now. */
  readonly durability: string;
  /** The replication id of that server; '' where it may not be asked for. */
  readonly replid: string;
}

/** What of one ledger is the same in all buckets and for ever. */
export interface Identity {
  readonly id: string;
  readonly key: Uint8Array;
}

/** A bucket's part of the ledger. */
export interface Part extends Identity {
  readonly head: Head;
  readonly buckets: number;
  readonly format: number;
  /** Whether all buckets were made: one that is missing then was lost. */
  readonly complete: boolean;
}

export function headOf(reply: readonly string[]): Head {
  const [, now, epoch, suspect = '', lost = '', writes, durability = '', replid = ''] = reply;
  return {
    now: Number(now),
    epoch: Number(epoch),
    ...(suspect === '' ? {} : { suspectSince: Number(suspect) }),
    lost,
    writes: Number(writes),
    durability,
    replid,
  };
}

export function partOf(head: Head, reply: readonly string[]): Part {
  const [id = '', key = '', buckets, format, complete] = reply;
  return {
    id,
    key: Buffer.from(key, 'hex'),
    head,
    buckets: Number(buckets),
    format: Number(format),
    complete: complete === '1',
  };
}

export function infoOf({ id, key }: Identity, { epoch, suspectSince, now }: Head): LedgerInfo {
  return { id, key, epoch, at: now, ...(suspectSince === undefined ? {} : { suspectSince }) };
}

/** Since when things are gone by this loss. */
export function lostSince(lost: string): number {
  return Number(lost.split(' ', 1)[0]);
}
