import type { StatusFault } from '@oncely/testing/fakes/faults';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { slot, startWorld, type World } from './world.ts';

const hour = 3_600_000;
const others = 120;

interface Subject {
  readonly name: string;
  readonly list: string;
  readonly create: (stripe: Stripe, customer: string) => Promise<{ readonly id: string }>;
}

const subjects: readonly Subject[] = [
  {
    name: 'refunds.create',
    list: '/v1/refunds',
    create: (stripe) => stripe.refunds.create({ charge: 'ch_1', amount: 7 }),
  },
  {
    name: 'payment_intents.create',
    list: '/v1/payment_intents',
    create: (stripe, customer) => stripe.paymentIntents.create({ amount: 7, currency: 'usd', customer }),
  },
  {
    name: 'customers.create',
    list: '/v1/customers',
    create: (stripe) => stripe.customers.create({ email: 'a@example.com' }),
  },
  { name: 'invoices.create', list: '/v1/invoices', create: (stripe, customer) => stripe.invoices.create({ customer }) },
];

const refund = (stripe: Stripe): Promise<Stripe.Refund> => stripe.refunds.create({ charge: 'ch_1', amount: 1000 });
const isOurs = ({ key }: { key: string | undefined }): boolean => key?.startsWith('oncely_') === true;
const reads = (fake: World['fake'], path: string): number =>
  fake.requests.filter((each) => each.method === 'GET' && each.path === path).length;

describe.concurrent.each(subjects)('$name in doubt behind the window of its key', ({ name, list, create }) => {
  it('is found by list on a later page, and not sent again', async () => {
    const { fake, later, process, raw } = await startWorld();
    const customer = (await raw.customers.create()).id;
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ maxAttempts: 1 }).effect((stripe) => create(stripe, customer))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    // The same again by hand, newer, so that ours is behind the first hundred.
    for (let count = 0; count < others; count += 1) await create(raw, customer);
    later(24 * hour);
    const result = await process().effect((stripe) => create(stripe, customer));
    const effects = fake.effects(name).filter(isOurs);
    expect(effects.map(({ id }) => id)).toEqual([result.id]);
    expect(reads(fake, list)).toBe(2);
    expect(fake.requests.filter(({ path }) => path.includes('search'))).toEqual([]);
  });

  it('is sent under another key where it is proven absent', async () => {
    const { fake, keys, later, process, raw } = await startWorld();
    const customer = (await raw.customers.create()).id;
    fake.fail({ kind: 'reset_before_effect' });
    await expect(process({ maxAttempts: 1 }).effect((stripe) => create(stripe, customer))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    later(24 * hour);
    const { oncely, effect } = process();
    const result = await effect((stripe) => create(stripe, customer));
    expect(
      fake
        .effects(name)
        .filter(isOurs)
        .map(({ id }) => id),
    ).toEqual([result.id]);
    const [, first, second] = keys();
    expect(second).not.toBe(first);
    expect(reads(fake, list), 'two complete looks').toBe(2);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', generation: 2 });
  });
});

