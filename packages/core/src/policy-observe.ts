import type { Adapter } from './adapter.ts';
import { knownAs } from './asking.ts';
import { turn } from './taking-turns.ts';
import { compilePolicy, rulesFor, strayName, type CompiledPolicy } from './compiled-policy.ts';
import { isEffectSlot } from './contract.ts';
import { OncelyError } from './errors.ts';
import { judge } from './judging.ts';
import type { LedgerSession } from './ledger-session.ts';
import { openStored, type Codec } from './payload.ts';
import type { Origin } from './perform.ts';
import { policyProblem, type ApprovalPolicy } from './policies.ts';
import { asksAlways } from './policy-rules.ts';
import { tracingRules } from './provenance/rule.ts';
import { decodeRecord, type EffectRecord } from './record.ts';

/** Why it cannot be said what a policy would have asked of an effect. */
export type NotJudged =
  /** Its request is kept while it is open, or never: the rule depends on an input that is gone. */
  | 'input not kept'
  /** It is encrypted, and this process cannot open it. */
  | 'input sealed'
  /** This process was not given the client, or its adapter cannot read a stored request. */
  | 'client unknown'
  /** A rule says where values must come from, which no record keeps. */
  | 'sources not kept'
  /** A predicate of the policy threw. */
  | 'policy failed'
  | 'record unreadable';

/** What a policy would have asked of the effects of one operation. */
export interface OperationObserved {
  readonly operation: string;
  readonly effects: number;
  readonly asked: number;
  readonly notAsked: number;
  readonly notJudged: Readonly<Partial<Record<NotJudged, number>>>;
  /** Slots of some that it would have asked for. */
  readonly examples: readonly string[];
}

/** What a new policy would have asked of what a ledger remembers. Nothing was asked, stored or announced for it. */
export interface PolicyObserved {
  /** Effects begun from here to there, in milliseconds since 1970 on the ledger's clock. */
  readonly from: number;
  readonly to: number;
  readonly effects: number;
  readonly asked: number;
  readonly notAsked: number;
  /** An honest gap: what is not known is counted as neither. */
  readonly notJudged: number;
  readonly operations: readonly OperationObserved[];
}

export interface ObserveParts {
  readonly session: LedgerSession;
  readonly codec: Codec | undefined;
  readonly originOf: (client: string, account: string) => Origin | undefined;
  readonly clients: Readonly<Record<string, Adapter>> | undefined;
}

const page = 200;
const mostExamples = 3;

interface Count {
  effects: number;
  asked: number;
  notAsked: number;
  readonly notJudged: Partial<Record<NotJudged, number>>;
  readonly examples: string[];
}

/**
 * Judges what a ledger remembers by a policy that is not in force, a page at a time.
 * @throws OncelyError `invalid_input` for a time that cannot be meant, `invalid_config` for such a policy
 */
export async function observePolicy(
  { session, codec, originOf, clients }: ObserveParts,
  policy: ApprovalPolicy,
  lastMs: number,
): Promise<PolicyObserved> {
  if (!(Number.isFinite(lastMs) && lastMs > 0)) {
    throw new OncelyError('invalid_input', {
      message: 'policy.observe: lastMs must be a number of milliseconds above 0.',
    });
  }
  const isPolicy = typeof policy === 'object' && policy !== null && typeof policy.operations === 'object';
  const problem = isPolicy
    ? (policyProblem(policy) ?? strayName(policy, clients))
    : 'it needs version and operations, as createOncely({ approvals }) does';
  if (problem !== undefined) throw new OncelyError('invalid_config', { message: `policy.observe: ${problem}.` });
  const compiled = compilePolicy(policy, clients);
  await session.info();
  const counts = new Map<string, Count>();
  let to = 0;
  let after: string | undefined = '';
  while (after !== undefined) {
    const { rows, next, at }: Awaited<ReturnType<typeof session.ledger.list>> = await session.ledger.list({
      limit: page,
      after,
    });
    to = Math.max(to, at);
    for (const row of rows) {
      if (!isEffectSlot(row.slot)) continue;
      const record = read(row);
      if (record && record.createdAt < at - lastMs) continue;
      const origin = record && originOf(record.client, record.account);
      const operation = record ? (origin ? knownAs(origin.adapter, record.operation) : record.operation) : '?';
      const count = counts.get(operation) ?? { effects: 0, asked: 0, notAsked: 0, notJudged: {}, examples: [] };
      counts.set(operation, count);
      count.effects += 1;
      const said = record ? await saidOf(compiled, operation, record, origin, row.slot, codec) : 'record unreadable';
      if (said === true) {
        count.asked += 1;
        if (count.examples.length < mostExamples) count.examples.push(row.slot);
      } else if (said === false) count.notAsked += 1;
      else count.notJudged[said] = (count.notJudged[said] ?? 0) + 1;
    }
    after = next;
    await turn();
  }
  const operations = [...counts]
    .map(([operation, count]) => ({ operation, ...count }))
    .toSorted((one, other) => (one.operation < other.operation ? -1 : 1));
  const sum = (of: (each: OperationObserved) => number): number => operations.reduce((all, each) => all + of(each), 0);
  const [effects, asked, notAsked] = [
    sum((each) => each.effects),
    sum((each) => each.asked),
    sum((each) => each.notAsked),
  ];
  return { from: to - lastMs, to, effects, asked, notAsked, notJudged: effects - asked - notAsked, operations };
}

/** Whether it would have asked; where that cannot be known, why. */
async function saidOf(
  policy: CompiledPolicy,
  operation: string,
  record: EffectRecord,
  origin: Origin | undefined,
  slot: string,
  codec: Codec | undefined,
): Promise<boolean | NotJudged> {
  const rules = rulesFor(policy, operation);
  if (rules.length === 0) return false;
  // A rule without a condition asks whatever the input was.
  if (rules.some(({ rule }) => asksAlways(rule))) return true;
  const { request } = record;
  if (request === undefined || request.kind === 'omitted') return 'input not kept';
  const text = await openStored(request, codec, { slot, kind: 'request' }).catch(() => undefined);
  if (text === undefined) return 'input sealed';
  try {
    const input = origin?.connection.parametersOf?.(text);
    if (input === undefined) return 'client unknown';
    // Whose behalf it was on is not asked here: it says who may approve, and not whether somebody must.
    const asks = judge(policy, { operation, input, requestedBy: 'unknown' }).approval !== undefined;
    return asks || tracingRules(rules).length === 0 ? asks : 'sources not kept';
  } catch {
    return 'policy failed';
  }
}

function read({
  doc,
  at,
  slot,
}: {
  readonly doc: string;
  readonly at: number;
  readonly slot: string;
}): EffectRecord | undefined {
  try {
    return decodeRecord(doc, at, slot);
  } catch {
    return undefined;
  }
}
