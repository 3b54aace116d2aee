import type { Mutant } from './mutant.ts';

const ofAVersion = 'packages/core/test/oncely/policy-rules-of-a-version.test.ts';

/** One version of a policy has one set of rules; broken one at a time. */
export const policyMutants: readonly Mutant[] = [
  {
    breaks: 'other rules under one version judge by their own',
    file: 'packages/core/src/policing.ts',
    from: `if (other) throw refusals.otherRules(job, own, other);`,
    to: ``,
    test: ofAVersion,
    named: 'I5: the second one, with a higher limit, sends nothing',
  },
  {
    breaks: 'a rule that is added under one version is not announced',
    file: 'packages/core/src/policies.ts',
    from: `if (Object.keys(rules).every((name) => Object.hasOwn(there, name))) return undefined;`,
    to: `return undefined;`,
    test: ofAVersion,
    named: 'I5: one that was running before hears of a rule that it has not',
  },
  {
    breaks: 'whoever comes later sets the rules of a version',
    file: 'packages/core/src/policies.ts',
    from: `rules: { ...rules, ...there },`,
    to: `rules: { ...there, ...rules },`,
    test: ofAVersion,
    named: 'a rule that stands there stays where others are added',
  },
  {
    breaks: 'a function is compared by its text',
    file: 'packages/core/src/policy-digest.ts',
    from: `? 'a function' :`,
    to: `? String(value) :`,
    test: ofAVersion,
    named: 'go on with another text of a function',
  },
];