describe('the window of the key', () => {
  it('is 23 hours from the first attempt: before, the same key is sent again', async () => {
    const { fake, keys, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(22.9 * hour);
    await process({ looks: false }).effect(refund);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()).toHaveLength(2);
    expect(fake.effects()).toHaveLength(1);
  });

  it('is counted from the first attempt, not from the last', async () => {
    const { fake, keys, later, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' }, { times: 2 });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(22 * hour);
    await expect(process({ looks: false, maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(2 * hour);
    await process({ looks: false }).effect(refund);
    const [first, second, third] = keys();
    expect([second === first, third === first]).toEqual([true, false]);
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('a look-up', () => {
  it('finds two where a request lands after all, behind the landing bound', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'late_landing', ms: 1_000 });
    await expect(process({ maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * hour);
    const { oncely, effect } = process();
    await effect(refund);
    await fake.settled();
    expect(fake.effects(), 'the bound was broken').toHaveLength(2);
    later(1_000);
    const { diverged } = await oncely.recover();
    expect(diverged).toEqual([slot]);
    expect((await oncely.effects.get(slot))?.divergence?.toSorted()).toEqual(
      fake
        .effects()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('without the right to list stops for a person, and goes on once it is given', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * hour);
    const body = {
      error: { type: 'invalid_request_error', message: 'The provided key does not have the required permissions' },
    };
    fake.fail(
      { kind: 'status', status: 403, after: 'before_effect', body },
      { match: ({ method }) => method === 'GET' },
    );
    const { oncely, effect } = process();
    await expect(effect(refund)).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('may not read'),
    });
    await oncely.effects.probeAgain(slot, { by: 'ann' });
    const result = await effect(refund);
    expect(fake.effects().map(({ id }) => id)).toEqual([result.id]);
  });

  it('that fails leaves the effect in doubt', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * hour);
    fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { match: ({ method }) => method === 'GET', times: 3 });
    await expect(process({ waitMs: 900 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    const result = await process().effect(refund);
    expect(fake.effects().map(({ id }) => id)).toEqual([result.id]);
  });
});

describe('a deletion', () => {
  it('of what is not there is an error, and stays one', async () => {
    const { keys, process } = await startWorld();
    for (let run = 1; run <= 2; run += 1) {
      const gone = process().effect((stripe) => stripe.customers.del('cus_nobody'));
      await expect(gone).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
    }
    expect(keys()).toEqual([undefined]);
  });

  it('in doubt is read back, and done where the object is gone', async () => {
    const { fake, process, raw } = await startWorld();
    const { id } = await raw.customers.create();
    fake.fail({ kind: 'reset_after_effect' });
    const body = {
      error: { type: 'invalid_request_error', code: 'resource_missing', message: `No such customer: '${id}'` },
    };
    fake.fail(
      { kind: 'status', status: 404, after: 'before_effect', body },
      { match: ({ method }) => method === 'GET' },
    );
    const result = await process().effect((stripe) => stripe.customers.del(id));
    expect(result).toMatchObject({ id, object: 'customer', deleted: true });
    expect(fake.effects('customers.delete')).toHaveLength(1);
    expect(fake.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});

describe('a deletion outside of the table', () => {
  const answer = (body: unknown, status = 200): StatusFault => ({
    kind: 'status',
    status,
    after: 'before_effect',
    body,
  });
  const cancel = (stripe: Stripe): Promise<Stripe.Subscription> => stripe.subscriptions.cancel('sub_1');
  const reading = { match: ({ method }: { method: string }): boolean => method === 'GET' };

  it('is done where the object stays and says cancelled', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    fake.fail(answer({ id: 'sub_1', object: 'subscription', status: 'canceled' }), reading);
    await expect(process().effect(cancel)).resolves.toMatchObject({ id: 'sub_1', status: 'canceled' });
    expect(fake.requests.map(({ method }) => method)).toEqual(['DELETE', 'GET']);
  });

  it('is read back without its parameters, which a read does not take', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    fake.fail(answer({ id: 'sub_1', object: 'subscription', status: 'canceled' }), reading);
    const { effect, oncely } = process();
    await effect((stripe) => stripe.subscriptions.cancel('sub_1', { prorate: true }));
    expect(fake.requests.map(({ query }) => query.toString())).toEqual(['prorate=true', '']);
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'succeeded', vendorId: 'sub_1' });
  });

  it('stops for a person where the path cannot be read: that 404 is not of the object', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    const { effect } = process();
    const remove = (stripe: Stripe): Promise<unknown> => stripe.rawRequest('DELETE', '/v1/of_a_newer_sdk/thing_1A');
    await expect(effect(remove)).rejects.toMatchObject({ code: 'stopped' });
    expect(fake.requests.map(({ method }) => method)).toEqual(['DELETE', 'GET']);
  });

  it('stops for a person where the SDK itself cannot read what it deletes', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    const { effect, oncely } = process();
    await expect(effect((stripe) => stripe.customers.deleteDiscount('cus_1'))).rejects.toMatchObject({
      code: 'stopped',
    });
    expect(fake.requests.map(({ method }) => method)).toEqual(['DELETE']);
    expect(await oncely.effects.get(slot)).toMatchObject({ operation: 'stripe.customers.deleteDiscount' });
  });
});
