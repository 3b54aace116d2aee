import type { LedgerSession } from '../ledger-session.ts';
import type { WorkflowId } from '../workflows.ts';
import { exportLines } from './export.ts';
import type { Clock } from '../clock.ts';
import { createObserving, type Observing } from './observing.ts';
import type { Seal } from './seal.ts';
import { seal, sealsOf, type SealOptions, type Sealed } from './sealing.ts';
import { timelineOf } from './timeline.ts';
import type { Timeline } from './timeline-types.ts';
import { verify, type Verified, type VerifyOptions } from './verify.ts';

/** What was done, by whom, and whether anybody has changed it since. No method writes to a record of an effect. */
export interface Audit {
  /** Covers by seals all that has changed since the last ones. To be called again and again, by one process or many. */
  seal(options?: SealOptions): Promise<Sealed>;
  /** The seals that the ledger has, from the first above `after`: to export what was missed. */
  seals(query?: { readonly after?: number }): AsyncIterable<Seal>;
  /** Holds the whole ledger against its seals, and those against the exported ones. */
  verify(options?: VerifyOptions): Promise<Verified>;
  /** All events, checkpoints and observations, as lines of JSON. */
  export(): AsyncIterable<string>;
  /** One workflow in order: checkpoints, attempts, approvals, decisions, observations and vendor ids. */
  timeline(workflow: WorkflowId): Promise<Timeline>;
  /** How many observations this process had to leave out. */
  dropped(): number;
}

export interface AuditOptions {
  /** Keeps replays and refusals as records of their own, gathered, best effort. Default true. */
  readonly observations?: boolean;
}

export function createAudit(
  session: LedgerSession,
  clock: Clock,
  options: AuditOptions = {},
): { readonly audit: Audit; readonly observing: Observing } {
  const observing = createObserving(session, clock, options.observations !== false);
  const audit: Audit = {
    seal: (options) => seal(session, options),
    seals: ({ after = 0 } = {}) => sealsOf(session, after),
    verify: (options) => verify(session, options),
    export: () => exportLines(session),
    timeline: (workflow) => timelineOf(session, workflow),
    dropped: () => observing.dropped(),
  };
  return { audit, observing };
}
