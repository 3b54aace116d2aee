import type { Mutant } from './mutant.ts';

const markdown = 'scripts/test/markdown.test.ts';
const release = 'scripts/test/release.test.ts';

/** What the checks of the pages and of a release promise, broken one at a time. */
export const docsMutants: readonly Mutant[] = [
  {
    breaks: 'docs: a link to a heading that is not there passes',
    file: 'scripts/docs/links.ts',
    from: `if (text === undefined || !anchorsOf(text).has(anchor))`,
    to: `if (text === undefined)`,
    test: markdown,
    named: 'are dead where the page, the heading or the repository ends',
  },
  {
    breaks: 'docs: an effect at a vendor that an example does not name passes',
    file: 'scripts/vendors/effects.ts',
    from: `count === (expected[name as VendorName] ?? 0)`,
    to: `count === (expected[name as VendorName] ?? count)`,
    test: markdown,
    named: 'a difference at the vendors is told',
  },
  {
    breaks: 'release: an action by a tag that can be moved',
    file: '.github/workflows/release.yml',
    from: `        with:\n          fetch-depth: 0\n      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0`,
    to: `        with:\n          fetch-depth: 0\n      - uses: actions/setup-node@v7`,
    test: release,
    named: 'pins every action by a full commit hash',
  },
  {
    breaks: 'release: pages ship with links to what does not ship',
    file: 'scripts/release/shipped-docs.ts',
    from: `if (beside === undefined) return text;`,
    to: `if (beside === undefined) return whole;`,
    test: release,
    named: 'has no link that leads nowhere from node_modules/@oncely/core',
  },
];
