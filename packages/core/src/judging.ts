import { rulesFor, type CompiledPolicy, type CompiledRule } from './compiled-policy.ts';
import { editablePaths } from './editable.ts';
import { OncelyError } from './errors.ts';
import type { Care } from './lifecycle/standing.ts';
import type { ApprovalRequest } from './lifecycle/claim-request.ts';
import { approversProblem, asksFor, type ApprovalRule, type Quorum } from './policy-rules.ts';
import type { EffectOptions } from './scope.ts';

/** How long a question and its answer hold where nobody says so. */
export const approvalTtlMs: number = 7 * 24 * 3_600_000;

/** What a policy says of one write: whether it speaks of the operation at all, and what it asks for. */
export interface Judgement {
  readonly policy?: { readonly version: number; readonly judged: true };
  readonly approval?: ApprovalRequest;
  /** What the most particular rule shows in place of the input. */
  readonly preview?: () => unknown;
  /** The rules that ask, by their names or patterns. */
  readonly asking: readonly string[];
}

/** One write, as it is judged. */
export interface Judged {
  /** The one name of the operation. */
  readonly operation: string;
  readonly input: unknown;
  readonly approval?: EffectOptions['approval'];
  /** What the effects ask for that it was opened within. */
  readonly within?: readonly EffectOptions['approval'][];
  /** On whose behalf the scope works. */
  readonly requestedBy?: string;
  /** Rules that ask whatever their own conditions say. */
  readonly also?: { readonly has: (rule: CompiledRule) => boolean };
}

/**
 * Judges one write by the policy and by the effect's own options; of all that ask, the strictest holds.
 * @throws OncelyError `invalid_config` where a predicate throws, `invalid_input` where an option cannot be meant
 */
export function judge(own: CompiledPolicy | undefined, judged: Judged): Judgement {
  const { operation, input, requestedBy } = judged;
  const asked = [judged.approval, ...(judged.within ?? [])].flatMap((each) => askedBy(each) ?? []);
  const rules = own ? rulesFor(own, operation) : [];
  const asking = rules.filter(
    (each) => judged.also?.has(each) === true || asksFor(each.rule, input, `approvals.operations['${each.given}']`),
  );
  const policy = own && rules.length > 0 ? { policy: { version: own.version, judged: true } as const } : {};
  const all = [...asking.map(({ rule }) => rule), ...asked];
  if (all.length === 0) return { ...policy, asking: [] };
  const { preview } = asking.find(({ rule }) => rule.preview)?.rule ?? {};
  const editable = editablePaths(rules.map(({ rule }) => rule));
  return {
    ...policy,
    approval: { ...strictest(all, operation, requestedBy), ...(editable.length === 0 ? {} : { editable }) },
    ...(preview === undefined ? {} : { preview: () => preview(input as never) }),
    asking: asking.map(({ given }) => given),
  };
}

/**
 * What is asked for where nobody can judge the input: as much as any rule for the operation may. `byRequester`: who
 * asked must be known, so that it is somebody else who approves.
 */
export function unjudged(
  own: CompiledPolicy | undefined,
  operation: string,
): { readonly asks?: ApprovalRequest; readonly byRequester?: true } {
  const rules = (own ? rulesFor(own, operation) : []).map(({ rule }) => rule);
  if (rules.length === 0) return {};
  const anyone = rules.map(({ notBy, ...rule }) => (typeof notBy === 'object' ? { ...rule, notBy } : rule));
  return {
    asks: strictest(anyone, operation, undefined),
    ...(rules.some(({ notBy }) => notBy === 'requester') ? { byRequester: true } : {}),
  };
}

/** What an effect's own options ask for. */
function askedBy(approval: EffectOptions['approval']): Pick<ApprovalRule, 'ttlMs' | 'approvers'> | undefined {
  if (approval === undefined || approval === 'required') return approval && {};
  const { ttlMs, approvers } = approval;
  const isTime = ttlMs === undefined || (Number.isFinite(ttlMs) && ttlMs > 0);
  const problem = isTime ? approversProblem(approvers, 'approval') : 'approval.ttlMs must be a number above 0';
  if (problem === undefined) return approval;
  throw new OncelyError('invalid_input', { message: `${problem}. Nothing was sent.`, fix: "approval: 'required'" });
}

function strictest(
  rules: readonly Pick<ApprovalRule, 'ttlMs' | 'approvers' | 'notBy' | keyof Care>[],
  operation: string,
  requestedBy: string | undefined,
): ApprovalRequest {
  const counts = rules.map(({ approvers = 1 }) => (typeof approvers === 'number' ? approvers : sum(approvers)));
  const quorum = rules.flatMap(({ approvers }) => (typeof approvers === 'object' ? approvers : []));
  const approvers = Math.max(...counts);
  const notBy = new Set(rules.flatMap((rule) => (typeof rule.notBy === 'object' ? rule.notBy : [])));
  if (requestedBy !== undefined) notBy.add(requestedBy);
  else if (rules.some((rule) => rule.notBy === 'requester')) {
    throw new OncelyError('invalid_input', {
      message: `${operation}: its approval policy keeps the requester from approving, and the scope does not say who that is. Nothing was sent.`,
      fix: "oncely.scope({ businessId, workflowId, requestedBy: 'user_17' }, () => ...)",
    });
  }
  return {
    ttlMs: Math.min(...rules.map(({ ttlMs = approvalTtlMs }) => ttlMs)),
    ...(approvers > 1 ? { approvers } : {}),
    ...(quorum.length === 0 ? {} : { quorum: [...highest(quorum)].map(([group, count]) => ({ group, count })) }),
    ...(notBy.size === 0 ? {} : { notBy: [...notBy] }),
    ...careOf(rules),
  };
}

/** Of several rules the soonest holds, and whoever one of them names is asked; quiet hours are the most particular's. */
function careOf(rules: readonly Care[]): { readonly care?: Care } {
  const soonest = (name: 'remindAfterMs' | 'remindEveryMs' | 'escalateAfterMs'): Care => {
    const times = rules.flatMap((rule) => rule[name] ?? []);
    return times.length === 0 ? {} : { [name]: Math.min(...times) };
  };
  const to = [...new Set(rules.flatMap((rule) => rule.to ?? []))];
  const times = { ...soonest('remindAfterMs'), ...soonest('remindEveryMs'), ...soonest('escalateAfterMs') };
  if (Object.keys(times).length === 0) return {};
  const quietHours = rules.find((rule) => rule.quietHours)?.quietHours;
  return {
    care: { ...times, ...(to.length === 0 ? {} : { to }), ...(quietHours === undefined ? {} : { quietHours }) },
  };
}

function highest(quorum: readonly Quorum[]): Map<string, number> {
  const most = new Map<string, number>();
  for (const { group, count } of quorum) most.set(group, Math.max(count, most.get(group) ?? 0));
  return most;
}

function sum(quorum: readonly Quorum[]): number {
  return quorum.reduce((all, { count }) => all + count, 0);
}
