import type { Budgets } from './budgets.ts';
import { effectKeyOf, workflowKeyOf } from './contract.ts';
import { refuseOther, requireEffect, type EffectId, type FoundEffect } from './effect-ids.ts';
import { effectOf, type Effect } from './effect.ts';
import type { Actor } from './effects.ts';
import { OncelyError } from './errors.ts';
import { seenAs, seenIn, type LedgerSession } from './ledger-session.ts';
import { wordsGivenTo, type Approve } from './lifecycle/approve.ts';
import { decide, type Decision } from './lifecycle/decide.ts';
import type { Codec } from './payload.ts';
import type { EditedValue } from './lifecycle/edit.ts';
import { encodeRecord, type EffectRecord } from './record.ts';
import { reportBrokenGlass, reportDecision } from './reporting.ts';

/** What a person may decide; each that an effect or workflow has to offer is asked for by its own word. */
export type DecisionKind =
  | 'approve'
  | 'decline'
  | 'revoke'
  | 'delegate'
  | 'cancel'
  | 'reopen'
  | 'resolve'
  | 'probe_again'
  | 'compensate'
  /** Of a workflow alone. */
  | 'resume'
  | 'abort';

/** What `mayDecide` is told beside the decision. */
export interface DecisionAsked {
  /** That one word is to be enough, past what the policy asks for. */
  readonly breakGlass?: true;
  /** Of `delegate`: whom the person would give their word. */
  readonly to?: string;
  /** Of `approve`: who gave this person their word for this question. */
  readonly delegatedBy?: readonly string[];
  /** What is changed of the input before it is approved; `fingerprint` is that of what comes of it. */
  readonly edit?: { readonly changes: readonly EditedValue[]; readonly fingerprint: string };
  /** Of `resolve`: what the person says of it. */
  readonly happened?: { readonly vendorId?: string } | false;
  /** Of `compensate`: it was done by hand. */
  readonly byHand?: true;
  /** The workflow that the decision is on, or because of which. */
  readonly workflow?: WorkflowAsked;
}

/** A workflow as it stands when somebody decides on it. */
export interface WorkflowAsked {
  readonly tenant?: string;
  readonly businessId: string;
  readonly workflowId: string;
  readonly state: 'running' | 'paused' | 'cancelled';
  /** What would be granted in place of the usual budgets. */
  readonly grant?: Budgets;
}

/** Who it is that may decide: where people are counted they are told apart by `as`, and counted for `groups`. */
export interface Allowed {
  readonly as: string;
  readonly groups?: readonly string[];
}

/**
 * Who may decide what; anything but `true` and an `Allowed` refuses. It is given the very record that the decision is
 * applied to: where another writer was first it is asked again, and where other input stands there then, nothing is
 * decided. Of a workflow `effect` stands for all of it: its operation is `oncely.workflow`, its step `*`, and
 * `asked.workflow` says more. Pausing is never asked for: whoever sees a fire may stop it.
 */
export type MayDecide = (
  actor: Actor,
  effect: Effect,
  decision: DecisionKind,
  asked: DecisionAsked,
) => boolean | Allowed | Promise<boolean | Allowed>;

interface DecidingParts {
  readonly session: LedgerSession;
  readonly codec: Codec | undefined;
  readonly mayDecide: MayDecide | undefined;
}

/** Decides on effects: what was judged is what is decided, on the revision that was judged. */
export interface Deciding {
  readonly decide: (id: EffectId, decision: Decision) => Promise<Effect>;
  /** Of whichever version stands there, because of its workflow; `unless` leaves it as it is. */
  readonly decideFor: (
    workflow: WorkflowAsked,
    found: FoundEffect,
    decision: Decision,
    unless: (record: EffectRecord, at: number) => boolean,
  ) => Promise<Effect>;
  /** Only asks. @throws OncelyError `not_allowed` */
  readonly judge: (id: EffectId, decision: Decision, workflow?: WorkflowAsked) => Promise<void>;
  /** @throws OncelyError `not_allowed` */
  readonly judgeWorkflow: (actor: Actor, decision: DecisionKind, workflow: WorkflowAsked) => Promise<void>;
}

