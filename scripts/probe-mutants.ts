import type { Mutant } from './mutant.ts';

const found = 'packages/core/test/oncely/what-was-found.test.ts';
const hubspot = 'packages/hubspot/test/what-is-found.test.ts';
const keyless = 'packages/testing/test/crash/no-keys.test.ts';
const stripe = 'packages/stripe/test/evidence.test.ts';

/** What a look at a vendor takes for the effect of this request and generation, broken one at a time. */
export const probeMutants: readonly Mutant[] = [
  {
    breaks: 'C12: what was made before this generation was sent counts as its work',
    file: 'packages/core/src/attempt.ts',
    from: 'isAnsweredNo(each) ? [] : [each.claimedAt]',
    to: '[each.claimedAt]',
    test: found,
    named: 'which was sent later: a person looks',
  },
  {
    breaks: 'C12: what may have been done before a death is sent again without a look',
    file: 'packages/core/src/probing.ts',
    from: 'if (!resend || job.looksFirst !== true || ',
    to: 'if (!resend || job.looksFirst !== false || ',
    test: keyless,
    named: 'killed between its commit and our settle: sqlite',
  },
  {
    breaks: 'C12: a state of Stripe’s that somebody led to before counts as done',
    file: 'packages/stripe/src/state-time.ts',
    from: 'if (time !== undefined && time >= since - skewMs) return undefined;',
    to: 'if (time !== undefined) return undefined;',
    test: stripe,
    named: 'an hour before is not this effect',
  },
  {
    breaks: 'C12: a state of Stripe’s that does not say since when counts as done',
    file: 'packages/stripe/src/state-time.ts',
    from: 'if (time === undefined && created !== undefined && created >= since - skewMs) return undefined;',
    to: 'if (time === undefined) return undefined;',
    test: stripe,
    named: 'or does not say since when',
  },
  {
    breaks: 'C12: the times of a test clock count',
    file: 'packages/stripe/src/state-time.ts',
    from: "if (mode !== 'live' && (await isOnTestClock(read, object))) return undefined;",
    to: '',
    test: stripe,
    named: 'by a test clock every time is its own',
  },
  {
    breaks: 'C12: a part that was captured counts as the whole',
    file: 'packages/stripe/src/probe-state.ts',
    from: 'given[parameter] ?? usualOf(usual[parameter], held)',
    to: 'given[parameter] ?? usualOf(undefined, held)',
    test: stripe,
    named: 'captured in part',
  },
  {
    breaks: 'C12: a state of Stripe’s that another card led to counts as done',
    file: 'packages/stripe/src/probe-state.ts',
    from: 'return alike?.[0];',
    to: 'return alike === undefined ? undefined : undefined;',
    test: stripe,
    named: 'is none with another',
  },
  {
    breaks: 'C12: what carries our marker need not be what was asked for in what never changes',
    file: 'packages/stripe/src/probe-list.ts',
    from: '...unchanging, ',
    to: '',
    test: stripe,
    named: 'is none with another value of what never changes',
  },
  {
    breaks: 'C12: what carries our marker says no time',
    file: 'packages/stripe/src/probe-list.ts',
    from: '{ ...match, ...madeAt(object) }',
    to: 'match',
    test: stripe,
    named: 'with the time at which it was made',
  },
  {
    breaks: 'C12: a subscription that ended before counts as cancelled by us',
    file: 'packages/stripe/src/probe-state.ts',
    from: "const told = timeAt(object as never, 'ended_at') !== undefined;",
    to: 'const told = false as boolean;',
    test: stripe,
    named: 'is none that stands there, or was ended before',
  },
  {
    breaks: 'C12: HubSpot: an old object that carries our key counts as made by us',
    file: 'packages/hubspot/src/as-asked.ts',
    from: 'if (since !== undefined && made < since - skewMs) {',
    to: 'if (since === undefined && made < 0) {',
    test: hubspot,
    named: 'an object of long before, onto which somebody put our key',
  },
  {
    breaks: 'C12: HubSpot: a note that carries our key may say anything',
    file: 'packages/hubspot/src/as-asked.ts',
    from: '...worded, ',
    to: '',
    test: hubspot,
    named: 'notes that carry our key',
  },
  {
    breaks: 'C12: HubSpot: what stood in the list before counts as made by us',
    file: 'packages/hubspot/src/look-at-rest.ts',
    from: 'if (same && createdAt >= earliest(request) && ',
    to: 'if (same && ',
    test: hubspot,
    named: 'is the one that is as asked for and was made since it was sent',
  },
  {
    breaks: 'C12: HubSpot: of two in the list that are as asked for one is not told',
    file: 'packages/hubspot/src/look.ts',
    from: '...twice.map((vendorId) => ({ vendorId })),',
    to: '',
    test: hubspot,
    named: 'is two where two are so',
  },
];
