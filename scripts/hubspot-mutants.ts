import type { Mutant } from './mutant.ts';

const creating = 'packages/hubspot/test/creating.test.ts';
const sending = 'packages/hubspot/test/sending.test.ts';
const total = 'packages/hubspot/test/total.test.ts';
const completing = 'packages/core/test/oncely/completing.test.ts';

/** What the HubSpot adapter promises, broken one at a time. */
export const hubspotMutants: readonly Mutant[] = [
  {
    breaks: 'HubSpot: a conflict with our own key taken for a rejection',
    file: 'packages/hubspot/src/send.ts',
    from: `if (!tells || !isConflict(verdict.response)) return verdict;`,
    to: `if (!tells || verdict.reason !== '') return verdict;`,
    test: creating,
    named: 'whose own key is taken by itself',
  },
  {
    breaks: "HubSpot: a conflict with another's value taken for our own",
    file: 'packages/hubspot/src/send.ts',
    from: `return own ? acceptedBy(own) : verdict;`,
    to: `return acceptedBy(own ?? there);`,
    test: creating,
    named: 'stands in the way of is rejected',
  },
  {
    breaks: 'HubSpot: what is archived not looked for',
    file: 'packages/hubspot/src/look-at-objects.ts',
    from: "${archived ? '?archived=true' : ''}",
    to: "${archived ? '' : ''}",
    test: creating,
    named: 'that was archived since is found',
  },
  {
    breaks: 'HubSpot: a property that is not unique taken for one that is',
    file: 'packages/hubspot/src/unique-property.ts',
    from: `return body?.hasUniqueValue === true ? 'unique' : 'not_unique';`,
    to: `return 'unique';`,
    test: creating,
    named: 'where the property is there and not unique',
  },
  {
    breaks: "HubSpot: a person's later edit overwritten",
    file: 'packages/hubspot/src/look.ts',
    from: `if (changed !== undefined) return { kind: 'cannot_know', reason: changed };`,
    to: ``,
    test: 'packages/hubspot/test/updating.test.ts',
    named: "never overwrites a person's later edit",
  },
  {
    breaks: 'HubSpot: an edit between two attempts overwritten',
    file: 'packages/hubspot/src/send.ts',
    from: `const compares = isCompared(kind) && request.before !== undefined;`,
    to: `const compares = false;`,
    test: 'packages/hubspot/test/updating.test.ts',
    named: 'does not overwrite what a person set in that moment',
  },
  {
    breaks: 'HubSpot: a batch that broke off sent again whole',
    file: 'packages/hubspot/src/look.ts',
    from: `seen.flatMap(({ done }, index) => (done ? [] : [index]));`,
    to: `seen.map((_, index) => index);`,
    test: 'packages/hubspot/test/batches.test.ts',
    named: 'makes only the missing ones',
  },
  {
    breaks: 'HubSpot: apiRequest past the ledger',
    file: 'packages/hubspot/src/client.ts',
    from: `if (depth === 0 && name === 'apiRequest') return apiRequest;`,
    to: ``,
    test: sending,
    named: 'writes through the ledger, and answers as the client does',
  },
  {
    breaks: "HubSpot: a middleware of a call in our middleware's place",
    file: 'packages/hubspot/src/client.ts',
    from: `strategy === 'replace' ? 'append' : strategy`,
    to: `strategy`,
    test: sending,
    named: "cannot take our middleware's place",
  },
  {
    breaks: 'HubSpot: a 2xx that the method does not expect in doubt',
    file: 'packages/hubspot/src/classify.ts',
    from: `if (status >= 200 && status < 300) {`,
    to: `if (status > 200 && status < 300) {`,
    test: 'packages/hubspot/test/traps.test.ts',
    named: 'throws an ApiException of the SDK with code 200',
  },
  {
    breaks: "HubSpot: a gateway's answer taken for HubSpot's own",
    file: 'packages/hubspot/src/classify.ts',
    from: `.some((each) => typeof each === 'string');`,
    to: `.some(() => true);`,
    test: 'packages/hubspot/test/classify.test.ts',
    named: 'slow down',
  },
  {
    breaks: 'HubSpot: a write of a batch taken for a read',
    file: 'packages/hubspot/src/operations.ts',
    from: `/\\/(search|batch\\/read)$/`,
    to: `/\\/(search|batch\\/\\w+)$/`,
    test: total,
    named: 'is a read only where its own name says so',
  },
  {
    breaks: 'a replay that asks the vendor what stands there',
    file: 'packages/core/src/runner.ts',
    from: `job.prepare && !job.complete ?`,
    to: `job.prepare ?`,
    test: completing,
    named: 'asks once, before the first send',
  },
  {
    breaks: 'a send without knowing what stands there',
    file: 'packages/core/src/request-for.ts',
    from: `throw refusals.notPrepared(job, seen, error);`,
    to: `void error;\n    return prepared;`,
    test: completing,
    named: 'is not sent where the vendor does not say',
  },
];
