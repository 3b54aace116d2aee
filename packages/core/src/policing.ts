import type { VendorWrite } from './adapter.ts';
import { rulesFor, speaksOf, type CompiledPolicy } from './compiled-policy.ts';
import { slotOf } from './contract.ts';
import { OncelyError } from './errors.ts';
import { toJson } from './fingerprint.ts';
import type { Job } from './job.ts';
import { judge } from './judging.ts';
import type { LedgerSession, Seen, SessionInfo } from './ledger-session.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import type { ClaimDecision } from './lifecycle/claim.ts';
import { limitsFor, type Limit } from './limits/rules.ts';
import { differenceFor } from './policy-digest.ts';
import { openStored, storePreview, type Codec } from './payload.ts';
import { tracingRules } from './provenance/rule.ts';
import type { Untraced } from './provenance/untraced.ts';
import { withDifference } from './preview.ts';
import type { Draft, EffectRecord } from './record.ts';
import * as refusals from './refusals.ts';

/** What says whether a write may go out outside of any scope. */
export interface ConsentParts {
  readonly session: LedgerSession;
  readonly approvals: CompiledPolicy | undefined;
  readonly limits: readonly Limit[];
}

/**
 * A worker that does not know the newest approval policy performs nothing that it speaks of, and one that has other rules
 * under its version nothing of what they differ in.
 */
export function refuseOutdated(job: Job, { policy }: SessionInfo): void {
  const own = job.policyVersion ?? 0;
  if (policy && policy.version > own && speaksOf(policy.operations, job.knownAs)) {
    throw refusals.outdatedPolicy(job, policy.version, own);
  }
  // Recovery judges nothing: it sends what was judged, or asks.
  const judges = job.prepare !== undefined && policy?.version === own;
  const other = judges ? differenceFor(policy.differs, job.knownAs) : undefined;
  if (other) throw refusals.otherRules(job, own, other);
}

/** What sends, or leaves something behind that another would send, and so would not be refused any more. */
const leavesSomething: ReadonlySet<ClaimDecision['kind']> = new Set(['send', 'write', 'submitted']);

/** @throws OncelyError `invalid_input`, naming the paths whose values have come from elsewhere than the policy says */
export function refuseUntraced(
  job: Job,
  seen: Seen,
  untraced: Untraced | undefined,
  kind: ClaimDecision['kind'],
): void {
  if (untraced && untraced.refused.length > 0 && leavesSomething.has(kind)) {
    throw refusals.untraced(job, seen, untraced.refused);
  }
}

/** Recovery judges nothing: what the policy in force speaks of and did not judge must be approved first. */
export function policyFor(job: Job, { policy }: SessionInfo): Pick<ClaimRequest, 'policy'> {
  // What is recorded may be other input than was judged: an approver has edited it.
  if (job.claim.policy) return job.unjudged ? { policy: { ...job.claim.policy, ...job.unjudged } } : {};
  if (!policy || !speaksOf(policy.operations, job.knownAs)) return {};
  return { policy: { version: policy.version, judged: false, ...job.unjudged } };
}

/**
 * What is sent outside of any scope has no record that could wait for a person, so what a policy asks for is not sent.
 * @throws OncelyError `unscoped`
 */
export async function refuseWithoutConsent(
  { session, approvals, limits }: ConsentParts,
  write: VendorWrite,
  operation: string,
  read: () => Promise<{ readonly input: unknown }>,
): Promise<void> {
  const refuse = (why: string): never => {
    throw new OncelyError('unscoped', {
      message: `${write.operation.name} was called outside of a scope, and ${why}. Nothing was sent.`,
      fix: "oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () => oncely.effect('refund', () => ...))",
    });
  };
  const [limit] = limitsFor(limits, operation);
  if (limit) refuse(`a limit counts it (${limit.label}), for which it must be an effect`);
  const rules = approvals ? rulesFor(approvals, operation) : [];
  if (tracingRules(rules).length > 0)
    refuse('its approval policy asks where values come from, which only a scope knows');
  if (rules.length > 0) {
    const { input } = await read();
    if (judge(approvals, { operation, input }).approval) refuse('its approval policy asks a person first');
  }
  // Observing must never cost the caller its answer, also where the ledger cannot be asked.
  const { policy } = (await session.info().catch(() => undefined)) ?? {};
  if (policy && policy.version > (approvals?.version ?? 0) && speaksOf(policy.operations, operation)) {
    refuse(`needs version ${policy.version} of the approval policy, which this process does not know`);
  }
  const other = policy && policy.version === approvals?.version ? differenceFor(policy.differs, operation) : undefined;
  if (other) refuse(`${refusals.otherRulesSaid(policy?.version ?? 0, other)}; raise approvals.version`);
}

/** The draft with what a person is to see of the very input that it holds. `seen` is the record as it stands. */
export async function withPreview(
  job: Job,
  draft: Draft,
  seen: EffectRecord | undefined,
  codec: Codec | undefined,
): Promise<Draft> {
  const { approval } = draft;
  if (approval?.state !== 'pending' || approval.preview !== undefined) return draft;
  const slot = slotOf(draft.contract);
  const isCallers = job.claim.fingerprint.full === draft.fingerprint.full && job.prepare !== undefined;
  const request = isCallers
    ? undefined
    : await openStored(draft.request, codec, { slot, kind: 'request' }).catch(() => undefined);
  if (!isCallers && request === undefined) return draft;
  const before = await openStored(seen?.approval?.preview, codec, { slot, kind: 'preview' }).catch(() => undefined);
  const shown = withDifference(toJson(job.preview(request), 'the preview'), before, approval.changed);
  return { ...draft, approval: { ...approval, preview: await storePreview(JSON.stringify(shown), codec, slot) } };
}
