import { randomUUID } from 'node:crypto';

import { within, type Clock } from '../clock.ts';
import { effectKeyOf, workflowKeyOf, slotOf } from '../contract.ts';
import type { Job } from '../job.ts';
import type { LedgerSession, Seen } from '../ledger-session.ts';
import type { Run } from '../record.ts';
import { observationsOf } from './reserved.ts';

/** That somebody met an effect and changed nothing of it: counted where it is the same. */
export interface AuditObservation {
  readonly type: 'replayed' | 'refused';
  readonly slot: string;
  readonly key: string;
  readonly operation: string;
  /** The refusal's code, `paused` or `cancelled` of the workflow, or `wording_drift`. */
  readonly detail?: string;
  readonly run?: Run;
  /** The ledger's times of the first and the last of them, as this process heard them. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
}

/** What one process saw of one workflow for a while. */
export interface ObservationBatch {
  readonly observations: readonly AuditObservation[];
  /** How many of all workflows were left out since the last batch, because the ledger did not keep up. */
  readonly dropped?: number;
}

/** Observations on their way into the ledger. Nobody waits for them. */
export interface Observing {
  note(job: Pick<Job, 'claim' | 'correlationId'>, of: Pick<AuditObservation, 'type' | 'detail'>, seen: Seen): void;
  /** How many were left out so far. */
  dropped(): number;
  /** Writes what is left, for so long as that may take. */
  drain(): Promise<void>;
}

/** How long observations are gathered, in milliseconds: so many of them travel as one, and a replay stays one read. */
const gatherMs = 1_000;
/** How many different ones are kept in memory. */
const maxPending = 1_000;
const drainMs = 2_000;

interface Pending extends AuditObservation {
  readonly workflow: string;
}

/** Keeps replays and refusals, which write nothing themselves, as records of their own. Best effort. */
export function createObserving(session: LedgerSession, clock: Clock, enabled: boolean): Observing {
  let pending = new Map<string, Pending>();
  let dropped = 0;
  let untold = 0;
  let working: Promise<void> | undefined;
  const draining = new AbortController();

  const drop = (count: number): void => {
    dropped += count;
    untold += count;
  };

  const write = async (workflow: string, all: readonly Pending[]): Promise<void> => {
    const observations = all.map(({ workflow: _workflow, ...observation }) => observation);
    const left = untold;
    const doc: ObservationBatch = { observations, ...(left > 0 ? { dropped: left } : {}) };
    const slot = `${observationsOf(workflow)}:${randomUUID()}`;
    try {
      await session.write({ slot, expect: 0, doc: JSON.stringify(doc), index: { state: 'seen' }, events: [] }, 1_000);
      untold -= left;
    } catch {
      drop(all.reduce((sum, { count }) => sum + count, 0));
    }
  };

  const work = async (): Promise<void> => {
    while (pending.size > 0) {
      await clock.sleep(gatherMs, draining.signal);
      const taken = [...pending.values()];
      pending = new Map();
      for (const [workflow, all] of Map.groupBy(taken, (each) => each.workflow)) await write(workflow, all);
    }
  };

  return {
    note: ({ claim, correlationId }, { type, detail }, { record, at }) => {
      if (!enabled) return;
      const { contract, operation, run } = claim;
      const key = effectKeyOf(contract, record?.generation);
      const id = JSON.stringify([type, key, detail, correlationId]);
      const before = pending.get(id);
      if (!before && pending.size >= maxPending) {
        drop(1);
        return;
      }
      pending.set(id, {
        type,
        slot: slotOf(contract),
        key,
        operation,
        workflow: workflowKeyOf(contract),
        ...(detail === undefined ? {} : { detail }),
        ...(run === undefined || Object.keys(run).length === 0 ? {} : { run }),
        firstAt: before?.firstAt ?? at,
        lastAt: at,
        count: (before?.count ?? 0) + 1,
      });
      working ??= work().finally(() => {
        working = undefined;
      });
    },
    dropped: () => dropped,
    drain: async () => {
      draining.abort('draining');
      if (working) await within(clock, drainMs, working, () => undefined);
    },
  };
}
