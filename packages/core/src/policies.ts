import type { CompiledPolicy } from './compiled-policy.ts';
import { differences, digestsOf, type Difference, type RuleDigest } from './policy-digest.ts';
import type { Ledger, LedgerInfo } from './ledger.ts';
import { ruleProblem, type ApprovalRule } from './policy-rules.ts';

/** The operations that a person must approve. */
export interface ApprovalPolicy {
  /**
   * Rises with each change of the rules, a whole number from 1. The ledger knows the highest one that ran, and a worker
   * of an older one can no longer perform the operations of the newer: a rolling deploy leaves no gap. One of the same
   * version with other rules performs nothing of what they differ in. Functions are not compared: raise it for them too.
   */
  readonly version: number;
  /**
   * By the operation's name, `stripe.refunds.create`, or a pattern, `stripe.*`, `hubspot.crm.*.create`: `true`, a
   * predicate over the input, or a rule. Where several fit, each may ask, and the strictest of what they ask for holds.
   * One that fits no operation of any client is refused.
   */
  readonly operations: Readonly<Record<string, true | ((input: never) => boolean) | ApprovalRule>>;
  /** Operations or patterns of clients that only other processes have: `['slack.*']`. */
  readonly elsewhere?: readonly string[];
}

/** What the ledger keeps of the newest policy. */
export interface KnownPolicy {
  readonly version: number;
  readonly operations: readonly string[];
  /** Whether the epoch was raised since, so that every worker has heard of it. */
  readonly announced: boolean;
  /** What its rules are told apart by; absent where a release before it wrote them. */
  readonly rules?: Readonly<Record<string, RuleDigest>>;
}

/** The same, and where this process has other rules under the same version. */
export interface AgreedPolicy extends KnownPolicy {
  readonly differs?: readonly Difference[];
}

// '@' is escaped in every slot, so this and an effect never share a key.
const slot = '@policy';

/** Says what is wrong with a policy; `undefined` when nothing is. */
export function policyProblem(policy: ApprovalPolicy | undefined): string | undefined {
  if (policy === undefined) return undefined;
  if (!Number.isSafeInteger(policy.version) || policy.version < 1) {
    return 'approvals.version must be a whole number from 1, and rise with each change of the rules';
  }
  for (const [operation, rule] of Object.entries(policy.operations)) {
    const problem = ruleProblem(rule, `approvals.operations['${operation}']`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * Brings this process's policy and the ledger's together: the newer one is announced, so that no claim of a worker that
 * does not know it is stored once this has ended. Under the same version names are added, as of processes with other
 * clients, and a rule that stands there stays: who has another one performs nothing of it.
 */
export async function agreeOnPolicy(
  ledger: Ledger,
  info: LedgerInfo,
  own: CompiledPolicy | undefined,
): Promise<{ readonly info: LedgerInfo; readonly policy?: AgreedPolicy }> {
  const mine = own && digestsOf(own);
  for (;;) {
    const { row } = await ledger.read(slot);
    const known = row && (JSON.parse(row.doc) as KnownPolicy);
    const next = own && mine && announcing(known, own.version, mine);
    if (!next && known?.announced !== false) return { info, ...(known ? { policy: agreed(known, own, mine) } : {}) };
    const policy = next ?? (known as KnownPolicy);
    const write = (expect: number, announced: boolean): ReturnType<Ledger['write']> =>
      ledger.write({
        slot,
        expect,
        doc: JSON.stringify({ ...policy, announced }),
        index: { state: 'policy' },
        events: [],
      });
    let revision = row?.revision ?? 0;
    if (next) {
      const answer = await write(revision, false);
      if (answer.kind !== 'written') continue;
      revision = answer.revision;
    }
    const raised = await ledger.raiseEpoch();
    // Another may have announced a newer one meanwhile: then this one is read again.
    const announced = await write(revision, true);
    if (announced.kind === 'written')
      return { info: raised, policy: agreed({ ...policy, announced: true }, own, mine) };
    info = raised;
  }
}

/** What is to stand in the ledger where this process has a newer policy, or names that the same version had not. */
function announcing(
  known: KnownPolicy | undefined,
  version: number,
  rules: Readonly<Record<string, RuleDigest>>,
): Omit<KnownPolicy, 'announced'> | undefined {
  if (version < (known?.version ?? 0)) return undefined;
  if (known === undefined || version > known.version) return { version, operations: Object.keys(rules), rules };
  const there = known.rules ?? {};
  if (Object.keys(rules).every((name) => Object.hasOwn(there, name))) return undefined;
  return {
    version,
    operations: [...new Set([...known.operations, ...Object.keys(rules)])],
    rules: { ...rules, ...there },
  };
}

function agreed(
  known: KnownPolicy,
  own: CompiledPolicy | undefined,
  mine: Readonly<Record<string, RuleDigest>> | undefined,
): AgreedPolicy {
  if (!mine || own?.version !== known.version || known.rules === undefined) return known;
  return { ...known, differs: differences(known.rules, mine) };
}
