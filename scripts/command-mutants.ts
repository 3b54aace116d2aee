import type { Mutant } from './mutant.ts';

/** The operator's command. */
export const commandMutants: readonly Mutant[] = [
  {
    breaks: 'the command: decisions without a question where there is no terminal',
    file: 'packages/oncely/src/confirm.ts',
    from: `  if (options.yes === true) return;`,
    to: `  if (options.yes === true || !around.interactive) return;`,
    test: 'packages/oncely/test/decisions.test.ts',
    named: 'refuses without a terminal and without --yes',
  },
  {
    breaks: 'the command: an approval of whatever stands there now',
    file: 'packages/oncely/src/commands/decide.ts',
    from: `if (given !== undefined && !fingerprint.startsWith(given)) {`,
    to: `if (given !== undefined && given === fingerprint + fingerprint) {`,
    test: 'packages/oncely/test/decisions.test.ts',
    named: 'takes the fingerprint that was shown',
  },
  {
    breaks: 'the command: free texts on the screen as they are',
    file: 'packages/oncely/src/masked.ts',
    from: `return patterns.reduce(`,
    to: `return [].reduce(`,
    test: 'packages/oncely/test/secrets.test.ts',
    named: 'nothing of the input, the outcome or the credentials',
  },
  {
    breaks: 'the command: the first of several effects with one short id',
    file: 'packages/oncely/src/short-id.ts',
    from: `if (found.length === 1) return effect;`,
    to: `if (found.length >= 1) return effect;`,
    test: 'packages/oncely/test/usage.test.ts',
    named: 'that fit more than one effect are refused',
  },
  {
    breaks: 'the command: a mark of a forgetful ledger that is not set',
    file: 'packages/oncely/src/commands/ledger.ts',
    from: `await oncely.suspect(since === undefined ? undefined : new Date(since));`,
    to: `void since;`,
    test: 'packages/oncely/test/runbooks.test.ts',
    named: 'ledger lost: restored from a backup',
  },
  {
    breaks: 'the command: what a terminal obeys reaches it from data',
    file: 'packages/oncely/src/screen.ts',
    from: `  const shown = (text: string, what: RegExp): string => coloured(escaped(text, what));`,
    to: `  const shown = (text: string, _what: RegExp): string => coloured(text);`,
    test: 'packages/oncely/test/hostile-text.test.ts',
    named: 'every command prints it escaped',
  },
  {
    breaks: 'the command: data that ends its line and begins one that looks like ours',
    file: 'packages/oncely/src/screen.ts',
    from: `typeof line === 'string' ? shown(line, hidden)`,
    to: `typeof line === 'string' ? shown(line, hiddenButBreaks)`,
    test: 'packages/oncely/test/hostile-text.test.ts',
    named: 'every command prints it escaped',
  },
];
