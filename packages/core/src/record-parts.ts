import type { Fingerprint } from './fingerprint.ts';
import type { Stored } from './record.ts';

/** A run of the caller's, for the audit: it is never part of a key and never decides anything. */
export interface Run {
  readonly correlationId?: string;
  /** The call within it that this was, as a framework or the caller names it. */
  readonly call?: string;
  /** The caller's trace, as in the W3C header of that name. */
  readonly traceparent?: string;
  /** The checkpoint that the run had reached, and the hash of its state there. */
  readonly checkpoint?: { readonly id: string; readonly hash: string };
}

/** On whose behalf an input was asked for, for whoever sends it later and has no caller. */
export interface Requested {
  readonly requestedBy?: string;
}

/** What people have changed of an input before they approved it. */
export interface Edited<T = number> {
  /** Of what the caller asked for; the record's own is that of what is sent. */
  readonly asked: Fingerprint;
  readonly steps: readonly EditStep<T>[];
}

export interface EditStep<T = number> {
  readonly at: T;
  readonly by: string;
  readonly reason?: string;
  /** The full digests of the input before and after. */
  readonly from: string;
  readonly to: string;
  readonly paths: readonly string[];
  /** JSON of each path with its values before and after, redacted as previews are; gone with the attempts. */
  readonly values?: Stored;
}

/** What of an input an approver may change, and how far. Several entries of one path hold together. */
export interface EditablePath {
  readonly path: string;
  readonly min?: number | 'asked';
  readonly max?: number | 'asked';
  readonly oneOf?: readonly (string | number | boolean)[];
}

/** That an effect is to be taken back, and how far that is. */
export interface Undo<T = number> {
  readonly at: T;
  readonly by: string;
  readonly reason?: string;
  /**
   * `asked`: if it should turn out to have happened; `begun`: by an effect of its own; `by_hand`: no program can, for
   * `why`; `done`.
   */
  readonly state: 'asked' | 'begun' | 'by_hand' | 'done';
  readonly why?: string;
  /** JSON of what the person gave for the adapter. */
  readonly with?: string;
}

/** What an input takes of one limit. */
export interface Taken {
  readonly limit: string;
  readonly row: string;
  readonly of: string;
  readonly amount: number;
  readonly group: string;
  readonly uncountable?: string;
}
