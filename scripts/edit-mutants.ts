import type { Mutant } from './mutant.ts';

const edited = 'packages/stripe/test/consent/edited.test.ts';

/** What an edit of a waiting input promises, broken one at a time. */
export const editMutants: readonly Mutant[] = [
  {
    breaks: 'a run that comes back after a kill sends what it asked for, and not what was approved',
    file: 'packages/core/src/attempt.ts',
    from: `const request = kept ?? (inHand`,
    to: `const request = (record.edited ? job.prepare?.(target) : undefined) ?? kept ?? (inHand`,
    test: 'packages/stripe/test/consent/edited-killed.test.ts',
    named: 'a kill -9 after the approval of an edit: what was approved is sent once',
  },
  {
    breaks: 'an edited input is made anew of what its caller asked for',
    file: 'packages/core/src/attempt.ts',
    from: `const request = kept ?? (inHand`,
    to: `const request = (record.edited ? job.prepare?.(target) : undefined) ?? kept ?? (inHand`,
    test: edited,
    named: 'sends the edited input once, to whoever performs it, and the original call gets its outcome',
  },
  {
    breaks: 'whoever asked for it is refused once it was edited',
    file: 'packages/core/src/lifecycle/claim.ts',
    from: `const difference = asksForEdited(record, request) ? 'same' : compare(`,
    to: `const difference = compare(`,
    test: edited,
    named: 'sends the edited input once, to whoever performs it, and the original call gets its outcome',
  },
  {
    breaks: 'an edit takes over the words on the input before it',
    file: 'packages/core/src/lifecycle/edit.ts',
    from: `const { approvedBy: _by, approvedIn: _in, ...question } = approval;`,
    to: `const question = approval;`,
    test: edited,
    named: 'is a question of its own where two must approve',
  },
  {
    breaks: 'a limit counts what was asked for and not what is sent',
    file: 'packages/core/src/limits/watch.ts',
    from: `job.prepare && !record?.edited ? undefined`,
    to: `job.prepare ? undefined`,
    test: edited,
    named: 'I10: counts the edited amount against limits, by the original call',
  },
  {
    breaks: 'an edit turns the amount up',
    file: 'packages/core/src/editable.ts',
    from: `name === 'max' ? amount <= bound`,
    to: `name === 'max' ? amount <= bound + 1`,
    test: edited,
    named: 'refuses more than was asked for, and changes nothing',
  },
  {
    breaks: 'an edit changes what the object is found again by',
    file: 'packages/core/src/editing.ts',
    from: `if ([keys.key, keys.marker].some((name) => carries(JSON.stringify(from ?? null), name))) {`,
    to: `if (keys.key === '') {`,
    test: 'packages/hubspot/test/edited.test.ts',
    named: 'an edit never touches what the object is found again by',
  },
];
