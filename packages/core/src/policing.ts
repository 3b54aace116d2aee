import { toJson } from './fingerprint.ts';
import type { Job } from './job.ts';
import type { SessionInfo } from './ledger-session.ts';
import type { ClaimRequest } from './lifecycle/claim-request.ts';
import { storeRequest, type Codec } from './payload.ts';
import type { Draft } from './record.ts';
import * as refusals from './refusals.ts';

/** A worker that does not know the newest approval policy performs nothing that it speaks of. */
export function refuseOutdated(job: Job, { policy }: SessionInfo): void {
  const own = job.policyVersion ?? 0;
  if (policy && policy.version > own && policy.operations.includes(job.claim.operation)) {
    throw refusals.outdatedPolicy(job, policy.version, own);
  }
}

/** Recovery judges nothing: what the policy in force speaks of and did not judge must be approved first. */
export function policyFor(job: Job, { policy }: SessionInfo): Pick<ClaimRequest, 'policy'> {
  if (job.claim.policy || !policy?.operations.includes(job.claim.operation)) return {};
  return { policy: { version: policy.version, judged: false } };
}

/** The draft with what a person is to see of the input. */
export async function withPreview(job: Job, draft: Draft, codec: Codec | undefined): Promise<Draft> {
  const { approval } = draft;
  if (approval?.state !== 'pending' || approval.preview !== undefined || !job.preview) return draft;
  const shown = JSON.stringify(toJson(job.preview(), 'the preview') ?? null);
  return { ...draft, approval: { ...approval, preview: await storeRequest(shown, codec) } };
}
