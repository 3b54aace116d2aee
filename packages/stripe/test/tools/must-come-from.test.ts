import { stripeToolNames, stripeTools } from '@oncely/stripe/tools';
import { expect, it } from 'vitest';

import { startWorld } from '../world.ts';

const part = { payment: 'ch_1', amount: 500, currency: 'usd' };

it('a tool refunds what its case was given, and the model is told what to do about what it made up', async () => {
  const world = await startWorld();
  // oxlint-disable-next-line unicorn/no-thenable -- what a rule does then is a word, and nobody awaits it
  const mustComeFrom = { paths: ['charge'], then: 'refuse' } as const;
  const { oncely, stripe } = world.process({
    approvals: { version: 1, operations: { 'stripe.refunds.create': { mustComeFrom } } },
  });
  const tool = stripeTools(stripe, { allow: stripeToolNames }).find(({ name }) => name === 'stripe_refund_partial');
  const call = (given: object): unknown =>
    oncely.scope({ businessId: 'case_7', workflowId: 'desk', ...given }, () => tool?.execute(part));
  const refused = await call({});
  expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(String) as string });
  expect((refused as { text: string }).text).toMatch(/elsewhere: charge.*Look it up first/);
  expect(world.fake.effects('refunds.create')).toHaveLength(0);
  expect(await call({ given: { order: { charge: 'ch_1' } } })).toMatchObject({ status: 'succeeded' });
  expect(world.fake.effects('refunds.create')).toHaveLength(1);
});
