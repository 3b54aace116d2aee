import type { Mutant } from './mutant.ts';

const oneName = 'packages/testing/test/approvals/one-name.test.ts';

/** One operation has one name, however it is called: broken one vendor at a time. */
export const namesMutants: readonly Mutant[] = [
  {
    breaks: 'a spelling with `;a=1` is another operation',
    file: 'packages/core/src/adapter-kit/spellings.ts',
    from: `(segment.split(';')[0] ?? '')`,
    to: `segment`,
    test: oneName,
    named: 'so a policy that names it holds whatever its path looks like',
  },
  {
    breaks: 'a path of Stripe in capitals is an operation of its own',
    file: 'packages/stripe/src/operations.ts',
    from: `known ? undefined : listedPath(method, path)`,
    to: `undefined`,
    test: oneName,
    named: 'one operation has one name at Stripe, by rawRequest',
  },
  {
    breaks: 'a write of HubSpot spelled as a read is taken for one',
    file: 'packages/hubspot/src/operations.ts',
    from: `return canonical !== undefined && !onlyReads(method, canonical);`,
    to: `return false;`,
    test: oneName,
    named: 'one operation has one name at HubSpot, by apiRequest',
  },
  {
    breaks: 'a method of Slack with an empty part is one of its own',
    file: 'packages/slack/src/table.ts',
    from: `?? writes(path) ?? method`,
    to: `?? method`,
    test: oneName,
    named: 'one operation has one name at Slack, by apiCall',
  },
  {
    breaks: 'a path that is two operations is taken for the first',
    file: 'packages/stripe/src/adapter.ts',
    from: `  refuseAmbiguous(call.method, call.path);`,
    to: ``,
    test: oneName,
    named: 'is refused with both',
  },
];
