import type { Budgets } from './budgets.ts';
import type { WorkflowRow } from './ledger.ts';

/** What the ledger's row of a workflow says beside its state. */
export interface WorkflowDoc {
  /** Who put it into its state, and why. */
  readonly by?: string;
  readonly reason?: string;
  /** What is used of the budgets since they were last granted. */
  readonly spent?: Budgets;
  /** What a person granted in place of the usual budgets. */
  readonly granted?: Budgets;
  /** The id of the audit's record of that decision. */
  readonly decision?: string;
  /** It is cancelled, and what happened in it is taken back, now or once it turns out to have happened. */
  readonly aborting?: true;
}

export function readWorkflowDoc(row: WorkflowRow | undefined): WorkflowDoc {
  return row === undefined ? {} : (JSON.parse(row.doc) as WorkflowDoc);
}
