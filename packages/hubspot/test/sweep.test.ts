import { describe, expect, it } from 'vitest';

import { scope, startWorld } from './world.ts';

describe('a sweep of HubSpot', () => {
  it('finds what was created, by our property or else by its id, and what is archived since', async () => {
    const world = await startWorld();
    const { oncely, hubspot } = world.process();
    const create = (id: string): Promise<{ readonly id: string }> =>
      oncely.scope(scope, () =>
        oncely.effect(id, () =>
          hubspot.crm.contacts.basicApi.create({ properties: { email: `${id}@shop.example` }, associations: [] }),
        ),
      );
    const kept = await create('kept');
    const cleared = await create('cleared');
    const archived = await create('archived');
    await oncely.scope(scope, () =>
      oncely.effect('rename', () => hubspot.crm.contacts.basicApi.update(kept.id, { properties: { lastname: 'B' } })),
    );
    world.later(60_000);
    const written = world.sent().length;
    const clean = await oncely.sweep();
    expect(clean).toMatchObject({ examined: 3, matching: 3, missing: [], twice: [], failed: [] });
    expect(clean.cannotLookUp).toEqual({ 'hubspot.crm.contacts.update': 1 });
    expect(world.sent()).toHaveLength(written);

    await world.raw.crm.contacts.basicApi.update(cleared.id, { properties: { oncely_key: '' } });
    await world.raw.crm.contacts.basicApi.archive(archived.id);
    const found = await oncely.sweep();
    expect(found).toMatchObject({ examined: 3, matching: 2, twice: [], failed: [] });
    expect(found.missing).toEqual([
      { slot: 'case_1:test:archived', operation: 'hubspot.crm.contacts.create', vendorId: archived.id },
    ]);
  });
});
