import type Stripe from 'stripe';
import { expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

const upload =
  (data: Buffer) =>
  (stripe: Stripe): Promise<Stripe.File> =>
    stripe.files.create({ purpose: 'dispute_evidence', file: { data, name: 'a.pdf', type: 'application/pdf' } });

it('a file is resent by any process, byte for byte', async () => {
  const { fake, process } = await startWorld();
  fake.fail({ kind: 'reset_after_effect' });
  const small = upload(Buffer.from([0, 255, 13, 10, 45, 45]));
  await expect(process({ maxAttempts: 1 }).effect(small)).rejects.toMatchObject({ code: 'in_doubt' });
  await process().oncely.recover();
  const [first, second] = fake.requests;
  expect([second?.body, second?.headers['content-type']]).toEqual([first?.body, first?.headers['content-type']]);
  expect(await process().effect(small)).toMatchObject({ id: fake.effects()[0]?.id });
  expect(fake.effects()).toHaveLength(1);
});

it('one that is too large to be kept is resent by the same call alone, under the same key', async () => {
  const { fake, kept, keys, process } = await startWorld();
  fake.fail({ kind: 'reset_after_effect' });
  const large = upload(Buffer.alloc(300_000, 'x'));
  await expect(process({ maxAttempts: 1 }).effect(large)).rejects.toMatchObject({ code: 'in_doubt' });
  expect((await kept()).length).toBeLessThan(20_000);
  const { oncely, effect } = process();
  expect((await oncely.recover()).open).toEqual([{ slot, reason: expect.any(String) }]);
  expect(fake.requests).toHaveLength(1);
  expect(await effect(large)).toMatchObject({ id: fake.effects()[0]?.id, size: 300_000 });
  expect(new Set(keys()).size).toBe(1);
  expect(fake.effects()).toHaveLength(1);
});
