import type { EffectState, Evidence, Run } from '../record.ts';

/** What happened at one moment. Times are the ledger's, in milliseconds since 1970. */
export interface TimelineEntry {
  readonly at: number;
  readonly what:
    | 'checkpoint'
    /** An attempt began; it ends by `settled` or `taken_over`, or it is still under way or in doubt. */
    | 'claimed'
    | 'settled'
    | 'taken_over'
    | 'probed'
    | 'halted'
    | 'resend_chosen'
    | 'superseded'
    | 'reopened'
    | 'approval_asked'
    /** Nobody had answered by then. */
    | 'approval_reminded'
    | 'approval_escalated'
    | 'approval_expired'
    | 'submitted'
    /** A person's decision: `decision`, `by`, `reason`. */
    | 'decided'
    | 'diverged'
    /** The workflow was paused, resumed, cancelled or aborted: `decision`, `by`, `reason`. */
    | 'workflow'
    /** Unchained observations: of `count`, the last was at `at`. */
    | 'replayed'
    | 'refused';
  readonly slot?: string;
  readonly key?: string;
  /** The number of the attempt, from 1. */
  readonly attempt?: number;
  readonly run?: Run;
  readonly evidence?: Evidence;
  readonly basis?: string;
  readonly vendorIds?: readonly string[];
  readonly decision?: string;
  readonly by?: string;
  readonly reason?: string;
  /** A refusal's code, a probe's answer, names of changed parameters. */
  readonly detail?: string;
  readonly count?: number;
  readonly checkpoint?: { readonly id: string; readonly name: string; readonly hash: string };
  /** Its place in the chain, and its hash; absent of what is not chained. */
  readonly chained?: { readonly sequence: number; readonly hash: string };
}

/** What differs between an attempt and the one before it. */
export interface AttemptChange {
  readonly field: 'input' | 'generation' | 'logicVersion' | 'holder' | 'run' | 'traceparent' | 'checkpoint';
  readonly from?: string | number;
  readonly to?: string | number;
  /** Of the input, the names of the parameters that are other, where the chain says them. */
  readonly parameters?: readonly string[];
}

export interface TimelineAttempt {
  readonly number: number;
  readonly generation: number;
  readonly logicVersion: number;
  readonly holder: string;
  readonly claimedAt: number;
  readonly endedAt?: number;
  readonly evidence: Evidence;
  readonly basis?: string;
  readonly reason?: string;
  readonly vendorId?: string;
  readonly run?: Run;
  /** The digest of its input. */
  readonly input?: string;
  readonly changes: readonly AttemptChange[];
}

export interface TimelineEffect {
  readonly slot: string;
  readonly key: string;
  readonly operation: string;
  readonly state: EffectState;
  readonly vendorId?: string;
  readonly divergence?: readonly string[];
  readonly attempts: readonly TimelineAttempt[];
  /** How often its recorded outcome was given again without asking the vendor, as far as it was observed. */
  readonly replays: number;
  /** Why the vendor was, or may be, asked again on purpose; empty: it was not. */
  readonly repeatedOnPurpose: readonly string[];
}

/** A run that came to the workflow after another one had been there. */
export interface Resume {
  readonly correlationId: string;
  readonly at: number;
  /** The last checkpoint that an earlier run had reached. */
  readonly from?: { readonly name: string; readonly hash: string; readonly correlationId?: string };
  /** Checkpoints of this run that an earlier one has reached too, and whether in the same state. */
  readonly checkpoints: readonly { readonly name: string; readonly same: boolean }[];
  readonly replayed: number;
  /** Effects that it sent, or sent again. */
  readonly sent: readonly string[];
  /** What speaks against it having gone on from where the earlier one was; empty: nothing does. */
  readonly doubts: readonly string[];
}

/** One workflow, told in order. */
export interface Timeline {
  readonly workflow: string;
  readonly at: number;
  readonly entries: readonly TimelineEntry[];
  readonly effects: readonly TimelineEffect[];
  readonly resumes: readonly Resume[];
  /** Observations that were left out, of whatever workflow. */
  readonly dropped: number;
}
