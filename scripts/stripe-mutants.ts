import type { Mutant } from './mutant.ts';

const wide = 'packages/testing/test/crash/wide-stripe.test.ts';
const schedules = 'packages/stripe/test/schedules/schedules.test.ts';

/** What the Stripe adapter promises, broken one at a time; the matrix and the schedules must notice. */
export const stripeMutants: readonly Mutant[] = [
  {
    breaks: 'Stripe: a write without its key, in the crash matrix',
    file: 'packages/stripe/src/request.ts',
    from: `if (operation.safety.kind === 'keyed') headers['idempotency-key'] = keys.key;`,
    to: ``,
    test: wide,
    named: 'killed at answer_lost',
  },
  {
    breaks: 'Stripe: a key that is believed for ever, in the schedules',
    file: 'packages/stripe/src/operations.ts',
    from: `windowMs: 23 * hour`,
    to: `windowMs: 23_000 * hour`,
    test: schedules,
    named: 'seeded schedules',
  },
  {
    breaks: 'Stripe: a 5xx taken for a no, in the schedules',
    file: 'packages/stripe/src/classify.ts',
    from: `if (status >= 400 && status < 500) {`,
    to: `if (status >= 400) {`,
    test: schedules,
    named: 'seeded schedules',
  },
];
