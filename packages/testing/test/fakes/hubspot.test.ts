import { Client } from '@hubspot/api-client';
import { afterEach, describe, expect, it } from 'vitest';

import { startHubSpotFake } from '../../src/fakes/hubspot.ts';
import type { HubSpotFake, HubSpotFakeOptions } from '../../src/fakes/hubspot.ts';

const open: HubSpotFake[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function start(options: HubSpotFakeOptions = {}): Promise<{ fake: HubSpotFake; hubspot: Client }> {
  const fake = await startHubSpotFake(options);
  open.push(fake);
  return { fake, hubspot: new Client({ accessToken: 'token', basePath: fake.url }) };
}

describe('a record', () => {
  it('is created, read, changed and archived, an effect each', async () => {
    const { fake, hubspot } = await start({ now: () => Date.UTC(2026, 0, 2) });
    const { contacts } = hubspot.crm;
    const made = await contacts.basicApi.create({ properties: { email: ' Ada@Example.com', firstname: 'Ada' } });
    expect(made).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      properties: { email: 'ada@example.com', firstname: 'Ada', hs_object_id: made.id },
      createdAt: new Date('2026-01-02T00:00:00.000Z'),
      archived: false,
    });
    const changed = await contacts.basicApi.update(made.id, { properties: { firstname: '', lastname: 'L' } });
    expect(changed.properties).toMatchObject({ lastname: 'L' });
    const read = await contacts.basicApi.getById(made.id, ['firstname', 'phone', 'nonsense']);
    expect(Object.keys(read.properties)).toEqual([
      'createdate',
      'firstname',
      'hs_object_id',
      'lastmodifieddate',
      'phone',
    ]);
    expect(read.properties).toMatchObject({ firstname: null, phone: null });

    await contacts.basicApi.archive(made.id);
    await contacts.basicApi.archive(made.id);
    await expect(contacts.basicApi.getById(made.id)).rejects.toMatchObject({
      code: 404,
      body: { category: 'OBJECT_NOT_FOUND' },
    });
    expect(await contacts.basicApi.getById(made.id, [], [], [], true)).toMatchObject({
      archived: true,
      archivedAt: expect.any(Date),
    });
    expect(fake.effects().map(({ operation, id }) => [operation, id])).toEqual([
      ['contacts.create', made.id],
      ['contacts.update', made.id],
      ['contacts.archive', made.id],
    ]);
    expect(fake.effects(({ properties }) => properties['email'] === 'ada@example.com')).toHaveLength(1);
  });

  it('is of any type, by name, singular or id', async () => {
    const { fake, hubspot } = await start();
    const { basicApi } = hubspot.crm.objects;
    const { id } = await hubspot.crm.deals.basicApi.create({ properties: { dealname: 'd', amount: '10' } });
    for (const name of ['deals', 'deal', '0-3']) expect((await basicApi.getById(name, id)).id).toBe(id);
    await basicApi.create('notes', { properties: { hs_timestamp: '1700000000000', hs_note_body: 'n' } });
    await expect(basicApi.create('notes', { properties: {} })).rejects.toMatchObject({
      code: 400,
      body: { context: { properties: ['hs_timestamp'] } },
    });
    await expect(basicApi.getById('spaceships', '1')).rejects.toMatchObject({ code: 400 });
    expect(fake.effects()).toHaveLength(2);
  });

  it('refuses values that its properties do not take, all in one message', async () => {
    const { fake, hubspot } = await start();
    const properties = { email: 'no', nonsense: '1', hs_object_id: '1' };
    const error = await hubspot.crm.contacts.basicApi.create({ properties }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 400, body: { status: 'error', category: 'VALIDATION_ERROR' } });
    const { message } = (error as { body: { message: string } }).body;
    const complaints = JSON.parse(message.replace('Property values were not valid: ', '')) as { error: string }[];
    expect(complaints.map((complaint) => complaint.error)).toEqual([
      'INVALID_EMAIL',
      'PROPERTY_DOESNT_EXIST',
      'READ_ONLY_VALUE',
    ]);
    expect(fake.effects()).toHaveLength(0);
  });

  it('is listed in pages', async () => {
    const { fake, hubspot } = await start();
    const ids = ['a', 'b', 'c'].map((name) => fake.seed('companies', { name }));
    const first = await hubspot.crm.companies.basicApi.getPage(2);
    const next = await hubspot.crm.companies.basicApi.getPage(2, first.paging?.next?.after);
    expect([...first.results, ...next.results].map(({ id }) => id)).toEqual(ids);
    expect(next.paging).toBeUndefined();
  });
});

