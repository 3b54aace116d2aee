import { expect, it } from 'vitest';

import { scope, slot, startWorld } from './world.ts';

it('whoever decides on a refund can ask what was paid, what was given back, and by whom; nothing is sent', async () => {
  const { fake, process, raw } = await startWorld();
  const customer = await raw.customers.create({ name: 'Ada', email: 'ada@example.com' });
  fake.seedCharge({ id: 'ch_2', amount: 30_00, currency: 'usd', customer: customer.id } as never);
  await raw.refunds.create({ charge: 'ch_2', amount: 10_00 });
  const { oncely, stripe } = process();
  await oncely
    .scope(scope, () =>
      oncely.effect('write', { approval: 'required' }, () => stripe.refunds.create({ charge: 'ch_2', amount: 5_00 })),
    )
    .catch(() => undefined);
  const { facts, at, problem } = await oncely.effects.facts(slot);
  expect(problem).toBeUndefined();
  expect(at).toBeGreaterThan(0);
  expect(facts).toEqual([
    { name: 'paid with ch_2', value: '30.00 USD' },
    { name: 'given back before', value: '10.00 USD' },
    { name: 'this refund', value: '5.00 USD (of 20.00 USD that are left)' },
    { name: `customer ${customer.id}`, value: 'Ada, ada@example.com' },
  ]);
  expect(fake.effects('refunds.create')).toHaveLength(1);
  expect((await oncely.effects.get(slot))?.approval?.state).toBe('pending');
});

it('says why where nothing can be read', async () => {
  const { process } = await startWorld();
  const { oncely, stripe } = process();
  await oncely
    .scope(scope, () =>
      oncely.effect('write', { approval: 'required' }, () => stripe.refunds.create({ charge: 'ch_nobody' })),
    )
    .catch(() => undefined);
  expect(await oncely.effects.facts(slot)).toMatchObject({ facts: [], problem: expect.stringMatching(/./) as string });
});
