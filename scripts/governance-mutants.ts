import type { Mutant } from './mutant.ts';

const approvals = 'packages/core/test/oncely/approvals.test.ts';
const budgets = 'packages/core/test/oncely/budgets.test.ts';
const twins = 'packages/core/test/oncely/twins.test.ts';
const takingBack = 'packages/core/test/oncely/taking-back.test.ts';
const submitting = 'packages/core/test/oncely/submitting.test.ts';

/** What approvals, budgets and compensation promise, broken one at a time. */
export const governanceMutants: readonly Mutant[] = [
  {
    breaks: 'a worker of an older approval policy performs what the newer one speaks of',
    file: 'packages/core/src/policing.ts',
    from: `if (policy && policy.version > own &&`,
    to: `if (policy && policy.version < own &&`,
    test: approvals,
    named: 'I5: cannot be passed by an old worker',
  },
  {
    breaks: 'a policy stored and not announced',
    file: 'packages/core/src/policies.ts',
    from: `const raised = await ledger.raiseEpoch();`,
    to: `const raised = info;`,
    test: approvals,
    named: 'I5: cannot be passed by an old worker',
  },
  {
    breaks: 'recovery performs what no policy has judged',
    file: 'packages/core/src/lifecycle/approval.ts',
    from: `return policy !== undefined && !policy.judged && (record.policy ?? 0) < policy.version;`,
    to: `return false;`,
    test: approvals,
    named: 'holds in recovery what no version of it has judged',
  },
  {
    breaks: 'an approval of an older policy taken for one of the newer',
    file: 'packages/core/src/lifecycle/approval.ts',
    from: `const outdated = request.policy !== undefined &&`,
    to: `const outdated = request.policy === undefined &&`,
    test: approvals,
    named: 'asks anew for what an older one has approved',
  },
  {
    breaks: 'one person counted for two',
    file: 'packages/core/src/lifecycle/decide.ts',
    from: `if (approvedBy.includes(decision.by)) return`,
    to: `if (approvedBy.includes('')) return`,
    test: approvals,
    named: 'four eyes: two different people',
  },
  {
    breaks: 'a predicate that fails lets the write pass',
    file: 'packages/core/src/policies.ts',
    from: `  } catch (cause) {\n    throw`,
    to: `  } catch (cause) {\n    if (cause !== undefined) return fallback;\n    throw`,
    test: approvals,
    named: 'that fails lets nothing pass',
  },
  {
    breaks: 'a budget that counts and does not pause',
    file: 'packages/core/src/budgets.ts',
    from: `const over = state === 'running' && spent > limit;`,
    to: `const over = state === 'running' && spent > Infinity;`,
    test: budgets,
    named: 'pauses the workflow before the next write',
  },
  {
    breaks: 'a send that does not wait for the budget to be counted',
    file: 'packages/core/src/runner.ts',
    from: `          await returning;\n`,
    to: ``,
    test: budgets,
    named: 'holds the very write that came back',
  },
  {
    breaks: 'a twin that has only begun is overtaken',
    file: 'packages/core/src/twins.ts',
    from: `if (!row) return ageMs < claimingMs;`,
    to: `if (!row) return false;`,
    test: twins,
    named: 'tells apart two that begin at once',
  },
  {
    breaks: 'what was taken back is replayed',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `    case 'compensating':\n    case 'compensated':\n      return { kind: 'refuse', refusal: { code: 'compensated', by: record.undo?.by ?? 'unknown' } };`,
    to: `    case 'compensating':\n    case 'compensated':\n      return { kind: 'replay', drifted: false };`,
    test: takingBack,
    named: 'is an effect of its own, once, and ends what can be claimed there',
  },
  {
    breaks: 'an abort that forgets what turns out later to have happened',
    file: 'packages/core/src/lifecycle/decide.ts',
    from: `undo: record.undo ?? { ...of, state: 'asked' } };`,
    to: `};`,
    test: takingBack,
    named: 'takes back what turns out later to have happened',
  },
  {
    breaks: 'an abort that goes on sending what was handed in',
    file: 'packages/core/src/lifecycle/decide.ts',
    from: `const end = record.noMoreAttempts ?? ({ at: { after: 0 }, why: 'cancelled', by } as const);\n  return { ...record, noMoreAttempts: end,`,
    to: `return { ...record,`,
    test: takingBack,
    named: 'never sends what was only handed in, approved or begun',
  },
  {
    breaks: 'a submission that is sent at once',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `  if (request.submit) {\n`,
    to: `  if (request.submit && record.attempts.length > 0) {\n`,
    test: submitting,
    named: 'stores the request, sends nothing',
  },
];
