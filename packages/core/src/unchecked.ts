import type { Verdict } from './adapter.ts';
import { OncelyError } from './errors.ts';
import type { Job } from './job.ts';
import { about, named } from './refusals.ts';

/** An adapter that never asked for the permission: when it sent, and whether, nobody knows. */
class WithoutCheck extends OncelyError {
  constructor(operation: string, cause: unknown) {
    super('invalid_config', {
      message: `the adapter of ${operation} ended an attempt without asking for permission, so when it sent, and whether, nobody knows.`,
      fix: 'call permit.check() synchronously right before the first byte that can cause the effect; what fails before it: { evidence: "not_applied", reason, neverSent: true }',
      cause,
    });
  }
}

/** How an attempt ended whose adapter never asked: it may have sent at any time, so its word of a no proves nothing. */
export function unchecked(operation: string, reason: string, cause: unknown): Verdict {
  return { evidence: 'unknown', reason: `sent_without_check: ${reason}`, cause: new WithoutCheck(operation, cause) };
}

/** What the caller is told of such an attempt; it is not sent again in this call, since that would not be guarded either. */
export function refuseUnchecked(job: Job, verdict: Verdict): void {
  if (verdict.evidence !== 'unknown' || !(verdict.cause instanceof WithoutCheck)) return;
  throw about(job, 'in_doubt', {
    message: `${named(job)} may have happened, and it is not sent again by this call: its adapter did not call permit.check() (${verdict.reason}).`,
    next: 'fix-code',
    fix: verdict.cause.message.split('\n  fix: ')[1] ?? '',
    cause: verdict.cause,
  });
}
