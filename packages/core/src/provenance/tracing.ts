import type { WireResponse } from '../adapter.ts';
import { rulesFor, type CompiledPolicy, type CompiledRule } from '../compiled-policy.ts';
import { isEffectSlot, workflowKeyOf } from '../contract.ts';
import { isOncelyError, type ErrorCode } from '../errors.ts';
import type { LedgerSession } from '../ledger-session.ts';
import { hasHappened } from '../lifecycle/state.ts';
import { valuesAt } from '../policy-rules.ts';
import { decodeRecord, type EffectRecord } from '../record.ts';
import type { OperationNames } from '../said.ts';
import type { ScopeFrame } from '../scope.ts';
import { takeCall, type Call } from '../whose-call.ts';
import { tracingRules, usualSources, type Source } from './rule.ts';
import { digestOf, digestsOf, leavesOf, note, noteSent, tracedIn } from './traced.ts';

/** The rules that a write breaks, with the paths whose values have come from elsewhere. */
export type Broken = ReadonlyMap<CompiledRule, readonly string[]>;

/** Follows where values come from; there is none where no rule of the policy asks for it. */
export interface Tracing {
  /** What a scope was given by its caller. */
  opened(frame: ScopeFrame, given: unknown): void;
  /** Takes what a read of this call is answered; `undefined` where nobody can say whose it is. */
  readonly reads: (call?: Call) => ((answer: unknown) => void) | undefined;
  /** What `oncely.value` gave. */
  valued(frame: ScopeFrame, value: unknown): void;
  /** What a write has sent, and the vendor's answer to it. */
  performed(frame: ScopeFrame, write: Written, response: WireResponse): void;
  /** What a write may have sent, or leaves behind to be sent, whose call failed. */
  left(frame: ScopeFrame, write: Written, error: unknown): void;
  /** Which rules a write breaks; `undefined` where none. The ledger is read only for what this run has not met. */
  judge(
    operation: string,
    input: unknown,
    frame: ScopeFrame,
    names?: OperationNames,
  ): Promise<Broken | undefined> | undefined;
}

/** One write as it was called. */
export interface Written {
  readonly operation: string;
  readonly input: unknown;
  readonly names: OperationNames | undefined;
}

/** Where a call fails so, the vendor may say later what it was sent. */
const mayBeRead: ReadonlySet<ErrorCode> = new Set([
  ...(['submitted', 'approval_required', 'in_progress', 'in_doubt', 'stopped', 'result_unavailable'] as const),
  ...(['ledger_unavailable', 'not_recorded', 'aborted', 'closing'] as const),
]);

/** How many records of a case are looked through for the vendor's ids. */
const mostRecords = 1_000;
const page = 100;

export function createTracing(policy: CompiledPolicy | undefined, session: LedgerSession): Tracing | undefined {
  if (!policy || tracingRules(policy.rules).length === 0) return undefined;
  return {
    opened: (frame, given) => note(tracedIn(frame), 'given', given),
    reads: (call = takeCall()) => {
      const { frames, late, doubt } = call;
      // Within an effect it is asked for with the very values that are to be sent, as a tool does to check them.
      if (!frames || frames.effect || frames.looks || late === true || doubt !== undefined) return undefined;
      return (answer) => note(tracedIn(frames.scope), 'read', answer);
    },
    valued: (frame, value) => note(tracedIn(frame), 'value', value),
    left: (frame, write, error) => {
      if (isOncelyError(error) && mayBeRead.has(error.code)) noteSent(tracedIn(frame), givenBy(write));
    },
    performed: (frame, write, { status, body }) => {
      if (status < 200 || status > 299) return;
      const traced = tracedIn(frame);
      const given = givenBy(write);
      noteSent(traced, given);
      // The vendor repeats what it was sent; only what it adds is its own.
      note(traced, 'effect', parsed(body), given);
    },
    judge: (operation, input, frame, names) => {
      const rules = tracingRules(rulesFor(policy, operation));
      // What takes an effect back is made of its record and of what the vendor says of it.
      return rules.length === 0 || frame.scope.undo === true
        ? undefined
        : brokenBy(session, rules, (path) => leavesAt(operation, input, path, names), frame);
    },
  };
}

async function brokenBy(
  session: LedgerSession,
  rules: ReturnType<typeof tracingRules>,
  at: (path: string) => readonly unknown[],
  frame: ScopeFrame,
): Promise<Broken | undefined> {
  const traced = tracedIn(frame);
  let ids: ReadonlySet<string> | undefined;
  const hasCome = async (leaf: unknown, from: readonly Source[]): Promise<boolean> => {
    const digest = digestOf(leaf);
    if (digest === undefined) return false;
    const known = traced.from.get(digest);
    if (from.some((source) => known?.has(source))) return true;
    if (!from.includes('effect') || traced.sent.has(digest)) return false;
    return (ids ??= await idsOfCase(session, frame)).has(digest);
  };
  const broken = new Map<CompiledRule, readonly string[]>();
  for (const { rule, of } of rules) {
    const { paths, from = usualSources, mayBeAbsent = [] } = of;
    const wrong: string[] = [];
    for (const path of paths) {
      const leaves = at(path);
      if (leaves.length === 0) {
        if (!mayBeAbsent.includes(path)) wrong.push(`${path} (absent)`);
        continue;
      }
      for (const leaf of leaves) {
        if (await hasCome(leaf, from)) continue;
        wrong.push(path);
        break;
      }
    }
    if (wrong.length > 0) broken.set(rule, wrong);
  }
  return broken.size === 0 ? undefined : broken;
}

/** What stands at a path; at `$path` the ids of the objects that the request is addressed to. */
function leavesAt(
  operation: string,
  input: unknown,
  path: string,
  names: OperationNames | undefined,
): readonly unknown[] {
  const values = valuesAt(input, path);
  if (path !== '$path') return values.flatMap(leavesOf);
  // Where nobody can tell, the whole path stands for them, which nothing has said.
  return values.flatMap((value): readonly unknown[] => names?.pathIds?.(operation, String(value)) ?? [value]);
}

/** What a write says itself: its values, and the objects that it is addressed to. */
function givenBy({ operation, input, names }: Written): ReadonlySet<string> {
  return new Set([...digestsOf(input), ...digestsOf(leavesAt(operation, input, '$path', names))]);
}

/** What the vendors called what this case has made, in whichever process. */
async function idsOfCase(session: LedgerSession, { scope }: ScopeFrame): Promise<ReadonlySet<string>> {
  const { tenant, businessId } = scope;
  const start = workflowKeyOf({ ...(tenant === undefined ? {} : { tenant }), businessId, workflowId: '' });
  const ids = new Set<string>();
  let after: string | undefined = start;
  for (let looked = 0; after !== undefined && looked < mostRecords; looked += page) {
    const answer: Awaited<ReturnType<typeof session.ledger.list>> = await session.ledger.list({ limit: page, after });
    after = answer.next;
    for (const { slot, doc, at } of answer.rows) {
      if (!slot.startsWith(start)) return ids;
      const record = isEffectSlot(slot) ? read(doc, at, slot) : undefined;
      if (record?.contract.businessId !== businessId || record.contract.tenant !== tenant) continue;
      const digest = hasHappened(record) ? digestOf(record.vendorId) : undefined;
      if (digest !== undefined) ids.add(digest);
    }
  }
  return ids;
}

function read(doc: string, at: number, slot: string): EffectRecord | undefined {
  try {
    return decodeRecord(doc, at, slot);
  } catch {
    return undefined;
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
