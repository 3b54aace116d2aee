import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { slot, startWorld, type World } from './world.ts';

const hour = 3_600_000;
const pay = (card: string) => (stripe: Stripe) =>
  stripe.paymentIntents.create({ amount: 5_000, currency: 'usd', confirm: true, payment_method: card });
const paid = ({ fake }: World): number =>
  fake.effects(({ operation }) => operation.startsWith('payment_intents')).length;
const refund = (stripe: Stripe): Promise<Stripe.Refund> => stripe.refunds.create({ charge: 'ch_1', amount: 100 });

describe('a payment that is found behind the window of its key', () => {
  it('is no success where it was declined', async () => {
    const world = await startWorld();
    world.fake.fail({ kind: 'reset_after_effect' });
    await expect(process1(world)(pay('pm_card_chargeDeclined'))).rejects.toMatchObject({ code: 'in_doubt' });
    world.later(25 * hour);
    const { oncely } = world.process();
    await oncely.recover();
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'rejected' });
    expect(paid(world)).toBe(0);
  });

  it('is not the other one that was declined before', async () => {
    const world = await startWorld();
    await expect(process1(world)(pay('pm_card_chargeDeclined'))).rejects.toMatchObject({ code: 'card_declined' });
    world.fake.fail({ kind: 'reset_before_effect' });
    await expect(process1(world)(pay('pm_card_visa'))).rejects.toMatchObject({ code: 'in_doubt' });
    world.later(25 * hour);
    await expect(world.process().effect(pay('pm_card_visa'))).resolves.toMatchObject({ status: 'succeeded' });
    expect(paid(world)).toBe(1);
  });

  it('that was made without being confirmed has been made', async () => {
    const world = await startWorld();
    const make = (stripe: Stripe): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create({ amount: 5_000, currency: 'usd' });
    world.fake.fail({ kind: 'reset_after_effect' });
    await expect(process1(world)(make)).rejects.toMatchObject({ code: 'in_doubt' });
    world.later(25 * hour);
    await expect(world.process().effect(make)).resolves.toMatchObject({ status: 'requires_payment_method' });
    expect(paid(world)).toBe(1);
  });
});

function process1(world: World): ReturnType<World['process']>['effect'] {
  return world.process({ maxAttempts: 1 }).effect;
}

describe('our marker', () => {
  it('on a refund of another amount is no proof: a person looks, and nothing is sent', async () => {
    const world = await startWorld();
    const { fake, raw, later, process } = world;
    fake.fail({ kind: 'reset_before_effect' });
    await expect(process1(world)(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    const { body } = fake.requests.at(-1) as { body: string };
    const metadata = { oncely_key: new URLSearchParams(body).get('metadata[oncely_key]') ?? '' };
    await raw.refunds.create({ charge: 'ch_1', amount: 7, metadata });
    later(25 * hour);
    await expect(process().effect(refund)).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('its amount is not what was asked for'),
    });
    expect(fake.effects('refunds.create')).toHaveLength(1);
  });

  it.each<[string, (stripe: Stripe) => Promise<unknown>]>([
    ['create', (stripe) => stripe.refunds.create({ charge: 'ch_1', metadata: { oncely_key: 'x' } })],
    ['update', (stripe) => stripe.customers.update('cus_1', { metadata: { order: '1', oncely_key: '' } })],
    [
      'nested',
      (stripe) =>
        stripe.checkout.sessions.create({ payment_intent_data: { metadata: { oncely_key: 'x' } }, mode: 'payment' }),
    ],
    ['raw request', (stripe) => stripe.rawRequest('POST', '/v2/core/accounts', { metadata: { oncely_key: 'x' } })],
    [
      'upload',
      (stripe) =>
        stripe.files.create({
          file: { data: Buffer.from('x'), name: 'x.txt', type: 'text/plain' },
          purpose: 'dispute_evidence',
          file_link_data: { create: true, metadata: { oncely_key: 'x' } },
        }),
    ],
  ])('is refused as a value of the caller’s in a write: %s', async (_name, write) => {
    const { fake, process } = await startWorld();
    const { oncely, effect } = process();
    await expect(effect(write)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('oncely_key'),
    });
    expect(fake.requests).toEqual([]);
    expect(await oncely.effects.get(slot)).toBeUndefined();
  });
});
