import { tellDecision, withdrawDecision } from './audit/workflow-decision.ts';
import type { Budgets } from './budgets.ts';
import type { Clock } from './clock.ts';
import { workflowKeyOf } from './contract.ts';
import { decidingOn, type MayDecide, type WorkflowAsked } from './deciding.ts';
import { effectOf, type Effect } from './effect.ts';
import { isOncelyError, OncelyError } from './errors.ts';
import { effectsAreWatched, publish } from './events.ts';
import { formsOf } from './former-names.ts';
import type { WorkflowRow } from './ledger.ts';
import { hasHappened, isNothing, stateOf, unknownAttempts } from './lifecycle/state.ts';
import { decodeRecord, type EffectRecord } from './record.ts';
import { finish, type FinishParts } from './recover.ts';
import { takingTurns } from './taking-turns.ts';
import { readWorkflowDoc, type WorkflowDoc } from './workflow-doc.ts';

/** Which workflow: one business case of one kind of work. */
export interface WorkflowId {
  readonly tenant?: string;
  readonly businessId: string;
  readonly workflowId: string;
  /** `business`: all of the case's effects whose scopes were opened with it. */
  readonly slotScope?: 'workflow' | 'business';
}

export interface WorkflowActor {
  readonly by: string;
  readonly reason?: string;
}

export type WorkflowState = 'running' | 'paused' | 'cancelled' | 'aborting';

/** A workflow as people see it; absent in the ledger it runs. */
export interface Workflow {
  readonly state: WorkflowState;
  readonly by?: string;
  readonly reason?: string;
  /** What is used of the budgets since they were last granted. */
  readonly spent: Budgets;
  /** What a person granted in place of the usual budgets. */
  readonly granted?: Budgets;
}

/** What came of aborting a workflow. */
export interface Aborted {
  /** What was taken back, in the order in which it was. */
  readonly compensated: readonly Effect[];
  /** What only a person can take back, with the reason. */
  readonly byHand: readonly Effect[];
  /** What is not at its end yet, with the reason: `recover()`, or this call once more, goes on with it. */
  readonly open: readonly { readonly slot: string; readonly reason: string }[];
}

/** Holding a workflow's writes. Once a call here has answered, no new claim of that workflow is stored. */
export interface Workflows {
  get(id: WorkflowId): Promise<Workflow>;
  state(id: WorkflowId): Promise<WorkflowState>;
  /** `wait` also waits until nothing is being sent any more; gives the slots that still were when its time was over. */
  pause(
    id: WorkflowId,
    actor: WorkflowActor & { readonly wait?: boolean; readonly deadlineMs?: number },
  ): Promise<readonly string[]>;
  /** Begins the budgets anew, with `grant` in place of the usual limits. */
  resume(id: WorkflowId, actor: WorkflowActor & { readonly grant?: Budgets }): Promise<void>;
  /** For good: nothing more is sent, what may have happened is still looked for. */
  cancel(id: WorkflowId, actor: WorkflowActor): Promise<void>;
  /**
   * Cancels it and takes back what it did, the last first. It stays so: what turns out later to have happened is taken
   * back too. Calling it again goes on with what is open.
   */
  abort(id: WorkflowId, actor: WorkflowActor & { readonly deadlineMs?: number }): Promise<Aborted>;
}

