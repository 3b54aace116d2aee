import type { Mutant } from './mutant.ts';

const wide = 'packages/testing/test/crash/wide-stripe.test.ts';
const schedules = 'packages/stripe/test/schedules/schedules.test.ts';
const doubt = 'packages/stripe/test/doubt.test.ts';
const lookups = 'packages/stripe/test/lookups.test.ts';
const sdk = 'packages/stripe/test/sdk.test.ts';
const asTheSdk = 'packages/stripe/test/as-the-sdk.test.ts';

/** What is broken of the ways in which an effect at Stripe is classified and found again. */
export const stripeMutants: readonly Mutant[] = [
  {
    breaks: 'a key of Stripe trusted for a minute longer',
    file: 'packages/stripe/src/operations.ts',
    from: `windowMs: 23 * hour }`,
    to: `windowMs: 23 * hour + 60_000 }`,
    test: doubt,
    named: 'of v1: to the millisecond',
  },
  {
    breaks: 'a key of v2 taken for one of v1',
    file: 'packages/stripe/src/operations.ts',
    from: `return keyedV2;`,
    to: `return keyedV1;`,
    test: sdk,
    named: 'is keyed for 23 hours in v1 and 29 days in v2',
  },
  {
    breaks: 'a write of Stripe that passes as a read',
    file: 'packages/stripe/src/operations.ts',
    from: `new Set(['/v1/invoices/create_preview'])`,
    to: `new Set(['/v1/invoices/create_preview', '/v1/refunds'])`,
    test: sdk,
    named: 'reads by GET and writes by POST or DELETE',
  },
  {
    breaks: 'a list of Stripe read to the end of its first page',
    file: 'packages/stripe/src/probe-list.ts',
    from: `if (page.has_more !== true) return;`,
    to: `return;`,
    test: 'packages/stripe/test/probing.test.ts',
    named: 'is found by list on a later page',
  },
  {
    breaks: 'what lives on a test clock looked for by the time of day',
    file: 'packages/stripe/src/probe-list.ts',
    from: `const byTime = created && !(narrowed && request?.authorized.mode === 'test');`,
    to: `const byTime = created && !(narrowed && request === undefined);`,
    test: doubt,
    named: 'a customer by asking for those of its clock',
  },
  {
    breaks: 'prices that the list hides left out of the look-up',
    file: 'packages/stripe/src/lookup.ts',
    from: `'prices.create': { both: 'active' },`,
    to: ``,
    test: lookups,
    named: 'prices.create in doubt for longer than any key lasts',
  },
  {
    breaks: "an update at Stripe made again over a person's change",
    file: 'packages/stripe/src/probe-state.ts',
    from: `  if (!other) return found(object);`,
    to: `  if (!other) return found(object);\n  if (other.length > 0) return { kind: 'absent' };`,
    test: doubt,
    named: "never overwrites a person's later change",
  },
  {
    breaks: "a call's own idempotencyKey dropped inside of a named effect",
    file: 'packages/core/src/scope-guards.ts',
    from: `if (write.name !== undefined) {`,
    to: `if (write.name === '') {`,
    test: 'packages/stripe/test/names.test.ts',
    named: 'inside of a named effect is refused',
  },
  {
    breaks: 'a link to the customer portal kept',
    file: 'packages/stripe/src/classify.ts',
    from: `  'billing_portal.session': 'url',\n`,
    to: ``,
    test: 'packages/stripe/test/secrets.test.ts',
    named: 'of the customer portal is in nothing that the ledger keeps',
  },
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
  {
    breaks: 'an intent confirmed by hand taken for one that never was',
    file: 'packages/stripe/src/states.ts',
    from: `proof: { confirmation_method: 'automatic' },`,
    to: ``,
    test: lookups,
    named: 'manual, and the intent waits for one',
  },
  {
    breaks: 'Stripe: a client that does not use our config is taken',
    file: 'packages/stripe/src/wiring.ts',
    from: `  if (reached) return;`,
    to: `  if (reached || fieldOf(client, 'httpClient') !== undefined) return;`,
    test: asTheSdk,
    named: 'the usual client behind ours',
  },
  {
    breaks: "Stripe: writes past the SDK's own agent",
    file: 'packages/stripe/src/wiring.ts',
    from: `fieldOf(client, 'agent') ?? undefined`,
    to: `fieldOf(client, 'no_agent') ?? undefined`,
    test: asTheSdk,
    named: "leaves by the `httpAgent` of the SDK's own config",
  },
  {
    breaks: 'Stripe: what is only observed is sent in another way',
    file: 'packages/stripe/src/adapter.ts',
    from: `return passed ?? fail(error);`,
    to: `return fail(error);`,
    test: asTheSdk,
    named: 'is sent as the SDK alone sends it',
  },
  {
    breaks: "Stripe: a read that is repeated past the caller's word",
    file: 'packages/stripe/src/adapter.ts',
    from: `return passOn(setting().carrier, call);\n`,
    to: `return passOn(setting().carrier, call).catch(() => passOn(setting().carrier, call));\n`,
    test: asTheSdk,
    named: 'that is not answered in time',
  },
];
