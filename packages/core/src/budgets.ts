import { tellDecision, withdrawDecision } from './audit/workflow-decision.ts';
import { workflowKeyOf, type Contract } from './contract.ts';
import { effectsAreWatched, publish } from './events.ts';
import type { WorkflowRow } from './ledger.ts';
import type { LedgerSession } from './ledger-session.ts';
import { readWorkflowDoc, type WorkflowDoc } from './workflow-doc.ts';

/** How much may be done again in one workflow before it pauses for a person. Absent: without a limit, and not counted. */
export interface Budgets {
  /** How often its scopes may be entered again: the runs in which a write met what an earlier run recorded. */
  readonly reEntries?: number;
  /** How often the vendor may be called again for an effect that an attempt was made of before. */
  readonly reExecutions?: number;
}

export type BudgetKind = keyof Budgets;

const words: Readonly<Record<BudgetKind, string>> = { reEntries: 'scope re-entries', reExecutions: 're-executions' };

/** Says what is wrong with budgets; `undefined` when nothing is. */
export function budgetProblem(budgets: Budgets | undefined): string | undefined {
  for (const [name, limit] of Object.entries(budgets ?? {})) {
    if (!Object.hasOwn(words, name)) return `budgets.${name} is no budget; there are ${Object.keys(words).join(', ')}`;
    if (!(Number.isSafeInteger(limit) && limit >= 0)) return `budgets.${name} must be a whole number from 0`;
  }
  return undefined;
}

/**
 * Counts one use in the ledger and pauses the workflow where that is one too many: once this has ended, no claim of it
 * is stored until a person resumes it.
 */
export async function spend(
  session: LedgerSession,
  budgets: Budgets | undefined,
  contract: Contract,
  kind: BudgetKind,
): Promise<void> {
  const usual = budgets?.[kind];
  // What takes back is held by no pause, so it uses up no budget.
  if (usual === undefined || contract.undo === true) return;
  const workflow = workflowKeyOf(contract);
  await session.info();
  for (;;) {
    const { row } = await session.ledger.readWorkflow(workflow);
    const state = row?.state ?? 'running';
    if (state === 'cancelled') return;
    const doc = readWorkflowDoc(row);
    const spent = (doc.spent?.[kind] ?? 0) + 1;
    const limit = doc.granted?.[kind] ?? usual;
    const counted: WorkflowDoc = { ...doc, spent: { ...doc.spent, [kind]: spent } };
    const over = state === 'running' && spent > limit;
    const next = over
      ? await paused(session, workflow, counted, `the budget of ${limit} ${words[kind]} is used up`)
      : counted;
    const answer = await session.ledger.writeWorkflow({
      workflow,
      expect: row?.revision ?? 0,
      state: over ? 'paused' : state,
      doc: JSON.stringify(next),
    });
    if (answer.kind !== 'written') {
      if (over && next.decision !== undefined) await withdrawDecision(session, workflow, next.decision);
      continue;
    }
    if (effectsAreWatched()) {
      const { at } = answer;
      publish({ type: 'budget_used', workflow, budget: kind, used: spent, limit, at });
      if (over) publish({ type: 'workflow_changed', workflow, state: 'paused', at });
    }
    return;
  }
}

/** Pauses a workflow for a person, unless it is held already; gives it as it stands then. */
export async function pauseWorkflow(session: LedgerSession, contract: Contract, reason: string): Promise<WorkflowRow> {
  const workflow = workflowKeyOf(contract);
  for (;;) {
    const { row } = await session.ledger.readWorkflow(workflow);
    if (row && row.state !== 'running') return row;
    const next = await paused(session, workflow, readWorkflowDoc(row), reason);
    const [expect, doc] = [row?.revision ?? 0, JSON.stringify(next)];
    const answer = await session.ledger.writeWorkflow({ workflow, expect, state: 'paused', doc });
    if (answer.kind === 'written') {
      const { at, revision } = answer;
      if (effectsAreWatched()) publish({ type: 'workflow_changed', workflow, state: 'paused', at });
      return { workflow, revision, at, state: 'paused', doc };
    }
    if (next.decision !== undefined) await withdrawDecision(session, workflow, next.decision);
  }
}

async function paused(
  session: LedgerSession,
  workflow: string,
  { decision: _decision, ...doc }: WorkflowDoc,
  reason: string,
): Promise<WorkflowDoc> {
  const { granted } = doc;
  const why = { by: 'oncely', reason };
  const decision = { state: 'paused', ...why, ...(granted === undefined ? {} : { granted }) } as const;
  return { ...doc, ...why, decision: await tellDecision(session, workflow, decision) };
}
