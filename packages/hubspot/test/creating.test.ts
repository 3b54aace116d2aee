import { isOncelyError } from '@oncely/core';
import { existingIdOf } from '@oncely/hubspot';
import { describe, expect, it } from 'vitest';

import { slot, startWorld, type World } from './world.ts';

const ada = { properties: { email: 'ada@example.com', firstname: 'Ada' }, associations: [] };

const contacts = ({ fake }: World): number => fake.effects('contacts.create').length;

describe('a contact', () => {
  it('is created once, whoever asks again, and carries our key', async () => {
    const world = await startWorld();
    const first = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    const again = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(again).toEqual(first);
    expect(contacts(world)).toBe(1);
    expect(world.fake.peek('contacts', first.id)?.['oncely_key']).toMatch(/^oncely_[0-9a-f]{48}$/);
    expect(world.sent()).toEqual(['POST /crm/v3/objects/contacts']);
  });

  it('that was created without an answer is found by its key and not created again', async () => {
    const world = await startWorld();
    world.fake.fail({ kind: 'reset_after_effect' });
    const made = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(made).toMatchObject({ id: world.fake.effects()[0]?.id, properties: { firstname: 'Ada' } });
    expect(contacts(world)).toBe(1);
    expect(world.sent()).toHaveLength(1);
    expect(world.fake.requests.some(({ path }) => path.endsWith('/search'))).toBe(false);
  });

  it('whose first request lands after the second answered is one all the same: the constraint arbitrates', async () => {
    const world = await startWorld();
    world.fake.fail({ kind: 'late_landing', ms: 600 });
    const made = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    await world.fake.settled();
    expect(contacts(world)).toBe(1);
    expect(world.sent()).toHaveLength(2);
    expect(world.fake.effects()[0]?.id).toBe(made.id);
  });

  it.each(['conflict', 'identity_profile'] as const)(
    'that meets itself in a conflict (%s) is done, and is read back',
    async (email) => {
      const world = await startWorld({ conflicts: { email } });
      world.fake.fail({ kind: 'reset_after_effect' });
      // The look-up says that nothing is there, as it does where a replica lags; the create then meets itself.
      world.fake.fail(
        {
          kind: 'status',
          status: 200,
          after: 'before_effect',
          body: {
            status: 'COMPLETE',
            results: [],
            startedAt: '2026-01-01T00:00:00Z',
            completedAt: '2026-01-01T00:00:00Z',
          },
        },
        { times: 2, match: ({ path }) => path.endsWith('/batch/read') },
      );
      const made = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
      expect(made.id).toBe(world.fake.effects()[0]?.id);
      expect(contacts(world)).toBe(1);
      expect(world.sent()).toHaveLength(2);
    },
  );

  it.each(['coordinates', 'coordinates_with_context', 'property_values', 'conflict'] as const)(
    'whose own key is taken by itself (%s) is done',
    async (property) => {
      const world = await startWorld({ conflicts: { property } });
      world.fake.fail({ kind: 'reset_after_effect' });
      world.fake.fail(
        {
          kind: 'status',
          status: 200,
          after: 'before_effect',
          body: {
            status: 'COMPLETE',
            results: [],
            startedAt: '2026-01-01T00:00:00Z',
            completedAt: '2026-01-01T00:00:00Z',
          },
        },
        { times: 2, match: ({ path }) => path.endsWith('/batch/read') },
      );
      const company = { properties: { name: 'Acme' }, associations: [] };
      const { effect, oncely } = world.process();
      const made = await effect((hubspot) => hubspot.crm.companies.basicApi.create(company));
      expect(made.id).toBe(world.fake.effects()[0]?.id);
      expect(world.fake.effects('companies.create')).toHaveLength(1);
      expect(world.sent()).toHaveLength(2);
      const attempts = (await oncely.effects.get(slot))?.attempts;
      expect(attempts?.map(({ evidence }) => evidence)).toEqual(['unknown', 'accepted']);
    },
  );

  it.each(['conflict', 'identity_profile'] as const)(
    "that another's e-mail stands in the way of is rejected (%s), with the existing id and without its associations",
    async (email) => {
      const world = await startWorld({ conflicts: { email } });
      const existing = world.fake.seed('contacts', { email: 'ada@example.com' });
      const deal = world.fake.seed('deals', { dealname: 'Big' });
      const withDeal = {
        ...ada,
        associations: [
          { to: { id: deal }, types: [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 4 }] },
        ],
      };
      const create = (): Promise<unknown> =>
        world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(withDeal));
      const error: unknown = await create().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 409 });
      expect(existingIdOf(error)).toBe(existing);
      await expect(create()).rejects.toMatchObject({ code: 409 });
      expect(world.sent()).toHaveLength(1);
      expect(world.fake.effects()).toEqual([]);
    },
  );

  it('that was archived since is found all the same', async () => {
    const world = await startWorld({ archivedValues: 'held' });
    world.fake.fail({ kind: 'reset_after_effect' });
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
    const impatient = world.process({ waitMs: 300 });
    await expect(impatient.effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    const id = world.fake.effects()[0]?.id ?? '';
    world.fake.heal();
    await world.raw.crm.contacts.basicApi.archive(id);
    const found = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(found).toMatchObject({ id, archived: true });
    expect(contacts(world)).toBe(1);
  });

  it('that was merged into another since answers as the one that won', async () => {
    const world = await startWorld({ mergedValues: 'redirect' });
    const winner = world.fake.seed('contacts', { email: 'winner@example.com' });
    world.fake.fail({ kind: 'reset_after_effect' });
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
    await expect(
      world.process({ waitMs: 300 }).effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada)),
    ).rejects.toMatchObject({ code: 'in_doubt' });
    world.fake.heal();
    const [made] = world.fake.effects('contacts.create');
    await world.raw.crm.contacts.basicApi.merge({ primaryObjectId: winner, objectIdToMerge: made?.id ?? '' });
    const found = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(found.id).toBe(winner);
    expect(contacts(world)).toBe(1);
  });
});

