import { describe, expect, it } from 'vitest';

import { scope, slot, startWorld } from './world.ts';

const refund = { charge: 'ch_1', amount: 1_000 };

describe('a sweep of Stripe', () => {
  it('finds what is there once, what is there twice, and what is gone, and tells each once', async () => {
    const { fake, process, later, raw, ledger } = await startWorld();
    const { oncely, stripe, effect } = process({ landingBoundMs: 600_000 });
    const made = await effect((client) => client.refunds.create(refund));
    const customer = await oncely.scope(scope, () =>
      oncely.effect('customer', () => stripe.customers.create({ name: 'A' })),
    );
    await oncely.scope(scope, () => oncely.effect('rename', () => stripe.customers.update(customer.id, { name: 'B' })));
    expect((await oncely.sweep()).examined).toBe(0); // what is on its way may still land
    later(700_000);
    const writes = fake.requests.filter(({ method }) => method !== 'GET').length;
    const clean = await oncely.sweep();
    expect(clean).toMatchObject({ examined: 2, matching: 2, missing: [], twice: [], failed: [] });
    expect(clean.cannotLookUp).toEqual({ 'stripe.customers.update': 1 });
    expect(fake.requests.filter(({ method }) => method !== 'GET')).toHaveLength(writes);

    const double = await raw.refunds.create({
      ...refund,
      metadata: { oncely_key: made.metadata?.['oncely_key'] ?? '' },
    });
    await raw.customers.del(customer.id);
    const before = await ledger.history(slot);
    const found = await oncely.sweep();
    expect(found.twice).toEqual([
      {
        slot,
        operation: 'stripe.refunds.create',
        vendorId: made.id,
        vendorIds: expect.arrayContaining([made.id, double.id]),
      },
    ]);
    expect(found.missing).toEqual([
      { slot: 'case_1:test:customer', operation: 'stripe.customers.create', vendorId: customer.id },
    ]);
    expect((await oncely.effects.get(slot))?.divergence).toEqual(expect.arrayContaining([made.id, double.id]));
    const events = await oncely.effects.history(slot);
    expect(events.slice(before.length).map(({ event }) => event['type'])).toEqual(['probed', 'diverged']);
    const gone = await oncely.effects.history('case_1:test:customer');
    expect(gone.at(-1)?.event).toMatchObject({ type: 'probed', answer: 'absent' });

    // The same again is reported and not written again.
    const rows = JSON.stringify((await ledger.list({ limit: 10 })).rows.map(({ revision }) => revision));
    expect(await oncely.sweep()).toMatchObject({ twice: found.twice, missing: found.missing });
    expect(JSON.stringify((await ledger.list({ limit: 10 })).rows.map(({ revision }) => revision))).toBe(rows);
  }, 60_000);

  it('is bounded, goes on at its cursor, and looks only at the time asked for; tombstones too', async () => {
    const { process, later } = await startWorld();
    const { oncely, stripe } = process({ retention: { tombstoneAfterMs: 0 } });
    const begun = Date.now();
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await oncely.scope({ ...scope, businessId: id }, () =>
        oncely.effect('refund', () => stripe.refunds.create({ ...refund, amount: 10 })),
      );
    }
    later(3_600_000);
    expect(await oncely.prune()).toMatchObject({ compacted: 5 });
    const first = await oncely.sweep({ limit: 2 });
    expect(first).toMatchObject({ examined: 2, matching: 2, next: expect.any(String) });
    const rest = await oncely.sweep({ cursor: first.next ?? '' });
    expect(rest).toMatchObject({ examined: 3, matching: 3 });
    expect(rest.next).toBeUndefined();
    expect((await oncely.sweep({ since: new Date(begun + 1_800_000) })).examined).toBe(0);
    expect((await oncely.sweep({ until: new Date(begun - 60_000) })).examined).toBe(0);
    expect(await oncely.sweep({ deadlineMs: 0 })).toMatchObject({ examined: 0, next: '' });
  }, 60_000);
});
