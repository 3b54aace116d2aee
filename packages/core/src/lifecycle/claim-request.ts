import type { Contract } from '../contract.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { EditablePath, Run, SafetyClass } from '../record.ts';
import type { Care, Twin } from './standing.ts';

/** What is asked for before an input may be sent. */
export interface ApprovalRequest {
  readonly ttlMs: number;
  /** How many different people. Absent: one. */
  readonly approvers?: number;
  /** How many of which groups; together they are `approvers`. */
  readonly quorum?: readonly { readonly group: string; readonly count: number }[];
  /** Who is reminded when, and who is asked after how long. */
  readonly care?: Care;
  /** Who may not be one of them. */
  readonly notBy?: readonly string[];
  /** The other workflow's that makes a twin of it. */
  readonly twin?: Twin;
  /** What of it an approver may change. Absent: nothing. */
  readonly editable?: readonly EditablePath[];
  /** The limits that it is one too many for, which who approves must know of. */
  readonly limits?: readonly ExceededLimit[];
  /** The paths whose values have come from elsewhere than the policy says, which who approves must know of. */
  readonly untraced?: readonly string[];
}

/** A limit for which an input is one too many, and why. */
export interface ExceededLimit {
  readonly id: string;
  readonly why: string;
}

/** Everything that a claim is decided by, beside the record and the ledger's time. */
export interface ClaimRequest {
  readonly contract: Contract;
  readonly client: string;
  readonly account: string;
  readonly operation: string;
  readonly safety: SafetyClass;
  readonly landingBoundMs: number;
  readonly fingerprint: Fingerprint;
  /** What a change of wording only means after success: the first record is replayed, or it is refused. */
  readonly drift: 'first' | 'refuse';
  /** What to do with an unverifiable effect in doubt; `resend` may double it and is audited. */
  readonly onDoubt: 'stop' | 'resend';
  /** What the same input does after a definite no: the no is given again, or it is sent once more under a new key. */
  readonly onRejected?: 'replay' | 'again';
  readonly approval?: ApprovalRequest;
  /**
   * The version of the approval policy in force, where it speaks of this operation. Recovery cannot judge an input by
   * it, so what no version of it has judged must be approved before it is sent.
   */
  readonly policy?: {
    readonly version: number;
    readonly judged: boolean;
    /** Of what is not judged: as much as the policy may ask for. */
    readonly asks?: ApprovalRequest;
    /** Who asked for it may not approve, so nobody is asked where that is not known. */
    readonly byRequester?: true;
  };
  /** On whose behalf it is asked for. */
  readonly requestedBy?: string;
  /** Hands the effect in, to be performed later: it is stored and not sent. */
  readonly submit?: true;
  /** Kept with the effect, so that whoever takes it up later continues the trace. It decides nothing. */
  readonly traceparent?: string;
  /** The ledger may have forgotten what happened since then: an absent slot is in doubt. */
  readonly suspectSince?: number;
  /** The ledger's epoch: rises when it is marked. */
  readonly epoch?: number;
  /** Of the key that names at the vendor are made under; absent: as before names were keyed. */
  readonly keyId?: string;
  /** That key was made after `suspectSince`, so that what was lost may stand under names that nobody can make any more. */
  readonly namesLost?: true;
  /** The caller's run; absent in recovery, which goes on with the one that was there. */
  readonly run?: Run;
  readonly token: string;
  readonly leaseMs: number;
  readonly holder: string;
}