describe('a portal without the property', () => {
  it('gets nothing created, and an error that names the fix; the same call works once it is there', async () => {
    const world = await startWorld({ bare: true });
    const { effect, oncely } = world.process();
    const error: unknown = await effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada)).catch(
      (thrown: unknown) => thrown,
    );
    if (!isOncelyError(error)) throw error;
    expect(error).toMatchObject({ code: 'not_sent', next: 'fix-code' });
    expect(error.message).toContain('does not have the property oncely_key on contacts');
    expect(error.message).toContain('npx @oncely/hubspot provision --objects contacts');
    expect(world.sent()).toEqual([]);
    expect((await oncely.effects.get(slot))?.state).toBe('ready');
    world.fake.seedProperty('contacts', 'oncely_key');
    await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(contacts(world)).toBe(1);
  });

  it('is told so by the create itself where the token may not look', async () => {
    const world = await startWorld({
      bare: true,
      tokens: { limited: { scopes: ['crm.objects.contacts.write', 'crm.objects.contacts.read'] } },
    });
    const { effect } = world.process({ accessToken: 'limited' });
    await expect(effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 'not_sent',
      next: 'fix-code',
      message: expect.stringContaining('provision'),
    });
    expect(contacts(world)).toBe(0);
  });

  it('is not taken for one that has it where the property is there and not unique', async () => {
    const world = await startWorld({ bare: true });
    world.fake.seedProperty('contacts', 'oncely_key', { hasUniqueValue: false });
    await expect(world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 'not_sent',
      message: expect.stringContaining('not as unique'),
    });
    expect(contacts(world)).toBe(0);
  });

  it('creates in the weaker class where that was chosen: without a key, and a doubt waits for a person', async () => {
    const world = await startWorld({ bare: true });
    const { effect, oncely } = world.process({ missingProperty: 'weaker' });
    world.fake.fail({ kind: 'reset_after_effect' });
    await expect(effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 'stopped',
    });
    expect(contacts(world)).toBe(1);
    expect(world.sent()).toHaveLength(1);
    expect((await oncely.effects.get(slot))?.state).toBe('stopped');
    expect(await world.kept()).toContain('"kind\\":\\"unverifiable');
    expect(world.fake.effects()[0]?.properties).not.toHaveProperty('oncely_key');
  });

  it('that lost the property after the send does not pass for one where nothing happened', async () => {
    const world = await startWorld();
    world.fake.fail({ kind: 'reset_after_effect' });
    world.fake.fail(
      {
        kind: 'status',
        status: 400,
        after: 'before_effect',
        body: {
          status: 'error',
          category: 'VALIDATION_ERROR',
          message: 'Property oncely_key does not exist',
          correlationId: 'c',
        },
      },
      { times: Infinity, match: isBatchRead },
    );
    await expect(world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('oncely_key'),
    });
    expect(contacts(world)).toBe(1);
  });
});

function isBatchRead({ path }: { readonly path: string }): boolean {
  return path.endsWith('/batch/read');
}
