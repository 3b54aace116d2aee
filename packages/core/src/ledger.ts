import type { ShelfName } from './shelves.ts';

/**
 * What a store must do, and all it must do: compare-and-set on one record, with its audit events in the same atomic
 * step, on its own clock. Every decision is made above it, in `lifecycle/`.
 */
export interface Ledger {
  /** For messages: `sqlite effects.db`. */
  readonly name: string;
  /** Connects and migrates. Called before anything else, may be called again; constructing a ledger does no I/O. */
  open(): Promise<LedgerInfo>;
  /**
   * Stores `doc` if the slot's revision is `expect` (0: if there is no record) and, where a guard is given, the
   * workflow is running and the epoch is the one that the caller knows. Otherwise changes nothing and says why.
   * One round trip. Once it has answered `written`, a crash of anything does not undo it.
   */
  write(command: WriteCommand): Promise<WriteAnswer>;
  read(slot: string): Promise<ReadAnswer>;
  /**
   * Removes a slot's record if its revision is `expect` and `at` its time; its audit events stay. A later write of the slot begins at
   * revision 0 again, and must go on behind the events that are there. Repeated, it finds nothing: a conflict without a row.
   */
  remove(command: RemoveCommand): Promise<RemoveAnswer>;
  /**
   * Records in slot order, after `after`; of a shelf, in the order of their times on it. A page may hold fewer than the
   * limit, or none, and go on: no step reads more than a few thousand rows, and nobody's event loop stands still for it.
   */
  list(query: ListQuery): Promise<ListAnswer>;
  /** A slot's audit events in order. */
  history(slot: string): Promise<readonly AuditRow[]>;
  /**
   * Records with all of their audit events, each as of one moment, in an order of the store's own. Also the events of
   * slots that have no record any more, under revision 0, where the store can hold such.
   */
  audited(query: AuditQuery): Promise<AuditAnswer>;
  /** Marks what a seal covers: of each slot this revision, unless it has another by now. Nothing else changes. */
  markSealed(rows: readonly Pick<Row, 'slot' | 'revision'>[]): Promise<void>;
  readWorkflow(workflow: string): Promise<{ readonly at: number; readonly row?: WorkflowRow }>;
  /** Once it has answered, no claim in a workflow that is not running is stored. */
  writeWorkflow(command: WorkflowCommand): Promise<WorkflowAnswer>;
  /**
   * The workflows that are not running, in an order of the store's own, so that the audit sees one that was paused or
   * cancelled past Oncely. A store without it has only those checked that somebody decided on.
   */
  heldWorkflows?(query: { readonly limit: number; readonly after?: string }): Promise<HeldWorkflows>;
  /** Marks what the ledger may have forgotten (failover, restored backup), or lifts the mark; raises the epoch. */
  markSuspect(since: number | undefined): Promise<LedgerInfo>;
  /** Raises the epoch and nothing else, so that every writer hears of what was stored before. */
  raiseEpoch(): Promise<LedgerInfo>;
  close(): Promise<void>;
}

export interface LedgerInfo {
  /** Random, made once with the store's tables. Of a store of ours the time of that stands behind its dot. */
  readonly id: string;
  /** 32 bytes for fingerprints, made once with the store's tables. */
  readonly key: Uint8Array;
  readonly epoch: number;
  /** Since when an absent slot is in doubt and not new. */
  readonly suspectSince?: number;
  readonly at: number;
}

export interface Row {
  readonly slot: string;
  readonly revision: number;
  /** The ledger's time of the write that stored `doc`. */
  readonly at: number;
  readonly doc: string;
}

export interface WriteCommand {
  /** Printable ASCII. The workflow it belongs to stands before its last colon, so a store may keep both in one place. */
  readonly slot: string;
  readonly expect: number;
  readonly doc: string;
  readonly index: RecordIndex;
  readonly events: readonly AuditEntry[];
  /** Holds it back unless the slot's workflow is running and the epoch is this one. */
  readonly guard?: { readonly epoch: number };
}

export interface RemoveCommand {
  readonly slot: string;
  readonly expect: number;
  /** Beside the revision, since a slot that was removed and written anew counts from 1 again. */
  readonly at: number;
}

export type RemoveAnswer =
  | { readonly kind: 'removed'; readonly at: number }
  | { readonly kind: 'conflict'; readonly at: number; readonly row?: Row };

/** What a store can list by. */
export interface RecordIndex {
  /** As of the write; `executing` turns to doubt by time alone. */
  readonly state: string;
  /** When somebody should look at it next, in milliseconds after this write; absent: never by itself. */
  readonly dueAfterMs?: number;
  /** When retention should look at it, in milliseconds after this write; not where it is due for anybody else. */
  readonly shelf?: { readonly name: ShelfName; readonly afterMs: number };
  /** Of a settled effect: what retention decides the shelf by. Nothing for a store. */
  readonly settled?: { readonly operation: string; readonly keeps: 'result' | 'attempts' | 'tombstone' };
}

export interface AuditEntry {
  readonly sequence: number;
  readonly doc: string;
}

export interface AuditRow extends AuditEntry {
  readonly at: number;
}

export type WriteAnswer =
  | { readonly kind: 'written'; readonly revision: number; readonly at: number }
  | { readonly kind: 'conflict'; readonly at: number; readonly row?: Row }
  | { readonly kind: 'held'; readonly at: number; readonly workflow: WorkflowRow }
  | { readonly kind: 'epoch'; readonly at: number; readonly info: LedgerInfo };

export interface ReadAnswer {
  readonly at: number;
  readonly row?: Row;
}

export interface ListQuery {
  readonly limit: number;
  readonly after?: string;
  /** Only the slots of this workflow. */
  readonly workflow?: string;
  readonly state?: string;
  /** Only what is due by now. */
  readonly due?: boolean;
  /** Only what has lain on this shelf of retention for as long by now, the oldest first; not with the other filters. */
  readonly shelf?: { readonly name: ShelfName; readonly olderThanMs?: number };
}

export interface ListAnswer {
  readonly at: number;
  readonly rows: readonly Row[];
  /** Give it as `after` for the next page; absent: that was the last one. */
  readonly next?: string;
}

export interface AuditQuery {
  readonly limit: number;
  /** As an answer gave it in `next`. */
  readonly after?: string;
  /** Only records whose present revision no seal was marked to cover. */
  readonly unsealed?: true;
}

/** A record as it is stored, whole. */
export interface AuditedRow extends Row {
  readonly state: string;
  readonly dueAt?: number;
  readonly events: readonly AuditRow[];
}

export interface AuditAnswer {
  readonly at: number;
  readonly rows: readonly AuditedRow[];
  /** Give it as `after` for the next page; absent: that was the last one. */
  readonly next?: string;
}

export interface WorkflowRow {
  readonly workflow: string;
  readonly revision: number;
  readonly at: number;
  readonly state: 'running' | 'paused' | 'cancelled';
  readonly doc: string;
}

export interface HeldWorkflows {
  readonly rows: readonly WorkflowRow[];
  /** Give it as `after` for the next page; absent: that was the last one. */
  readonly next?: string;
}

export type WorkflowAnswer =
  | { readonly kind: 'written'; readonly revision: number; readonly at: number }
  | { readonly kind: 'conflict'; readonly at: number; readonly row?: WorkflowRow };

export interface WorkflowCommand {
  readonly workflow: string;
  readonly expect: number;
  readonly state: WorkflowRow['state'];
  readonly doc: string;
}