/** How often a decision is judged anew, on what another writer stored meanwhile. */
const mostRounds = 20;

export function decidingOn({ session, codec, mayDecide }: DecidingParts): Deciding {
  const ask = async (
    actor: Actor,
    effect: Effect,
    kind: DecisionKind,
    asked: DecisionAsked,
  ): Promise<Partial<Allowed>> => {
    if (!mayDecide && !asked.breakGlass) return {};
    const answer = mayDecide ? await mayDecide(actor, effect, kind, asked) : false;
    if (answer === true) return {};
    if (typeof answer === 'object' && answer !== null && typeof answer.as === 'string' && answer.as.trim() !== '') {
      return { as: answer.as, ...(answer.groups === undefined ? {} : { groups: answer.groups }) };
    }
    const what = asked.breakGlass ? 'break the glass for' : kind.replace('_', ' ');
    throw new OncelyError('not_allowed', {
      message: `${actor.by} may not ${what} ${effect.key}. Nothing was changed.`,
      fix: 'ask somebody whom approvals.mayDecide lets',
      effect: effect.key,
    });
  };

  const allowed = async (
    { slot, record, at }: FoundEffect,
    decision: Decision,
    workflow: WorkflowAsked | undefined,
  ): Promise<Partial<Allowed>> => {
    const { by, id, reason } = decision;
    const asked = { ...askedOf(decision, record), ...(workflow === undefined ? {} : { workflow }) };
    if (asked.breakGlass && (reason === undefined || reason.trim() === '')) {
      throw new OncelyError('invalid_input', { message: 'breakGlass needs a reason. Nothing was changed.' });
    }
    const actor = { id, by, ...(reason === undefined ? {} : { reason }) };
    const effect = await effectOf(slot, record, at, codec);
    const who = await ask(actor, effect, kindOf(decision), asked);
    if (decision.kind !== 'approve' || who.as === undefined) return who;
    // In whose place they decide is known once it is known who they are.
    const { delegatedBy = [], ...more } = asked;
    const from = wordsGivenTo(who.as, record.approval);
    if (from.join('\n') === delegatedBy.join('\n')) return who;
    const again = await ask(actor, effect, kindOf(decision), from.length === 0 ? more : { ...more, delegatedBy: from });
    return again.as === who.as ? again : { ...who, groups: [] };
  };

  const decideOn = async (
    first: FoundEffect,
    given: Decision,
    {
      id,
      workflow,
      unless,
    }: {
      readonly id?: EffectId;
      readonly workflow?: WorkflowAsked;
      readonly unless?: (record: EffectRecord, at: number) => boolean;
    },
  ): Promise<Effect> => {
    let found = first;
    const { slot } = found;
    const shown = found.record.approval;
    const { suspectSince, epoch } = await session.info();
    const decision: Decision = suspectSince === undefined ? given : { ...given, suspect: epoch };
    for (let round = 0; round < mostRounds; round += 1) {
      const { record, at, revision } = found;
      if (unless?.(record, at) === true) return effectOf(slot, record, at, codec);
      // A repeated command may meet what it made itself.
      if (!record.decisions.includes(decision.id)) {
        if (id !== undefined) refuseOther(id, slot, record);
        refuseMoved(record, shown, decision);
      }
      const who = await allowed(found, decision, workflow);
      const word: Decision =
        decision.kind === 'approve' || decision.kind === 'delegate'
          ? { ...decision, ...(who satisfies Partial<Approve>) }
          : decision;
      const decided = decide(record, word, at);
      if (decided.kind === 'unchanged') return effectOf(slot, record, at, codec);
      if (decided.kind === 'refuse') throw refused(record, decided.why);
      const { draft, index, events } = decided.change;
      const answer = await session.write({ slot, expect: revision, doc: encodeRecord(draft), index, events }, 2_000);
      if (answer.kind === 'written') {
        const after = seenAs(draft, answer);
        reportDecision(slot, record, after, decision);
        if (decision.kind === 'approve' && decision.breakGlass) reportBrokenGlass(slot, record, after.at, decision.by);
        return effectOf(slot, after.record ?? record, after.at, codec);
      }
      if (answer.kind === 'conflict') {
        const seen = seenIn(answer);
        if (!seen.record) throw refused(record, 'the ledger knows it no more');
        found = { slot, record: seen.record, revision: seen.revision, at: seen.at };
      }
    }
    throw refused(found.record, 'others changed it again and again meanwhile; look at it again');
  };

  return {
    judge: async (id, decision, workflow) => {
      const found = await requireEffect(session, id);
      refuseOther(id, found.slot, found.record);
      await allowed(found, decision, workflow);
    },
    judgeWorkflow: async (actor, decision, workflow) => {
      await ask(actor, standInFor(workflow), decision, { workflow });
    },
    decide: async (id, decision) => decideOn(await requireEffect(session, id), decision, { id }),
    decideFor: (workflow, found, decision, unless) => decideOn(found, decision, { workflow, unless }),
  };
}

