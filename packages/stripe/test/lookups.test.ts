import { isOncelyError } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { knownByName } from '../src/operations.ts';
import { slot, startWorld, type World } from './world.ts';
import type { Subject } from './subject.ts';
import { subjects } from './subjects.ts';

const month = 31 * 24 * 3_600_000;

/** Loses the answer of the write and lets the key's window go by; gives what the same call says then. */
async function muchLater(
  world: World,
  { before, write, effect }: Subject,
  kind: 'reset_after_effect' | 'reset_before_effect',
): Promise<{ readonly ids: readonly string[]; readonly outcome: unknown; readonly happened: () => readonly string[] }> {
  const { fake, raw, process, later } = world;
  const ids = await before(raw);
  const earlier = fake.effects(effect).length;
  fake.fail({ kind });
  const hasty = process({ maxAttempts: 1, waitMs: 300, landingBoundMs: 1_000 });
  await expect(hasty.effect((stripe) => write(stripe, ids))).rejects.toSatisfy(isOncelyError);
  later(month);
  const outcome: unknown = await process()
    .effect((stripe) => write(stripe, ids))
    .catch((error: unknown) => error);
  return {
    ids,
    outcome,
    happened: () =>
      fake
        .effects(effect)
        .slice(earlier)
        .map(({ id }) => id),
  };
}

describe.concurrent.each(subjects)('$name in doubt for longer than any key lasts', (subject) => {
  const { name, found, absent } = subject;

  it('is found in the way that the table says', () => {
    expect(knownByName(`stripe.${name}`)?.lookUp.kind).toBe(found);
  });

  it('happened: it is found and not sent again, or a person is asked', async () => {
    const world = await startWorld({ refundStatus: 'requires_action' });
    const { outcome, happened } = await muchLater(world, subject, 'reset_after_effect');
    const { process, fake } = world;
    expect(happened()).toHaveLength(1);
    expect(fake.requests.filter(({ path }) => path.includes('search'))).toEqual([]);
    const recorded = await process().oncely.effects.get(slot);
    if (found === 'none') {
      expect(outcome).toMatchObject({ code: 'stopped', next: 'ask-a-person' });
      expect(recorded?.stopped).toMatch(/cannot be looked up/);
      return;
    }
    expect(recorded).toMatchObject({ operation: `stripe.${name}`, state: 'succeeded', vendorId: happened()[0] });
    expect(outcome).toMatchObject({ id: happened()[0] });
  });

  it('did not happen: it is sent where that is proven, and otherwise a person is asked', async () => {
    const world = await startWorld({ refundStatus: 'requires_action' });
    const { ids, outcome, happened } = await muchLater(world, subject, 'reset_before_effect');
    const { oncely, effect } = world.process();
    if (absent === 'stopped') {
      expect(outcome).toMatchObject({ code: 'stopped', next: 'ask-a-person' });
      expect(happened()).toEqual([]);
      await oncely.effects.resolve(slot, { happened: false }, { by: 'ann' });
      await effect((stripe) => subject.write(stripe, ids));
    } else {
      expect(outcome).toMatchObject({ id: happened()[0] });
    }
    expect(happened()).toHaveLength(1);
  });
});

describe('a confirmation in doubt', () => {
  it.each([
    ['automatic', 2],
    // Once its customer has done what was asked for, one that is confirmed by hand waits to be confirmed again.
    ['manual', 1],
  ] as const)('%s, and the intent waits for one: %i sends', async (method, sends) => {
    const world = await startWorld();
    const { id } = await world.raw.paymentIntents.create({
      amount: 5,
      currency: 'usd',
      payment_method: 'pm_card_visa',
    });
    const held = { id, object: 'payment_intent', status: 'requires_confirmation', confirmation_method: method };
    world.fake.fail({ kind: 'reset_before_effect' });
    const hasty = world.process({ maxAttempts: 1 });
    await expect(hasty.effect((stripe) => stripe.paymentIntents.confirm(id))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    world.later(month);
    world.fake.fail(
      { kind: 'status', status: 200, after: 'before_effect', body: held },
      { times: Infinity, match: (request) => request.method === 'GET' },
    );
    const again = world.process().effect((stripe) => stripe.paymentIntents.confirm(id));
    if (method === 'manual') await expect(again).rejects.toMatchObject({ code: 'stopped' });
    else await again;
    expect(world.fake.requests.filter(({ path }) => path.endsWith('/confirm'))).toHaveLength(sends);
  });
});
