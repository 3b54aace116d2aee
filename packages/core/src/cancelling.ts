import type { RunnerParts } from './job.ts';
import type { WorkflowRow } from './ledger.ts';
import type { Seen } from './ledger-session.ts';
import { decide } from './lifecycle/decide.ts';
import { stateOf } from './lifecycle/state.ts';
import { readWorkflowDoc } from './workflow-doc.ts';

/** How long a claim may try to be stored before its caller is told that it was not. */
export const claimPatienceMs = 2_000;

/**
 * A cancelled workflow never sends again, so what was begun in it is cancelled with it: from then on it is only looked
 * up. Otherwise its doubt would wait for a claim that never comes. Where the workflow is aborted, what is found to have
 * happened is taken back.
 */
export async function cancelWith(
  { session, token }: Pick<RunnerParts, 'session' | 'token'>,
  workflow: WorkflowRow,
  slot: string,
  seen: Seen,
): Promise<Seen | undefined> {
  const state = seen.record && stateOf(seen.record, seen.at);
  if (workflow.state !== 'cancelled' || seen.record?.noMoreAttempts) return undefined;
  if (state !== 'in_doubt' && state !== 'ready') return undefined;
  const { by = 'unknown', aborting } = readWorkflowDoc(workflow);
  const kind = aborting ? ({ kind: 'undo', open: true } as const) : ({ kind: 'cancel' } as const);
  const decision = { id: token(), by, reason: 'the workflow is cancelled', ...kind };
  return session.change(
    slot,
    seen,
    (record, at) => {
      const decided = decide(record, decision, at);
      return decided.kind === 'write' ? decided.change : undefined;
    },
    claimPatienceMs,
  );
}
