/**
 * Durable approvals in a framework's own questions: what a person answers there stands in the ledger, with their name and
 * the fingerprint that they were shown, and what was decided elsewhere is an answer there.
 * @module
 */
import { isOncelyError, lapsedWords, OncelyError, type Actor, type Effect, type Effects } from '@oncely/core';
import type { Tool, ToolResult } from '@oncely/core/tools';

/** What is asked of `oncely.effects`. */
export type ApprovalLedger = Pick<Effects, 'get' | 'approve' | 'decline'>;

/** What a person is asked. JSON, so that a framework keeps it with the run that waits. */
export interface ApprovalQuestion {
  readonly tool: string;
  /** The effect's key, tenant and case included: an answer is good for no other. */
  readonly effect: string;
  /** That of the input which is shown; an approval is of exactly that. */
  readonly fingerprint: string;
  readonly text: string;
  /** What the person is to see of the input, where this process can open it. */
  readonly preview: unknown;
}

/** What a run is resumed with: the effect and the fingerprint of the question, as they were shown. No name: see `approver`. */
export interface ApprovalAnswer {
  readonly approved: boolean;
  readonly effect: string;
  readonly fingerprint: string;
  readonly reason?: string;
}

/** How a converter asks in the framework, where its tools suspend a run themselves. */
export interface ApprovalBridge<Native> {
  readonly effects: ApprovalLedger;
  /** Who answers: from your session or credentials. What a run is resumed with is a claim. */
  readonly approver: (native: Native) => Actor | Promise<Actor>;
}

/** How a question stands in the ledger; `open`: nobody has decided. */
export type ApprovalState = 'open' | 'approved' | 'declined';

/**
 * Writes a person's answer into the ledger. The same answer of the same person given twice is one.
 *
 * @throws OncelyError `invalid_input` where something else stands there than was shown, `not_allowed` where `mayDecide`
 * says no. Nothing is changed then.
 */
export async function decideApproval(effects: ApprovalLedger, answer: ApprovalAnswer, actor: Actor): Promise<Effect> {
  const { approved, effect, fingerprint, reason } = answer;
  const approval = (await effects.get(effect))?.approval;
  // A no is of what was shown as well: it must not end what stands there now, which nobody was asked about.
  if (approval?.fingerprint !== fingerprint) {
    throw new OncelyError('invalid_input', {
      message: `what waits as ${effect} is not what was shown; ask again. Nothing was changed.`,
      effect,
    });
  }
  const named = {
    id: [approved ? 'yes' : 'no', actor.by, effect, fingerprint, approval.requestedAt].join(' '),
    ...(reason === undefined ? {} : { reason }),
    ...actor,
  };
  return approved ? effects.approve(effect, { ...named, fingerprint }) : effects.decline(effect, named);
}

/** A question as it stands in the ledger. */
export interface AskedFor {
  readonly question: ApprovalQuestion;
  readonly state: ApprovalState;
  /** Who decided, and why in their words. */
  readonly by?: string;
  readonly reason?: string;
}

/** What a model is told of a no, where the framework has a field for it. */
export function wordsOfNo({ by, reason }: Pick<AskedFor, 'by' | 'reason'>): string | undefined {
  if (reason === undefined) return undefined;
  return `Declined by ${by ?? 'a person'}: ${reason} Do not do it in another way; tell the person.`;
}

