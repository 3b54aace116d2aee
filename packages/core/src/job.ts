import type { Keys, Permit, ProbeAnswer, Target, Verdict, WireResponse } from './adapter.ts';
import type { Observing } from './audit/observing.ts';
import type { Clock } from './clock.ts';
import type { Keeping } from './keeping.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { LimitKeeper } from './limits/keeper.ts';
import type { Limit } from './limits/rules.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import type { Codec } from './payload.ts';
import type { Instant } from './permit.ts';
import type { Untraced } from './provenance/untraced.ts';
import type { TwinGuard } from './twins.ts';
import type { Unrecorded } from './unrecorded.ts';

/** One effect to be brought to its end, by its caller or by recovery. */
export interface Job {
  readonly claim: Omit<ClaimRequest, 'token' | 'leaseMs' | 'holder' | 'suspectSince' | 'epoch'>;
  /** Absent in recovery, where only the stored request can be sent, under another key if need be. */
  readonly prepare?: (keys: Keys) => string;
  /** How its look-up finds it; absent: by the marker, where it is `probed`. */
  readonly findsBy?: 'marker' | 'content';
  /** Asks the vendor, so it is not called before the ledger was read. */
  readonly complete?: (request: string) => Promise<string>;
  /** Before the claim; the time it takes is not counted. */
  readonly turn?: () => Promise<void> | undefined;
  rekey(request: string, keys: Keys): string;
  send(target: Target & { readonly request: string }, permit: Permit): Promise<Verdict>;
  probe(target: Target): Promise<ProbeAnswer>;
  /** Whether it is looked for before it is sent again under its key. */
  readonly looksFirst?: boolean;
  restore(target: Target): Promise<WireResponse>;
  /** What may be kept of its request and result. */
  readonly keeping: Keeping;
  /** How often this call may send; absent: `maxAttempts`. */
  readonly sends?: number;
  /** On the monotonic clock; nothing is sent or begun beyond it. */
  readonly giveUpAt: number;
  /** On the same clock; not even the answer to what was sent is awaited beyond it. */
  readonly deadlineAt?: number;
  /** Whether anybody waits for it still; absent: it is done for nobody in particular. */
  readonly wanted?: () => boolean;
  readonly correlationId?: string;
  /** The version of the approval policy that this process runs; absent: none. */
  readonly policyVersion?: number;
  /** Of a caller's own input: what has come from elsewhere than its policy says. */
  readonly untraced?: Untraced;
  /** In recovery: what its policy may ask for. */
  readonly unjudged?: Pick<NonNullable<ClaimRequest['policy']>, 'asks' | 'byRequester'>;
  /** Told, once at most, that an earlier run met this effect before; a send waits for it. It never rejects late. */
  readonly returned?: () => Promise<void>;
  /** Told before the vendor is called again for what an earlier call made an attempt of. */
  readonly executesAgain?: () => Promise<void>;
  /** The name by which policies speak of its operation. */
  readonly knownAs: string;
  /**
   * What a person is to see of the input before it is sent: the caller's own, or that of the stored request; of what
   * was shown before, as it is stored, the difference.
   */
  readonly preview: (request: string | undefined) => unknown;
  /** The parameters that are sent: the caller's own, or those of the stored request; `undefined` where nobody can say. */
  readonly parametersOf: (request: string | undefined) => unknown;
  /** The trace to continue (W3C `traceparent`): the caller's, or in recovery that of the run which began the effect. */
  readonly traceparent?: string;
  /** Ties the events of this run together where somebody listens. */
  readonly run?: { readonly id: symbol; readonly start: Instant };
}

export interface RunnerOptions {
  readonly leaseMs: number;
  readonly sendWindowMs: number;
  readonly maxAttempts: number;
  readonly holder: string;
}

export interface RunnerParts {
  readonly session: LedgerSession;
  readonly clock: Clock;
  readonly token: () => string;
  readonly codec: Codec | undefined;
  readonly options: RunnerOptions;
  readonly observing: Observing;
  readonly unrecorded: Unrecorded;
  readonly twins: TwinGuard | undefined;
  readonly limits: { readonly all: readonly Limit[]; readonly keeper: LimitKeeper };
  /** Aborted, with the reason, once nothing may be sent any more. */
  readonly closing: AbortSignal;
}

/** What ties an event to the run that caused it. */
export function correlation(job: Pick<Job, 'correlationId'>): { correlationId?: string } {
  return job.correlationId === undefined ? {} : { correlationId: job.correlationId };
}

/** The request as it was made last, for an attempt under the same key. */
export interface Hand {
  made?: { readonly key: string; readonly request: string };
}

/** How long to pause after so many sends of one call, in milliseconds. */
export function backoffMs(sends: number): number {
  return Math.min(100 * 2 ** (sends - 1), 2_000);
}
