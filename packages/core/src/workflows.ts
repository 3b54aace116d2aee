import { workflowKeyOf } from './contract.ts';
import { OncelyError } from './errors.ts';
import type { WorkflowRow } from './ledger.ts';
import type { LedgerSession } from './ledger-session.ts';

/** Which workflow: one business case of one kind of work. */
export interface WorkflowId {
  readonly tenant?: string;
  readonly businessId: string;
  readonly workflowId: string;
}

export interface WorkflowActor {
  readonly by: string;
  readonly reason?: string;
}

/** Holding a workflow's writes. Once a call here has answered, no new claim of that workflow is stored. */
export interface Workflows {
  state(id: WorkflowId): Promise<WorkflowRow['state']>;
  pause(id: WorkflowId, actor: WorkflowActor): Promise<void>;
  resume(id: WorkflowId, actor: WorkflowActor): Promise<void>;
  /** For good. */
  cancel(id: WorkflowId, actor: WorkflowActor): Promise<void>;
}

export function createWorkflows(session: LedgerSession): Workflows {
  const set = async (id: WorkflowId, state: WorkflowRow['state'], actor: WorkflowActor): Promise<void> => {
    await session.info();
    const workflow = workflowKeyOf(id);
    for (;;) {
      const { row } = await session.ledger.readWorkflow(workflow);
      if (row?.state === state) return;
      if (row?.state === 'cancelled') {
        throw new OncelyError('invalid_input', { message: `the workflow ${workflow} is cancelled and stays so.` });
      }
      const doc = JSON.stringify({ by: actor.by, reason: actor.reason });
      const answer = await session.ledger.writeWorkflow({ workflow, expect: row?.revision ?? 0, state, doc });
      if (answer.kind === 'written') return;
    }
  };
  return {
    state: async (id) => {
      await session.info();
      return (await session.ledger.readWorkflow(workflowKeyOf(id))).row?.state ?? 'running';
    },
    pause: (id, actor) => set(id, 'paused', actor),
    resume: (id, actor) => set(id, 'running', actor),
    cancel: (id, actor) => set(id, 'cancelled', actor),
  };
}
