import type { Mutant } from './mutant.ts';

const kept = 'packages/stripe/test/consent/must-come-from-kept.test.ts';
const sources = 'packages/stripe/test/consent/must-come-from.test.ts';

/** What a rule on where values come from promises; broken one at a time. */
export const provenanceMutants: readonly Mutant[] = [
  {
    breaks: 'a value that came from nowhere, where its rule refuses it',
    file: 'packages/core/src/policing.ts',
    from: `untraced.refused.length > 0 && leavesSomething.has(kind)`,
    to: `untraced.refused.length > 0 && kind === 'replay'`,
    test: sources,
    named: 'is refused where a model made it up',
  },
  {
    breaks: 'what the vendor only repeats taken for its word',
    file: 'packages/core/src/provenance/tracing.ts',
    from: `noteSent(traced, given);`,
    to: ``,
    test: sources,
    named: 'is not what the vendor only repeats',
  },
  {
    breaks: 'a value of another case',
    file: 'packages/core/src/provenance/traced.ts',
    from: `(frame.traced ??= isSame ?`,
    to: `(frame.traced ??= outer ?`,
    test: sources,
    named: 'is refused where another case has read it',
  },
  {
    breaks: 'the verdict on where values came from, given anew by a run that cannot know',
    file: 'packages/core/src/provenance/untraced.ts',
    from: `if ((record.policy ?? 0) < (claim.policy?.version ?? Infinity)) return untraced;`,
    to: `if (record.contract) return untraced;`,
    test: kept,
    named: 'finishes what was judged before its answer was lost',
  },
  {
    breaks: 'values that are left out under a rule on where they come from',
    file: 'packages/core/src/provenance/tracing.ts',
    from: `if (!mayBeAbsent.includes(path)) wrong.push(`,
    to: `if (mayBeAbsent.includes(path)) wrong.push(`,
    test: sources,
    named: 'that is left out asks as well',
  },
  {
    breaks: 'the question about a value that came from nowhere',
    file: 'packages/core/src/provenance/untraced.ts',
    from: `  if (!untraced?.approval) return {};`,
    to: `  if (!untraced?.approval || approval === undefined) return {};`,
    test: kept,
    named: 'of what a person was asked about, with the paths',
  },
  {
    breaks: "a tool's own look at what a model made up",
    file: 'packages/core/src/provenance/tracing.ts',
    from: `if (!frames || frames.effect || frames.looks || late`,
    to: `if (!frames || frames.effect || late`,
    test: 'packages/stripe/test/tools/must-come-from.test.ts',
    named: 'a tool refunds what its case was given',
  },
];
