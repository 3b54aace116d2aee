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

/** What an input takes of one limit. */
export interface Taken {
  readonly limit: string;
  readonly row: string;
  readonly of: string;
  readonly amount: number;
  readonly group: string;
  readonly uncountable?: string;
}