describe('a unique value', () => {
  it('of an e-mail is refused with the id of who has it', async () => {
    const { fake, hubspot } = await start();
    const { basicApi } = hubspot.crm.contacts;
    const { id } = await basicApi.create({ properties: { email: 'a@x.io' } });
    await expect(basicApi.create({ properties: { email: 'A@x.io' } })).rejects.toMatchObject({
      code: 409,
      body: { message: `Contact already exists. Existing ID: ${id}`, category: 'CONFLICT' },
    });
    fake.conflicts({ email: 'identity_profile' });
    await expect(basicApi.create({ properties: { email: 'a@x.io' } })).rejects.toMatchObject({
      code: 409,
      body: { category: 'OBJECT_ALREADY_EXISTS', identityProfile: { vid: Number(id) }, error: 'CONTACT_EXISTS' },
    });
    expect(fake.effects()).toHaveLength(1);
  });

  it('of a property is refused in each of the shapes, on create and on update', async () => {
    const { fake, hubspot } = await start();
    fake.seedProperty('deals', 'oncely_key');
    const { basicApi } = hubspot.crm.deals;
    const properties = { oncely_key: 'k1' };
    const { id } = await basicApi.create({ properties });
    const other = fake.seed('deals', {});
    const coordinates = new RegExp(
      `^Cannot set PropertyValueCoordinates\\{portalId=1, objectTypeId=ObjectTypeId\\{legacyObjectType=DEAL\\}, propertyName=oncely_key, value=k1\\} on \\d+\\. ${id} already has that value\\.$`,
    );
    const conflict = { code: 400, body: { message: expect.stringMatching(coordinates), category: 'VALIDATION_ERROR' } };
    await expect(basicApi.create({ properties })).rejects.toMatchObject(conflict);
    await expect(basicApi.update(other, { properties })).rejects.toMatchObject(conflict);
    await basicApi.update(id, { properties });

    fake.conflicts({ property: 'coordinates_with_context' });
    await expect(basicApi.create({ properties })).rejects.toMatchObject({
      body: { context: { existingObjectId: [id], propertyName: ['oncely_key'], conflictingValue: ['k1'] } },
    });
    fake.conflicts({ property: 'property_values' });
    await expect(basicApi.create({ properties })).rejects.toMatchObject({
      code: 400,
      body: { message: expect.stringContaining('CONFLICTING_UNIQUE_VALUE') },
    });
    fake.conflicts({ property: 'conflict' });
    await expect(basicApi.create({ properties })).rejects.toMatchObject({
      code: 409,
      body: { message: `Deal already exists. Existing ID: ${id}` },
    });
    expect(fake.effects('deals.create')).toHaveLength(1);
  });

  it('has one winner however many want it at once', async () => {
    const { fake, hubspot } = await start();
    fake.seedProperty('deals', 'oncely_key');
    const wanted = Array.from({ length: 8 }, () =>
      hubspot.crm.deals.basicApi.create({ properties: { oncely_key: 'k1' } }),
    );
    const settled = await Promise.allSettled(wanted);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(fake.effects()).toHaveLength(1);
  });

  it('is read in a batch, and what is missing is named', async () => {
    const { fake, hubspot } = await start();
    fake.seedProperty('deals', 'oncely_key');
    const id = fake.seed('deals', { oncely_key: 'a/b c' });
    const answer = await hubspot.crm.deals.batchApi.read({
      idProperty: 'oncely_key',
      inputs: [{ id: 'a/b c' }, { id: 'k2' }],
      properties: ['oncely_key'],
      propertiesWithHistory: [],
    });
    expect(answer).toMatchObject({
      results: [{ id, properties: { oncely_key: 'a/b c' } }],
      numErrors: 1,
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['k2'] } }],
    });
    expect(fake.requests.every(({ method, path }) => method === 'POST' && path.endsWith('/batch/read'))).toBe(true);
  });

  it('can be found by reads later than it is taken, by option', async () => {
    let nowMs = 0;
    const { fake, hubspot } = await start({ now: () => nowMs, valueLagMs: 1000 });
    fake.seedProperty('deals', 'oncely_key');
    const { basicApi, batchApi } = hubspot.crm.deals;
    const { id } = await basicApi.create({ properties: { oncely_key: 'k1' } });
    const read = { idProperty: 'oncely_key', inputs: [{ id: 'k1' }], properties: [], propertiesWithHistory: [] };
    expect((await batchApi.read(read)).results).toEqual([]);
    await expect(basicApi.create({ properties: { oncely_key: 'k1' } })).rejects.toMatchObject({ code: 400 });
    nowMs += 1000;
    expect((await batchApi.read(read)).results).toMatchObject([{ id }]);
    expect(await basicApi.getById('k1', [], [], [], false, 'oncely_key')).toMatchObject({ id });
  });

  it('of an archived record is free, or held by option', async () => {
    for (const archivedValues of ['released', 'held'] as const) {
      const { fake, hubspot } = await start({ archivedValues });
      fake.seedProperty('deals', 'oncely_key');
      const id = fake.seed('deals', { oncely_key: 'k1' });
      await hubspot.crm.deals.basicApi.archive(id);
      const read = { idProperty: 'oncely_key', inputs: [{ id: 'k1' }], properties: [], propertiesWithHistory: [] };
      expect((await hubspot.crm.deals.batchApi.read(read)).results).toEqual([]);
      expect((await hubspot.crm.deals.batchApi.read(read, true)).results).toMatchObject([{ id, archived: true }]);
      const again = hubspot.crm.deals.basicApi.create({ properties: { oncely_key: 'k1' } });
      if (archivedValues === 'released') await again;
      else await expect(again).rejects.toMatchObject({ code: 400 });
    }
  });
});

