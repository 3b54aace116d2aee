import { channel, type Channel } from 'node:diagnostics_channel';

import type { BudgetKind } from './budgets.ts';
import type { ErrorCode } from './errors.ts';
import type { Decision } from './lifecycle/decide.ts';
import type { EffectState, Evidence } from './record.ts';

/** What an event is about. Names, ids and times only: no event holds input, results or credentials. */
export interface About {
  readonly slot: string;
  readonly operation: string;
  /** When it was published, in milliseconds since 1970; within a run counted from its begin by the monotonic clock. */
  readonly at: number;
  /** The run that caused it, as its scope was told. */
  readonly correlationId?: string;
  /** The same for all events of one call that is brought to its end, and for no others. */
  readonly run?: symbol;
}

/**
 * How a call ended. `performed`: the vendor accepted it now. `replayed`: the recorded outcome was given back.
 * `rejected`, `not_applied`: the vendor's no, final or for now. `failed`: an OncelyError.
 */
export type RunOutcome = 'performed' | 'replayed' | 'rejected' | 'not_applied' | 'failed';

/**
 * Why a re-execution was allowed. `answered`: the vendor answered each earlier attempt with a no. `absent`: a look-up or
 * a person said that none of the earlier happened. `doubt`: one of them may have happened, and the vendor's own key or
 * constraint, or the caller's choice, stands between it and a second effect.
 */
export type ReExecution = 'answered' | 'absent' | 'doubt';

/** What is published on the channel `oncely:effect`. Durations are in milliseconds by the process's monotonic clock. */
export type EffectEvent =
  | (About &
      (
        | {
            /** A call reached the runner; nothing was claimed yet. */
            readonly type: 'begun';
            /** Whether recovery makes it and not a caller. */
            readonly recovering: boolean;
            /** The trace to continue: the scope's, or in recovery that of the run which began the effect. */
            readonly traceparent?: string;
            /** Names the span that this run is, to be kept with the effect for whoever takes it up later. */
            readonly continueAs: (traceparent: string) => void;
          }
        | {
            readonly type: 'ended';
            readonly outcome: RunOutcome;
            readonly code?: ErrorCode;
            readonly durationMs: number;
          }
        /** A call of this process waits for another's that is under way and takes its outcome. */
        | { readonly type: 'joined' }
        | {
            /** The permission to send is stored. */
            readonly type: 'claimed';
            readonly attempt: number;
            readonly generation: number;
            readonly durationMs: number;
            /** That of the run which began the effect. */
            readonly traceparent?: string;
          }
        /** The claim ended the permission of a holder that never reported. */
        | { readonly type: 'taken_over'; readonly attempt: number }
        /** The vendor was called, or `sent` is false and nothing left this process. */
        | {
            readonly type: 'sent';
            readonly attempt: number;
            readonly sent: boolean;
            readonly evidence: Evidence;
            readonly durationMs?: number;
          }
        /** The vendor was called once more for an effect. */
        | { readonly type: 're_executed'; readonly attempt: number; readonly after: ReExecution }
        | {
            readonly type: 'settled';
            readonly evidence: Evidence;
            readonly state?: EffectState;
            readonly durationMs?: number;
          }
        /** The vendor was called and what came of it could not be stored. */
        | { readonly type: 'not_recorded'; readonly evidence: Evidence; readonly durationMs?: number }
        /** The recorded outcome was given back; the vendor was not asked to do anything. */
        | {
            readonly type: 'replayed';
            readonly drifted: boolean;
            readonly traceparent?: string;
          }
        | { readonly type: 'refused'; readonly code: ErrorCode }
        /** Another workflow holds the same material input of this business case, in the slot `twin`. */
        | { readonly type: 'twin'; readonly twin: string }
        | {
            readonly type: 'probed';
            readonly answer: 'found' | 'refused' | 'absent' | 'cannot_know' | 'unreachable';
            readonly durationMs?: number;
            readonly traceparent?: string;
          }
        /** What was in doubt no longer is, `afterMs` after the oldest doubtful attempt was claimed, by the ledger's clock. */
        | { readonly type: 'consistent'; readonly by: 'answer' | 'probe' | 'person'; readonly afterMs: number }
        /** An alarm: one person approved, past what the policy asks for. */
        | { readonly type: 'break_glass'; readonly by: string }
        /** More than one effect is proven at the vendor. */
        | { readonly type: 'diverged'; readonly detail?: string }
        | { readonly type: 'approval_asked' }
        /** Nobody has answered: a reminder was due, others are asked since, or the question ran out. Told once. */
        | {
            readonly type: 'approval_reminded' | 'approval_escalated' | 'approval_expired';
            readonly to?: readonly string[];
          }
        | {
            /** A person decided, by `oncely.effects`. */
            readonly type: 'decided';
            readonly decision: Decision['kind'];
            /** How long an approval had been waiting, by the ledger's clock. */
            readonly waitedMs?: number;
          }
      ))
  /** A write outside of any scope, under `unscoped: 'observe'`. */
  | { readonly type: 'observed'; readonly operation: string; readonly at: number }
  | {
      readonly type: 'workflow_changed';
      readonly workflow: string;
      readonly state: 'running' | 'paused' | 'cancelled';
      readonly at: number;
    }
  | {
      /** One more of what a workflow has a limited number of was used. */
      readonly type: 'budget_used';
      readonly workflow: string;
      readonly budget: BudgetKind;
      /** Above `limit`: the workflow was paused. */
      readonly used: number;
      readonly limit: number;
      readonly at: number;
    };

/** What is published on the channel `oncely:ledger`. */
export type LedgerEvent =
  | {
      readonly type: 'called';
      /** The ledger's name, as in messages. */
      readonly ledger: string;
      readonly call: string;
      /** The kind of the answer where it has one, else `ok`; `failed`: it threw. */
      readonly outcome: string;
      readonly durationMs: number;
    }
  /** So many commands went to the store as one; `waiting` came meanwhile and go with the next. */
  | { readonly type: 'batched'; readonly ledger: string; readonly commands: number; readonly waiting: number };

const effects: Channel = channel('oncely:effect');
const ledgers: Channel = channel('oncely:ledger');

/** Whether anybody would hear: asked before an event is made, so that it costs nothing where nobody does. */
export function effectsAreWatched(): boolean {
  return effects.hasSubscribers;
}

export function ledgersAreWatched(): boolean {
  return ledgers.hasSubscribers;
}

export function publish(event: EffectEvent): void {
  effects.publish(event);
}

export function publishLedger(event: LedgerEvent): void {
  ledgers.publish(event);
}
