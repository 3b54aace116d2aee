import { stripeToolNames, stripeTools, type StripeForTools } from '@oncely/stripe/tools';
import { toolProblems } from '@oncely/testing/conformance/tools';
import Stripe from 'stripe';
import { expect, it } from 'vitest';

const stripe: StripeForTools = new Stripe('sk_test_1');
const tools = stripeTools(stripe, { allow: stripeToolNames });

it('fits every framework', () => {
  expect(toolProblems(tools)).toEqual([]);
});

it('has twelve writes and more, and a few reads', () => {
  expect(tools.filter(({ annotations }) => !annotations.readOnly)).toHaveLength(14);
  expect(tools.filter(({ annotations }) => annotations.readOnly)).toHaveLength(5);
});

it('gives only what is allowed, and refuses a name that there is not', () => {
  expect(stripeTools(stripe, { allow: ['stripe_get_invoice'] }).map(({ name }) => name)).toEqual([
    'stripe_get_invoice',
  ]);
  expect(() => stripeTools(stripe, { allow: ['stripe_refund' as never] })).toThrow(/there is no tool "stripe_refund"/);
  expect(() => stripeTools(stripe, { allow: [], maxOccurrence: { stripe_refnd: 2 } as never })).toThrow(/no tool/);
});

it('offers further occurrences only where the policy allows any', () => {
  const offers = (maxOccurrence: number): boolean => {
    const [tool] = stripeTools(stripe, { allow: ['stripe_refund_partial'], maxOccurrence });
    return JSON.stringify(tool?.inputSchema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' })).includes(
      'occurrence',
    );
  };
  expect([offers(1), offers(2)]).toEqual([false, true]);
});