describe('search', () => {
  const find = (hubspot: Client, name: string) =>
    hubspot.crm.companies.searchApi.doSearch({
      filterGroups: [{ filters: [{ propertyName: 'name', operator: 'EQ' as never, value: name }] }],
    });

  it('sees a write only after its lag, and an archived record until then', async () => {
    let nowMs = 0;
    const { hubspot } = await start({ now: () => nowMs, searchLagMs: 1000 });
    const { id } = await hubspot.crm.companies.basicApi.create({ properties: { name: 'old' } });
    expect((await find(hubspot, 'old')).total).toBe(0);
    nowMs += 1000;
    expect((await find(hubspot, 'old')).results).toMatchObject([{ id }]);
    await hubspot.crm.companies.basicApi.update(id, { properties: { name: 'new' } });
    expect([(await find(hubspot, 'old')).total, (await find(hubspot, 'new')).total]).toEqual([1, 0]);
    nowMs += 1000;
    await hubspot.crm.companies.basicApi.archive(id);
    expect((await find(hubspot, 'new')).total).toBe(1);
    nowMs += 1000;
    expect((await find(hubspot, 'new')).total).toBe(0);
  });

  it('finds a merged-away record until its lag is over', async () => {
    let nowMs = 0;
    const { fake, hubspot } = await start({ now: () => nowMs, searchLagMs: 1000 });
    const [winner, loser] = ['won', 'lost'].map((name) => fake.seed('companies', { name }));
    nowMs += 1000;
    await hubspot.crm.companies.basicApi.merge({ primaryObjectId: winner!, objectIdToMerge: loser! });
    expect((await find(hubspot, 'lost')).results).toMatchObject([{ id: loser }]);
    nowMs += 1000;
    expect((await find(hubspot, 'lost')).total).toBe(0);
    expect((await find(hubspot, 'won')).total).toBe(1);
  });

  it('can be behind by a number of searches', async () => {
    const { hubspot } = await start({ searchLagMs: 0, searchLagSearches: 2 });
    await hubspot.crm.companies.basicApi.create({ properties: { name: 'n' } });
    const totals = [];
    for (let count = 0; count < 3; count += 1) totals.push((await find(hubspot, 'n')).total);
    expect(totals).toEqual([0, 0, 1]);
  });
});