/** What a call that waits asks for, and how that stands; `undefined` where it asks for nothing. In an open scope. */
export async function questionOf(effects: ApprovalLedger, tool: Tool, input: unknown): Promise<AskedFor | undefined> {
  const slot = await tool.slotOf?.(input);
  const effect = slot ? await effects.get(slot) : undefined;
  if (!effect?.approval) return undefined;
  const { fingerprint, state, preview = null, by, reason } = effect.approval;
  const words = lapsedWords(effect.approval);
  const text = `A person has to approve exactly this: ${tool.title}.${words === '' ? '' : ` ${words}`}`;
  return {
    question: { tool: tool.name, effect: effect.key, fingerprint, text, preview },
    state: state === 'approved' ? 'approved' : state === 'declined' || state === 'revoked' ? 'declined' : 'open',
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What a framework keeps of a question between suspension and resumption. */
export interface Suspended {
  /** What the run was suspended with, where the framework tells it to the tool. */
  readonly asked?: unknown;
  /** Suspends the run with the question, or gives what it was resumed with. */
  readonly ask: (question: ApprovalQuestion) => unknown;
  /**
   * Answers are given by the order of the questions in a task, so that the first may be that of another call which asks
   * no more: it is asked until one fits, and asking beyond the last answer suspends the run. What did not fit here is
   * put there for the call of the same run that it belongs to.
   */
  readonly byOrder?: Misplaced;
}

/** Answers that one call of a run was given and another one asks for. */
export interface Misplaced {
  readonly take: (question: ApprovalQuestion) => unknown;
  readonly put: (answer: ApprovalAnswer) => void;
}

/**
 * Runs a call, and asks in the framework where it waits for a person. An answer counts for the effect and the input that
 * stand here now and for no other: a value that a run is resumed with can neither name another effect nor switch the case.
 */
export async function callAsking<Native>(
  tool: Tool,
  input: unknown,
  run: () => Promise<ToolResult>,
  native: Native,
  { effects, approver }: ApprovalBridge<Native>,
  { asked, ask, byOrder }: Suspended,
): Promise<ToolResult> {
  if (isQuestion(asked)) {
    const slot = await tool.slotOf?.(input);
    if (!asked.effect.startsWith(`${String(slot)}:v`)) return elsewhere;
  }
  const result = await run();
  if (result.status !== 'pending_approval' || result.effect === null) return result;
  const found = await questionOf(effects, tool, input);
  if (found?.question.effect !== result.effect) return result;
  const fits = (given: unknown): boolean =>
    isAnswer(given) && given.effect === result.effect && given.fingerprint === result.approval;
  let answer = byOrder?.take(found.question) ?? ask(found.question);
  if (answer instanceof Promise) answer = (await answer) as unknown;
  // Without a pause in between, in which another call of the run would be given the next answer and miss this one.
  for (let turn = 1; byOrder && !fits(answer) && turn < mostAnswers; turn += 1) {
    if (isAnswer(answer)) byOrder.put(answer);
    answer = ask(found.question);
  }
  if (!isAnswer(answer)) return result;
  if (answer.effect !== result.effect || answer.fingerprint !== result.approval) {
    return { ...result, text: `${result.text} What was answered belongs to something else that was asked.` };
  }
  try {
    await decideApproval(effects, answer, await approver(native));
  } catch (error) {
    if (!isOncelyError(error) || (error.code !== 'not_allowed' && error.code !== 'invalid_input')) throw error;
    return { ...result, text: `${result.text} The answer that was given does not count.` };
  }
  return run();
}

/** More than one task can have been asked; who answers without ever suspending is no framework. */
const mostAnswers = 1_000;

const elsewhere: ToolResult = {
  status: 'rejected',
  reason: 'declined',
  text: 'Nothing was sent: the run was resumed in another case than the one that was asked about. Tell the person.',
  output: null,
  effect: null,
  id: null,
  at: null,
  differs: null,
  approval: null,
  retryAfterMs: null,
  state: null,
  next: 'ask-a-person',
};

function isQuestion(value: unknown): value is ApprovalQuestion {
  return typeof (value as Partial<ApprovalQuestion> | null | undefined)?.effect === 'string';
}

function isAnswer(value: unknown): value is ApprovalAnswer {
  const { approved, effect, fingerprint } = (value ?? {}) as Partial<ApprovalAnswer>;
  return typeof approved === 'boolean' && typeof effect === 'string' && typeof fingerprint === 'string';
}
