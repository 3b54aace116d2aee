import { scopeHere } from '@oncely/core/tools';

import type { ApprovalAnswer, ApprovalQuestion, Misplaced } from './approvals.ts';

const most = 1_000;

/**
 * Keeps answers for the calls that they belong to. An answer counts in the case and the thread that it was given in and
 * in no other, whose people never gave it; without a thread none is kept.
 */
export function misplacedAnswers(): (thread: unknown) => Misplaced {
  const kept = new Map<string, ApprovalAnswer>();
  return (thread) => {
    const keyOf = ({ effect, fingerprint }: ApprovalQuestion | ApprovalAnswer): string => {
      const { tenant, businessId, workflowId } = scopeHere() ?? {};
      return JSON.stringify([tenant, businessId, workflowId, thread, effect, fingerprint]);
    };
    return {
      take: (question) => {
        const key = keyOf(question);
        const answer = kept.get(key);
        kept.delete(key);
        return answer;
      },
      put: (answer) => {
        if (typeof thread !== 'string' || thread === '') return;
        const [oldest] = kept.keys();
        if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
        kept.set(keyOf(answer), answer);
      },
    };
  };
}
