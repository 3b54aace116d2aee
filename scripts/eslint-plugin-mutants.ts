import type { Mutant } from './mutant.ts';

const pages = 'packages/eslint-plugin/test/rules.test.ts';

/** Broken lint rules, for the cases in their pages. */
export const eslintPluginMutants: readonly Mutant[] = [
  {
    breaks: 'a builder whose configuration is not looked for in its client',
    file: 'packages/eslint-plugin/src/rules/no-raw-vendor-write.ts',
    from: `isFunction(builder) && !usesConfiguration(builder, node)`,
    to: `isFunction(builder) && false`,
    test: pages,
    named: 'no-raw-vendor-write',
  },
  {
    breaks: 'the name of a field taken for a variable of the same name',
    file: 'packages/eslint-plugin/src/rules/no-unstable-contract-id.ts',
    from: ` || isFieldName(node)`,
    to: ``,
    test: pages,
    named: 'no-unstable-contract-id',
  },
  {
    breaks: 'an error that is only logged taken for one that is looked at',
    file: 'packages/eslint-plugin/src/rules/no-swallowed-doubt.ts',
    from: `(node) => !isLog(node)`,
    to: `() => true`,
    test: pages,
    named: 'no-swallowed-doubt',
  },
];
