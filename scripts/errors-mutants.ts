import type { Mutant } from './mutant.ts';

/** What core's errors tell a person, broken one at a time. */
export const errorsMutants: readonly Mutant[] = [
  {
    breaks: "a stop hides the vendor's later no",
    file: 'packages/core/src/refusals.ts',
    from: 'if (!isLater || no.reason === undefined',
    to: 'if (true || no.reason === undefined',
    test: 'packages/core/test/oncely/what-errors-say.test.ts',
    named: 'a stop after a failure and a later no',
  },
  {
    breaks: 'what is proven not to have happened is counted as in doubt',
    file: 'packages/core/src/unsettled.ts',
    from: 'const noes = own.filter(isNo).length;',
    to: 'const noes = own.filter(isNo).length * 0;',
    test: 'packages/core/test/oncely/what-errors-say.test.ts',
    named: 'counts as in doubt only what is',
  },
  {
    breaks: 'a doubt that only a person can end is promised evidence',
    file: 'packages/core/src/unsettled.ts',
    from: "if (safety.kind !== 'unverifiable' || safety.findable === true) {",
    to: "if (safety.kind !== 'keyed') {",
    test: 'packages/core/test/oncely/what-errors-say.test.ts',
    named: 'a doubt that no look can end is told',
  },
];
