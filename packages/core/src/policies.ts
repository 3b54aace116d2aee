import type { Operation } from './adapter.ts';
import { OncelyError } from './errors.ts';
import type { Ledger, LedgerInfo } from './ledger.ts';
import type { EffectOptions } from './scope.ts';

/** When an operation needs a person's approval, how many of them, and for how long. */
export interface ApprovalRule<Input = never> {
  /** Of the decoded input, as the vendor's SDK sends it; absent: always. A predicate that throws lets nothing pass. */
  readonly when?: (input: Input) => boolean;
  /** How long the question and its answer hold, in milliseconds. Default 7 days. */
  readonly ttlMs?: number;
  /** How many different people must approve. Default 1; 2 is the rule of four eyes. */
  readonly approvers?: number;
  /** What the person is shown of the input. Default: the material parameters, where the operation names them, or all. */
  readonly preview?: (input: Input) => unknown;
}

/** The operations that a person must approve. */
export interface ApprovalPolicy {
  /**
   * Rises with each change of the rules, a whole number from 1. The ledger knows the highest one that ran, and a worker
   * of an older one can no longer perform the operations of the newer: a rolling deploy leaves no gap.
   */
  readonly version: number;
  /** By the operation's name, `stripe.refunds.create`: `true`, a predicate over the input, or a rule. */
  readonly operations: Readonly<Record<string, true | ((input: never) => boolean) | ApprovalRule>>;
}

/** What the ledger keeps of the newest policy. */
export interface KnownPolicy {
  readonly version: number;
  readonly operations: readonly string[];
  /** Whether the epoch was raised since, so that every worker has heard of it. */
  readonly announced: boolean;
}

// '@' is escaped in every slot, so this and an effect never share a key.
const slot = '@policy';

const approvalTtlMs = 7 * 24 * 3_600_000;

/** Says what is wrong with a policy; `undefined` when nothing is. */
export function policyProblem(policy: ApprovalPolicy | undefined): string | undefined {
  if (policy === undefined) return undefined;
  if (!Number.isSafeInteger(policy.version) || policy.version < 1) {
    return 'approvals.version must be a whole number from 1, and rise with each change of the rules';
  }
  for (const [operation, rule] of Object.entries(policy.operations)) {
    const { ttlMs, approvers } = ruleOf(rule);
    if (ttlMs !== undefined && !(Number.isFinite(ttlMs) && ttlMs > 0)) {
      return `approvals.operations['${operation}'].ttlMs must be a number above 0`;
    }
    if (approvers !== undefined && !(Number.isSafeInteger(approvers) && approvers >= 1)) {
      return `approvals.operations['${operation}'].approvers must be a whole number from 1`;
    }
  }
  return undefined;
}

/**
 * Brings this process's policy and the ledger's together: the newer one is announced, so that no claim of a worker that
 * does not know it is stored once this has ended.
 */
export async function agreeOnPolicy(
  ledger: Ledger,
  info: LedgerInfo,
  own: ApprovalPolicy | undefined,
): Promise<{ readonly info: LedgerInfo; readonly policy?: KnownPolicy }> {
  for (;;) {
    const { row } = await ledger.read(slot);
    const known = row && (JSON.parse(row.doc) as KnownPolicy);
    const newer = own !== undefined && own.version > (known?.version ?? 0);
    if (!newer && known?.announced !== false) return { info, ...(known ? { policy: known } : {}) };
    const policy = newer
      ? { version: own.version, operations: Object.keys(own.operations), announced: false }
      : (known as KnownPolicy);
    const write = (expect: number, announced: boolean): ReturnType<Ledger['write']> =>
      ledger.write({
        slot,
        expect,
        doc: JSON.stringify({ ...policy, announced }),
        index: { state: 'policy' },
        events: [],
      });
    let revision = row?.revision ?? 0;
    if (newer) {
      const answer = await write(revision, false);
      if (answer.kind !== 'written') continue;
      revision = answer.revision;
    }
    const raised = await ledger.raiseEpoch();
    // Another may have announced a newer one meanwhile: then this one is read again.
    const announced = await write(revision, true);
    if (announced.kind === 'written') return { info: raised, policy: { ...policy, announced: true } };
    info = raised;
  }
}

/** What a policy says of one write: whether it speaks of the operation at all, and what it asks for. */
export interface Judgement {
  readonly policy?: { readonly version: number; readonly judged: true };
  readonly approval?: { readonly ttlMs: number; readonly approvers?: number };
  readonly preview?: () => unknown;
}

/** Judges one write by the policy and by the effect's own options; of both, the stricter holds. */
export function judge(
  own: ApprovalPolicy | undefined,
  { name: operation, material }: Operation,
  input: unknown,
  { approval }: Pick<EffectOptions, 'approval'>,
): Judgement {
  const asked = approval === undefined ? undefined : approval === 'required' ? { ttlMs: approvalTtlMs } : approval;
  const given = own && Object.hasOwn(own.operations, operation) ? own.operations[operation] : undefined;
  const usual = (): unknown =>
    material && typeof input === 'object' && input !== null ? pick(input, material) : input;
  const fallback = { ...(asked === undefined ? {} : { approval: asked }), preview: usual };
  if (!own || given === undefined) return fallback;
  const { when, ttlMs, approvers, preview } = ruleOf(given);
  const policy = { version: own.version, judged: true } as const;
  let applies: boolean;
  try {
    applies = when?.(input as never) !== false;
  } catch (cause) {
    throw new OncelyError('invalid_config', {
      message: `the approval policy of ${operation} failed, so whether it must be approved is not known. Nothing was sent.`,
      fix: `approvals.operations['${operation}'].when must give true or false for every input`,
      cause,
    });
  }
  if (!applies) return { ...fallback, policy };
  return {
    policy,
    approval: {
      ttlMs: Math.min(ttlMs ?? approvalTtlMs, asked?.ttlMs ?? Infinity),
      ...(approvers === undefined ? {} : { approvers }),
    },
    preview: () => (preview ? preview(input as never) : usual()),
  };
}

function pick(input: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.includes(name)));
}

function ruleOf(rule: ApprovalPolicy['operations'][string]): ApprovalRule {
  if (rule === true) return {};
  return typeof rule === 'function' ? { when: rule } : rule;
}
