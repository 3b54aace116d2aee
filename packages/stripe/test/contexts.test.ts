import type Stripe from 'stripe';
import { expect, it } from 'vitest';

import { startWorld } from './world.ts';

const within =
  (stripeContext: string) =>
  (stripe: Stripe): Promise<Stripe.Customer> =>
    stripe.customers.create({ name: 'A' }, { stripeContext });

it('a context is sent, resent, looked up in, read again in, and part of the input', async () => {
  const { fake, later, process } = await startWorld();
  fake.fail({ kind: 'reset_before_effect' }, { times: 2 });
  await expect(process({ looks: false, maxAttempts: 1 }).effect(within('ctx_a'))).rejects.toMatchObject({
    code: 'in_doubt',
  });
  await expect(process({ looks: false }).effect(within('ctx_b'))).rejects.toMatchObject({
    code: 'input_changed',
    message: expect.stringContaining('$context'),
  });
  await process({ looks: false, maxAttempts: 1 }).oncely.recover();
  later(24 * 3_600_000);
  await process({ looks: false }).oncely.recover();
  expect(fake.requests.map(({ method, headers }) => [method, headers['stripe-context']])).toEqual([
    ['POST', 'ctx_a'],
    ['POST', 'ctx_a'],
    ['GET', 'ctx_a'],
    ['GET', 'ctx_a'],
    ['POST', 'ctx_a'],
  ]);
  expect(fake.effects()).toHaveLength(1);
});

it('a secret of another account is read again there', async () => {
  const { fake, process } = await startWorld();
  const intent = (stripe: Stripe): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.create({ amount: 5, currency: 'usd' }, { stripeAccount: 'acct_a' });
  const first = await process().effect(intent);
  expect(await process().effect(intent)).toEqual(first);
  expect(fake.requests.map(({ method, headers }) => [method, headers['stripe-account']])).toEqual([
    ['POST', 'acct_a'],
    ['GET', 'acct_a'],
  ]);
});