export function createWorkflows(
  parts: FinishParts & {
    readonly clock: Clock;
    readonly waitMs: number;
    readonly mayDecide: MayDecide | undefined;
  },
): Workflows {
  const { session, clock, codec } = parts;
  const deciding = decidingOn(parts);

  const set = async (
    id: WorkflowId,
    state: WorkflowRow['state'],
    actor: WorkflowActor,
    judged: Judged | undefined,
    more?: (doc: WorkflowDoc) => WorkflowDoc,
  ): Promise<void> => {
    if (!actor.by) throw new OncelyError('invalid_input', { message: 'by is missing: who decides this?' });
    await session.info();
    for (const form of await formsOf(session, id)) {
      const judge = async (row: WorkflowRow | undefined): Promise<void> => {
        if (judged) await deciding.judgeWorkflow(actor, judged.decision, askedOf(form, row, judged.grant));
      };
      await setOne(workflowKeyOf(form), state, actor, judge, more);
    }
  };

  const setOne = async (
    workflow: string,
    state: WorkflowRow['state'],
    actor: WorkflowActor,
    judge: (row: WorkflowRow | undefined) => Promise<void>,
    more: (doc: WorkflowDoc) => WorkflowDoc = (doc) => doc,
  ): Promise<void> => {
    for (;;) {
      const { row } = await session.ledger.readWorkflow(workflow);
      // Of the very row that the write below is compared with.
      await judge(row);
      const { reason: _reason, ...before } = readWorkflowDoc(row);
      const changed: WorkflowDoc = { ...more(before), ...actorOf(actor) };
      const same = row?.state === state && changed.aborting === before.aborting && state !== 'running';
      if (same || (row === undefined && state === 'running')) return;
      if (row?.state === 'cancelled' && state !== 'cancelled') {
        throw new OncelyError('invalid_input', { message: `the workflow ${workflow} is cancelled and stays so.` });
      }
      const { granted, aborting } = changed;
      const decision = await tellDecision(session, workflow, {
        state,
        ...actorOf(actor),
        ...(granted === undefined ? {} : { granted }),
        ...(aborting === undefined ? {} : { aborting }),
      });
      const doc = JSON.stringify({ ...changed, decision } satisfies WorkflowDoc);
      const answer = await session.ledger.writeWorkflow({ workflow, expect: row?.revision ?? 0, state, doc });
      if (answer.kind !== 'written') {
        await withdrawDecision(session, workflow, decision);
        continue;
      }
      if (effectsAreWatched()) publish({ type: 'workflow_changed', workflow, state, at: answer.at });
      return;
    }
  };

  const get = async (id: WorkflowId): Promise<Workflow> => {
    await session.info();
    const forms = await formsOf(session, id);
    const rows = await Promise.all(forms.map((form) => session.ledger.readWorkflow(workflowKeyOf(form))));
    const { row } = rows.find((each) => each.row) ?? {};
    const { by, reason, spent = {}, granted, aborting } = readWorkflowDoc(row);
    return {
      state: aborting ? 'aborting' : (row?.state ?? 'running'),
      spent,
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { reason }),
      ...(granted === undefined ? {} : { granted }),
    };
  };

  const recordsOf = async (id: WorkflowId): Promise<Standing[]> => {
    const found: Standing[] = [];
    const share = takingTurns();
    for (const form of await formsOf(session, id)) {
      let after: string | undefined;
      do {
        const page: Awaited<ReturnType<typeof session.ledger.list>> = await session.ledger.list({
          limit: 200,
          workflow: workflowKeyOf(form),
          ...(after === undefined ? {} : { after }),
        });
        for (const row of page.rows) {
          await share(row.doc.length);
          const record = decodeRecord(row.doc, row.at, row.slot);
          found.push({ slot: row.slot, record, at: page.at });
        }
        after = page.next;
      } while (after !== undefined);
    }
    return found;
  };

  /** Waits until no attempt of it is under way; gives those that are when the time is over. */
  const drained = async (id: WorkflowId, giveUpAt: number): Promise<string[]> => {
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      const all = await recordsOf(id);
      const sending = all.filter(({ record, at }) => stateOf(record, at) === 'executing').map(({ slot }) => slot);
      if (sending.length === 0 || clock.monotonic() + pauseMs > giveUpAt) return sending;
      await clock.sleep(pauseMs);
    }
  };

  /** Why it may not be taken back; `undefined` where it is marked, or there is nothing to take back. */
  const mark = async (slot: string, actor: WorkflowActor, workflow: WorkflowAsked): Promise<string | undefined> => {
    const { record, ...seen } = await session.read(slot);
    if (!record) return undefined;
    const decision = { id: `abort ${slot}`, ...actorOf(actor), kind: 'undo', open: true } as const;
    try {
      await deciding.decideFor(workflow, { slot, record, ...seen }, decision, (now, at) => isNothing(stateOf(now, at)));
      return undefined;
    } catch (error) {
      if (isOncelyError(error) && error.code === 'not_allowed') return error.message;
      if (isOncelyError(error) && error.code === 'invalid_input') return undefined;
      throw error;
    }
  };

  return {
    get,
    state: async (id) => (await get(id)).state,
    pause: async (id, { wait, deadlineMs, ...actor }) => {
      // Whoever sees a fire may stop it: nobody is asked who may.
      await set(id, 'paused', actor, undefined);
      return wait === true ? drained(id, clock.monotonic() + (deadlineMs ?? parts.waitMs)) : [];
    },
    resume: (id, { grant, ...actor }) =>
      set(
        id,
        'running',
        actor,
        { decision: 'resume', ...(grant === undefined ? {} : { grant }) },
        ({ spent: _spent, granted: _granted, ...doc }) => (grant === undefined ? doc : { ...doc, granted: grant }),
      ),
    cancel: (id, actor) => set(id, 'cancelled', actor, { decision: 'cancel' }),
    abort: async (id, { deadlineMs, ...actor }) => {
      await set(id, 'cancelled', actor, { decision: 'abort' }, (doc) => ({ ...doc, aborting: true }));
      const giveUpAt = clock.monotonic() + (deadlineMs ?? parts.waitMs);
      const refused = new Map<string, string>();
      // From here on nothing is claimed in it, so this list is all there will be.
      for (const { slot } of await recordsOf(id)) {
        const why = await mark(slot, actor, { ...askedOf(id, undefined), state: 'cancelled' });
        if (why !== undefined) refused.set(slot, why);
      }
      await drained(id, giveUpAt);
      const compensated: Effect[] = [];
      const byHand: Effect[] = [];
      const open: { slot: string; reason: string }[] = [];
      for (const { slot, record } of latestFirst(await recordsOf(id))) {
        if (record.undo?.state === 'done' || !(hasHappened(record) || unknownAttempts(record).length > 0)) continue;
        const reason = refused.get(slot) ?? (await finish(parts, slot, giveUpAt));
        const now = await session.read(slot);
        if (!now.record) continue;
        const effect = await effectOf(slot, now.record, now.at, codec);
        if (effect.state === 'compensated') compensated.push(effect);
        else if (effect.compensation?.state === 'by_hand' || effect.state === 'stopped') byHand.push(effect);
        else if (effect.state !== 'cancelled') open.push({ slot, reason: reason ?? `it is ${effect.state}` });
      }
      return { compensated, byHand, open };
    },
  };
}

/** What somebody is to be allowed. */
interface Judged {
  readonly decision: 'resume' | 'cancel' | 'abort';
  readonly grant?: Budgets;
}

function askedOf(
  { tenant, businessId, workflowId }: WorkflowId,
  row: WorkflowRow | undefined,
  grant?: Budgets,
): WorkflowAsked {
  return {
    ...(tenant === undefined ? {} : { tenant }),
    businessId,
    workflowId,
    state: row?.state ?? 'running',
    ...(grant === undefined ? {} : { grant }),
  };
}

interface Standing {
  readonly slot: string;
  readonly record: EffectRecord;
  readonly at: number;
}

function actorOf({ by, reason }: WorkflowActor): { by: string; reason?: string } {
  return { by, ...(reason === undefined ? {} : { reason }) };
}

/** What happened last is taken back first. */
function latestFirst(all: readonly Standing[]): Standing[] {
  const happenedAt = ({ record }: Standing): number =>
    Math.max(record.createdAt, ...record.attempts.map((attempt) => attempt.settledAt ?? attempt.claimedAt));
  return all.toSorted((one, other) => happenedAt(other) - happenedAt(one));
}
