/**
 * What a history is made of: what each process asked of the ledger and was told, what it sent, and what the vendor did.
 * Times are nanoseconds of CLOCK_MONOTONIC, which all processes of one machine share.
 */
export type HistoryEvent = {
  readonly process: string;
  /** Of a call: before it began. Of an answer: after it was there. */
  readonly time: number;
} & (
  | { readonly kind: 'call'; readonly call: number; readonly command: RecordedCommand }
  | { readonly kind: 'answer'; readonly call: number; readonly answer: RecordedAnswer }
  /** There was no answer: the command may have taken effect or not. */
  | { readonly kind: 'failed'; readonly call: number; readonly reason: string }
  /** `time` is before the last check of the permission, `until` after it and before the first byte. */
  | { readonly kind: 'sending'; readonly slot: string; readonly token: string; readonly until: number }
  /** What the vendor's answer to an attempt was taken for. */
  | {
      readonly kind: 'verdict';
      readonly slot: string;
      readonly token: string;
      readonly evidence: string;
      readonly speaksForKey?: boolean;
    }
  /** The marker under which the vendor can be asked for the slot's effect. */
  | { readonly kind: 'marked'; readonly slot: string; readonly marker: string }
  /** A definite answer to "did it happen?", asked by the marker alone; `begun` is before the vendor was asked. */
  | { readonly kind: 'probed'; readonly marker: string; readonly begun: number; readonly found: readonly string[] }
  /** A caller was told that it happened, as this object of the vendor. */
  | { readonly kind: 'told'; readonly slot: string; readonly vendorId: string }
  /** By the vendor's own count: it happened. `token` is that of the attempt whose request caused it. */
  | { readonly kind: 'effect'; readonly slot: string; readonly token: string; readonly vendorId: string }
);

export type RecordedCommand =
  | {
      readonly op: 'write';
      readonly slot: string;
      readonly expect: number;
      readonly digest: string;
      /** The epoch that a guarded write knew. */
      readonly guard?: number;
      /** Absent where the document is no effect's record. */
      readonly record?: RecordEssentials;
    }
  | { readonly op: 'read'; readonly slot: string }
  | { readonly op: 'list' }
  | {
      readonly op: 'write_workflow';
      readonly workflow: string;
      readonly expect: number;
      readonly state: string;
      readonly digest: string;
    }
  | { readonly op: 'read_workflow'; readonly workflow: string }
  | { readonly op: 'info' };

/** `now` is the ledger's time of the answer. */
export type RecordedAnswer =
  | { readonly kind: 'written'; readonly revision: number; readonly now: number }
  | { readonly kind: 'conflict' | 'shown'; readonly now: number; readonly row?: RecordedRow }
  | { readonly kind: 'rows'; readonly rows: readonly (RecordedRow & { readonly slot: string })[] }
  | { readonly kind: 'held'; readonly now: number; readonly row: RecordedRow }
  | { readonly kind: 'epoch'; readonly epoch: number };

export interface RecordedRow {
  readonly revision: number;
  readonly at: number;
  readonly digest: string;
}

/** What a record says, as far as a history is checked for it; times are the ledger's, or offsets from their write. */
export interface RecordEssentials {
  readonly safety: string;
  readonly landingBoundMs: number;
  readonly tombstone: boolean;
  readonly decisions: number;
  readonly attempts: readonly AttemptEssentials[];
}

export type RecordedStamp = number | { readonly after: number };

export interface AttemptEssentials {
  readonly token: string;
  readonly generation: number;
  readonly logicVersion: number;
  readonly evidence: 'unknown' | 'not_applied' | 'rejected' | 'accepted';
  readonly claimedAt: RecordedStamp;
  readonly leaseUntil: RecordedStamp;
  readonly settledAt?: RecordedStamp;
  readonly basis?: string;
  readonly vendorId?: string;
  /** It stands for so many attempts in a row. */
  readonly times?: number;
}

/** The time that a stamp means once it is stored at `at`. */
export function timeOf(stamp: RecordedStamp, at: number): number {
  return typeof stamp === 'number' ? stamp : at + stamp.after;
}
