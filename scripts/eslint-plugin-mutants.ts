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
    breaks: 'lint: a loop that writes for another item in each round taken for a retry',
    file: 'packages/eslint-plugin/src/rules/no-retry-around-raw-write.ts',
    from: ` && !isOfItem(outer, node)`,
    to: ``,
    test: pages,
    named: 'no-retry-around-raw-write',
  },
  {
    breaks: 'lint: a mail builder asked for a configuration that it does not give',
    file: 'packages/eslint-plugin/src/rules/no-raw-vendor-write.ts',
    from: `made.takesConfig && isFunction`,
    to: `isFunction`,
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