/** By which word a decision is asked for. A kind that is added here without one does not compile. */
function kindOf({ kind }: Decision): DecisionKind {
  switch (kind) {
    case 'approve':
    case 'decline':
    case 'revoke':
    case 'delegate':
    case 'cancel':
    case 'reopen':
    case 'probe_again':
      return kind;
    case 'happened':
    case 'did_not_happen':
      return 'resolve';
    case 'undo':
    case 'undone':
    case 'undo_by_hand':
      return 'compensate';
    // Retention's, which no person decides.
    case 'compact':
      return 'cancel';
  }
}

function askedOf(decision: Decision, { approval }: EffectRecord): DecisionAsked {
  if (decision.kind === 'delegate') return { to: decision.to };
  if (decision.kind === 'approve') {
    const { edit, breakGlass } = decision;
    const from = wordsGivenTo(decision.by, approval);
    return {
      ...(breakGlass ? { breakGlass: true } : {}),
      ...(from.length === 0 ? {} : { delegatedBy: from }),
      ...(edit ? { edit: { changes: edit.changes, fingerprint: edit.fingerprint.full } } : {}),
    };
  }
  if (decision.kind === 'did_not_happen') return { happened: false };
  if (decision.kind === 'undone') return { byHand: true };
  if (decision.kind !== 'happened') return {};
  return { happened: decision.vendorId === undefined ? {} : { vendorId: decision.vendorId } };
}

/** A workflow in the place of an effect, so that a rule by tenant, case or operation holds for it as well. */
function standInFor({ tenant, businessId, workflowId }: WorkflowAsked): Effect {
  const contract = {
    ...(tenant === undefined ? {} : { tenant }),
    businessId,
    workflowId,
    stepId: '*',
    logicVersion: 1,
  };
  const key = workflowKeyOf(contract);
  return {
    slot: key,
    key,
    contract,
    state: 'ready',
    operation: 'oncely.workflow',
    client: '',
    account: '',
    generation: 1,
    createdAt: 0,
    attempts: [],
  };
}

/** A word is on the question that was shown: what was asked anew since, for this or other input, nobody was shown. */
function refuseMoved(record: EffectRecord, first: EffectRecord['approval'], decision: Decision): void {
  const { kind } = decision;
  if (kind !== 'approve' && kind !== 'decline' && kind !== 'revoke' && kind !== 'delegate') return;
  const { approval } = record;
  const isOther = approval?.fingerprint !== first?.fingerprint || approval?.requestedAt !== first?.requestedAt;
  const shown = 'fingerprint' in decision ? decision.fingerprint : undefined;
  const isUnseen = shown !== undefined && approval && approval.fingerprint !== shown;
  if (isOther || isUnseen === true) throw refused(record, 'the input has changed since it was shown; look at it again');
}

/** @throws OncelyError `invalid_input` where what waits is not what the person was shown */
export function refuseUnseen(record: EffectRecord, fingerprint: string): void {
  if (record.approval?.state !== 'pending') throw refused(record, 'nothing waits for approval here');
  if (record.approval.fingerprint === fingerprint) return;
  throw refused(record, 'the input has changed since it was shown; look at it again');
}

function refused(record: EffectRecord, why: string): OncelyError {
  const effect = effectKeyOf(record.contract, record.generation);
  return new OncelyError('invalid_input', {
    message: `${effectKeyOf(record.contract)}: ${why}. Nothing was changed.`,
    effect,
  });
}
