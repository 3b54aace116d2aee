import { randomUUID } from 'node:crypto';

import type { Budgets } from '../budgets.ts';
import type { LedgerSession } from '../ledger-session.ts';
import type { AuditedRow, HeldWorkflows, WorkflowRow } from '../ledger.ts';
import { readWorkflowDoc } from '../workflow-doc.ts';
import { workflowDecisionsOf, workflowOfDecision } from './reserved.ts';
import { safely } from './verify-record.ts';
import { takingTurns } from '../taking-turns.ts';
import type { AuditProblem } from './verify.ts';

/** Who put a workflow into its state, and why; the time is the ledger's when it was stored. */
export interface WorkflowDecision {
  readonly state: WorkflowRow['state'];
  readonly aborting?: true;
  readonly by: string;
  readonly reason?: string;
  readonly granted?: Budgets;
}

/** That a decision was not carried out, because another one was faster. */
interface Withdrawal {
  readonly withdraws: string;
}

/** What the audit keeps of one: the decision, or that an earlier one was withdrawn. */
export type StoredDecision = WorkflowDecision | Withdrawal;

const patienceMs = 2_000;

/**
 * Stores what is about to be decided of a workflow, once and for the audit, and gives the id by which the workflow's row
 * is to refer to it.
 */
export function tellDecision(session: LedgerSession, workflow: string, decision: WorkflowDecision): Promise<string> {
  return store(session, workflow, decision);
}

/** Stores that a decision was not carried out after all. */
export async function withdrawDecision(session: LedgerSession, workflow: string, id: string): Promise<void> {
  await store(session, workflow, { withdraws: id });
}

async function store(session: LedgerSession, workflow: string, stored: StoredDecision): Promise<string> {
  const id = randomUUID();
  const slot = `${workflowDecisionsOf(workflow)}:${id}`;
  const index = { state: 'workflow' } as const;
  await session.write({ slot, expect: 0, doc: JSON.stringify(stored), index, events: [] }, patienceMs);
  return id;
}

/** The decisions among what is stored of them, without those that were withdrawn. */
export function standing<R extends Pick<AuditedRow, 'slot' | 'doc'>>(rows: readonly R[]): R[] {
  const withdrawn = new Set<string>();
  for (const { slot, doc } of rows) {
    const stored = safely(() => JSON.parse(doc) as StoredDecision);
    if (!stored || !('withdraws' in stored)) continue;
    withdrawn.add(slot);
    withdrawn.add(`${workflowDecisionsOf(workflowOfDecision(slot))}:${stored.withdraws}`);
  }
  return rows.filter(({ slot }) => !withdrawn.has(slot));
}

/** A decision that was read, and whether a seal covers it. */
export interface ReadDecision extends Pick<AuditedRow, 'slot' | 'at' | 'doc'> {
  readonly sealed: boolean;
}

/**
 * Holds the rows of workflows against what was last decided of them. A decision that no seal covers yet may be about to
 * be carried out.
 */
export async function workflowProblems(
  session: LedgerSession,
  decisions: readonly ReadDecision[],
): Promise<AuditProblem[]> {
  const latest = new Map<string, ReadDecision>();
  for (const decision of standing(decisions)) {
    const workflow = workflowOfDecision(decision.slot);
    if ((latest.get(workflow)?.at ?? -Infinity) <= decision.at) latest.set(workflow, decision);
  }
  const problems: AuditProblem[] = [];
  const share = takingTurns();
  for (const row of await heldOf(session)) {
    await share(row.doc.length);
    // Told before it is done, so a decision that is under way is stored already.
    if (!latest.has(row.workflow) && !(await decisionOf(session, row))) {
      problems.push({
        kind: 'workflow',
        slot: workflowDecisionsOf(row.workflow),
        detail: `the workflow ${row.workflow} is ${row.state}, which nobody decided here: it was changed past Oncely`,
      });
    }
  }
  for (const [workflow, { slot, at, sealed, doc }] of latest) {
    await share(doc.length);
    const { row } = await session.ledger.readWorkflow(workflow);
    const found = (detail: string): void => void problems.push({ kind: 'workflow', slot, detail });
    const said = row && safely(() => readWorkflowDoc(row));
    const own = said?.decision === undefined ? undefined : `${workflowDecisionsOf(workflow)}:${said.decision}`;
    const read = own === undefined ? undefined : (await session.ledger.read(own)).row;
    const decision = read && safely(() => JSON.parse(read.doc) as WorkflowDecision);
    if (row && !decision) found('the state of the workflow refers to no decision that is stored');
    else if (row && decision && !sameText(decision, { ...said, state: row.state })) {
      found(`the workflow is ${row.state} by ${said?.by ?? 'nobody'}, which is not what was decided`);
    } else if (sealed && (read?.at ?? -Infinity) < at && !isAsDecided(doc, { ...said, state: row?.state })) {
      found('it was not carried out, since its command died, or was put back: give the command again');
    }
  }
  return problems;
}

/** All workflows that are not running, as far as the store can tell. */
async function heldOf({ ledger }: LedgerSession): Promise<WorkflowRow[]> {
  const found: WorkflowRow[] = [];
  let after: string | undefined;
  do {
    const page: HeldWorkflows = (await ledger.heldWorkflows?.({
      limit: 200,
      ...(after === undefined ? {} : { after }),
    })) ?? { rows: [] };
    found.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** The decision that a workflow's row refers to, if it is stored. */
async function decisionOf(session: LedgerSession, row: WorkflowRow): Promise<boolean> {
  const decision = safely(() => readWorkflowDoc(row))?.decision;
  if (decision === undefined) return false;
  return (await session.ledger.read(`${workflowDecisionsOf(row.workflow)}:${decision}`)).row !== undefined;
}

/** Whether the workflow is where a decision wants it, by whatever other one: then nothing is left to be done. */
function isAsDecided(doc: string, is: { readonly state?: string | undefined; readonly aborting?: true }): boolean {
  const wanted = safely(() => JSON.parse(doc) as WorkflowDecision);
  return wanted !== undefined && wanted.state === is.state && wanted.aborting === is.aborting;
}

function sameText(one: WorkflowDecision, other: Partial<WorkflowDecision>): boolean {
  const text = ({ state, aborting, by, reason, granted }: Partial<WorkflowDecision>): string =>
    JSON.stringify([state, aborting, by, reason, granted?.reEntries, granted?.reExecutions]);
  return text(one) === text(other);
}
