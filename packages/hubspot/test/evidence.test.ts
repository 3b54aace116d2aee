import type { Client } from '@hubspot/api-client';
import { describe, expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

// What is taken for proof of an effect, and what nobody may put there.

describe("a caller's own value under our property", () => {
  const own = { firstname: 'M', oncely_key: 'oncely_forged' };
  const json = (path: string, body: unknown) => (hubspot: Client) =>
    hubspot.apiRequest({ method: 'POST', path, body }) as Promise<unknown>;
  const cases: Readonly<Record<string, (hubspot: Client) => Promise<unknown>>> = {
    create: ({ crm }) => crm.contacts.basicApi.create({ properties: own, associations: [] }),
    update: ({ crm }) => crm.contacts.basicApi.update('1', { properties: own }),
    'another case': ({ crm }) => crm.contacts.basicApi.update('1', { properties: { Oncely_Key: 'x' } }),
    'batch create': ({ crm }) => crm.contacts.batchApi.create({ inputs: [{ properties: own, associations: [] }] }),
    'batch update': ({ crm }) => crm.contacts.batchApi.update({ inputs: [{ id: '1', properties: own }] }),
    upsert: ({ crm }) =>
      crm.contacts.batchApi.upsert({ inputs: [{ id: 'a@example.com', idProperty: 'email', properties: own }] }),
    'an upsert by it': ({ crm }) =>
      crm.contacts.batchApi.upsert({ inputs: [{ id: 'oncely_forged', idProperty: 'oncely_key', properties: {} }] }),
    apiRequest: json('/crm/v3/objects/contacts', { properties: own }),
    'a legacy path': json('/contacts/v1/contact', { properties: [{ property: 'oncely_key', value: 'x' }] }),
    'an import': ({ crm }) =>
      crm.imports.coreApi.create({ data: Buffer.from('email,oncely_key\na@x.example,x'), name: 'a.csv' }, '{}'),
  };
  it.each(Object.entries(cases))('is refused in %s', async (_, write) => {
    const world = await startWorld();
    const { effect, oncely } = world.process();
    await expect(effect(write)).rejects.toMatchObject({ code: 'invalid_input', next: 'fix-code' });
    await expect(effect(write)).rejects.toThrow(/oncely_key/i);
    expect(world.fake.requests).toEqual([]);
    expect(await oncely.effects.get(slot)).toBeUndefined();
  });

  it('is nobody else: the property itself can be made, and what is read by it changed', async () => {
    const world = await startWorld({ bare: true });
    const { effect } = world.process();
    await effect(({ crm }) =>
      crm.properties.coreApi.create('contacts', {
        name: 'oncely_key',
        label: 'Key',
        groupName: 'contactinformation',
        type: 'string' as never,
        fieldType: 'text' as never,
        hasUniqueValue: true,
      }),
    );
    expect(world.fake.effects()).toHaveLength(1);
  });
});
