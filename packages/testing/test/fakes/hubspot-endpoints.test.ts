import { createHash } from 'node:crypto';

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

const property = (name: string, hasUniqueValue = true, groupName = 'dealinformation') => ({
  name,
  label: name,
  type: 'string' as never,
  fieldType: 'text' as never,
  groupName,
  hasUniqueValue,
});

describe('properties', () => {
  it('arbitrate from the moment that they are made', async () => {
    const { fake, hubspot } = await start();
    const { basicApi } = hubspot.crm.deals;
    const properties = { oncely_key: 'k1' };
    await expect(basicApi.create({ properties })).rejects.toMatchObject({
      code: 400,
      body: { message: expect.stringContaining('PROPERTY_DOESNT_EXIST') },
    });
    await hubspot.crm.properties.coreApi.create('deals', property('oncely_key'));
    await expect(hubspot.crm.properties.coreApi.create('deals', property('oncely_key'))).rejects.toMatchObject({
      code: 409,
      body: { category: 'OBJECT_ALREADY_EXISTS' },
    });
    await basicApi.create({ properties });
    await expect(basicApi.create({ properties })).rejects.toMatchObject({ code: 400 });
    expect(fake.effects().map(({ operation }) => operation)).toEqual(['properties.create', 'deals.create']);
  });

  it('with unique values are at most ten a type', async () => {
    const { fake, hubspot } = await start();
    for (let count = 0; count < 10; count += 1) fake.seedProperty('deals', `u${count}`);
    const { coreApi } = hubspot.crm.properties;
    await expect(coreApi.create('deals', property('u10'))).rejects.toMatchObject({ code: 400 });
    await coreApi.create('deals', property('plain', false));
    await coreApi.create('companies', property('u10', true, 'companyinformation'));
    await coreApi.archive('deals', 'u0');
    await coreApi.create('deals', property('u10'));
    expect(fake.effects('properties.create')).toHaveLength(3);
  });
});

describe('associations by the names of version 3', () => {
  it('are the same associations', async () => {
    const { fake, hubspot } = await start();
    const [contact, company] = [fake.seed('contacts', {}), fake.seed('companies', {})];
    const inputs = [{ _from: { id: contact }, to: { id: company }, type: 'contact_to_company' }];
    await hubspot.crm.associations.batchApi.create('contacts', 'companies', { inputs });
    const page = await hubspot.crm.associations.v4.basicApi.getPage('contacts', contact, 'companies');
    expect(page.results).toMatchObject([
      {
        toObjectId: company,
        associationTypes: [
          { typeId: 1, label: 'Primary' },
          { typeId: 279, label: null },
        ],
      },
    ]);
    const read = await hubspot.crm.contacts.basicApi.getById(contact, [], [], ['companies']);
    expect(read.associations?.['companies']?.results).toEqual([
      { id: company, type: 'contact_to_company' },
      { id: company, type: 'contact_to_company_unlabeled' },
    ]);
    await hubspot.crm.associations.batchApi.archive('contacts', 'companies', { inputs });
    expect(fake.effects().map(({ operation, properties }) => [operation, properties['types']])).toEqual([
      ['associations.create', '1'],
      ['associations.archive', '1'],
    ]);
  });
});

describe('property groups', () => {
  it('must be there before their properties', async () => {
    const { fake, hubspot } = await start();
    const { coreApi, groupsApi } = hubspot.crm.properties;
    const own = property('oncely_key', true, 'oncely');
    await expect(coreApi.create('notes', own)).rejects.toMatchObject({ code: 400 });
    await groupsApi.create('notes', { name: 'oncely', label: 'Oncely' });
    await expect(groupsApi.create('notes', { name: 'oncely', label: 'Oncely' })).rejects.toMatchObject({ code: 409 });
    await coreApi.create('notes', own);
    await expect(groupsApi.archive('notes', 'oncely')).rejects.toMatchObject({ code: 400 });
    expect(fake.effects().map(({ operation }) => operation)).toEqual(['property_groups.create', 'properties.create']);
  });
});

describe('associations', () => {
  it('are the same however often they are put, and counted once', async () => {
    const { fake, hubspot } = await start();
    const { basicApi } = hubspot.crm.associations.v4;
    const [contact, company] = [fake.seed('contacts', {}), fake.seed('companies', {})];
    for (let count = 0; count < 2; count += 1) {
      await basicApi.createDefault('contact', contact, 'company', company);
    }
    const primary = [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 1 }];
    await basicApi.create('contacts', contact, 'companies', company, primary);
    const back = await basicApi.getPage('companies', company, 'contacts');
    expect(back.results).toMatchObject([{ toObjectId: contact, associationTypes: [{ typeId: 280 }, { typeId: 2 }] }]);
    await basicApi.archive('companies', company, 'contacts', contact);
    await basicApi.archive('companies', company, 'contacts', contact);
    expect((await basicApi.getPage('contacts', contact, 'companies')).results).toEqual([]);
    expect(fake.effects().map(({ operation, id, properties }) => [operation, id, properties['types']])).toEqual([
      ['associations.create', `${contact}:${company}`, '279'],
      ['associations.create', `${contact}:${company}`, '1'],
      ['associations.archive', `${company}:${contact}`, ''],
    ]);
  });

  it('of a create that is refused do not happen', async () => {
    const { fake, hubspot } = await start();
    const company = fake.seed('companies', {});
    const contact = fake.seed('contacts', { email: 'a@x.io' });
    const types = [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 279 }];
    const create = (email: string, id: string) =>
      hubspot.crm.contacts.basicApi.create({ properties: { email }, associations: [{ to: { id }, types }] });
    await expect(create('a@x.io', company)).rejects.toMatchObject({ code: 409 });
    await expect(create('b@x.io', '1')).rejects.toMatchObject({ code: 404 });
    expect((await hubspot.crm.associations.v4.basicApi.getPage('contacts', contact, 'companies')).results).toEqual([]);
    expect(fake.effects()).toHaveLength(0);
    const made = await create('b@x.io', company);
    const page = await hubspot.crm.associations.v4.basicApi.getPage('companies', company, 'contacts');
    expect(page.results.map(({ toObjectId }) => toObjectId)).toEqual([made.id]);
  });
});

describe('lists', () => {
  it('have a name of their own and members that join once', async () => {
    const { fake, hubspot } = await start();
    const { listsApi, membershipsApi } = hubspot.crm.lists;
    const contact = fake.seed('contacts', {});
    const wanted = { name: 'Paying', objectTypeId: '0-1', processingType: 'MANUAL' };
    const { listId } = (await listsApi.create(wanted)).list;
    await expect(listsApi.create({ ...wanted, name: 'paying' })).rejects.toMatchObject({
      code: 400,
      body: { subCategory: 'ILS.DUPLICATE_LIST_NAMES' },
    });
    await listsApi.create({ ...wanted, objectTypeId: '0-2' });
    expect(await membershipsApi.add(listId, [contact, '1'])).toEqual({
      recordsIdsAdded: [contact],
      recordIdsRemoved: [],
      recordIdsMissing: ['1'],
    });
    expect((await membershipsApi.add(listId, [contact])).recordsIdsAdded).toEqual([]);
    await membershipsApi.removeAll(listId);
    expect(fake.effects().map(({ operation }) => operation)).toEqual([
      'lists.create',
      'lists.create',
      'list_memberships.add',
      'list_memberships.remove',
    ]);
  });
});

describe('pipelines', () => {
  it('say which stages a deal can be in, and are not deleted under one', async () => {
    const { fake, hubspot } = await start();
    const { pipelinesApi } = hubspot.crm.pipelines;
    const stages = [{ label: 's', displayOrder: 0, metadata: { probability: '0.1' } }];
    const made = await pipelinesApi.create('deals', { label: 'p', displayOrder: 0, stages });
    await expect(pipelinesApi.create('deals', { label: 'p', displayOrder: 0, stages })).rejects.toMatchObject({
      code: 409,
    });
    const properties = { pipeline: made.id, dealstage: made.stages[0]!.id };
    await expect(
      hubspot.crm.deals.basicApi.create({ properties: { ...properties, dealstage: 'nowhere' } }),
    ).rejects.toMatchObject({ code: 400, body: { message: expect.stringContaining('INVALID_OPTION') } });
    const deal = await hubspot.crm.deals.basicApi.create({ properties });
    await expect(pipelinesApi.archive('deals', made.id, true)).rejects.toMatchObject({ code: 400 });
    await hubspot.crm.deals.basicApi.archive(deal.id);
    await pipelinesApi.archive('deals', made.id, true);
    expect(fake.effects().map(({ operation }) => operation)).toEqual([
      'pipelines.create',
      'deals.create',
      'deals.archive',
      'pipelines.archive',
    ]);
  });
});

describe('files', () => {
  const bytes = Buffer.from([0, 255, 254, 13, 10, 1]);
  const upload = (hubspot: Client, options: object): Promise<{ id: string }> =>
    hubspot.files.filesApi.upload(
      { data: bytes, name: 'a.bin' },
      undefined,
      '/docs',
      'a.bin',
      undefined,
      JSON.stringify({ access: 'PRIVATE', ...options }),
    ) as Promise<{ id: string }>;

  it('are stored byte by byte, once more with every upload', async () => {
    const { fake, hubspot } = await start();
    const ids = [await upload(hubspot, {}), await upload(hubspot, {})].map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(fake.effects('files.upload')).toHaveLength(2);
    const md5 = createHash('md5').update(bytes).digest('hex');
    expect(fake.effects('files.upload')[0]?.properties).toMatchObject({ md5, size: '6', folder: '/docs', name: 'a' });
  });

  it('are one file where the upload asks for that', async () => {
    const { fake, hubspot } = await start();
    const returning = { duplicateValidationStrategy: 'RETURN_EXISTING', duplicateValidationScope: 'ENTIRE_PORTAL' };
    const ids = [await upload(hubspot, returning), await upload(hubspot, returning)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    await expect(upload(hubspot, { duplicateValidationStrategy: 'REJECT' })).rejects.toMatchObject({ code: 409 });
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('sends', () => {
  it('of one sendId are one e-mail', async () => {
    const { fake, hubspot } = await start();
    const { singleSendApi } = hubspot.marketing.transactional;
    const send = (sendId?: string) =>
      singleSendApi.sendEmail({
        emailId: 1,
        message: { to: 'a@x.io', ...(sendId !== undefined && { sendId }) },
        contactProperties: {},
        customProperties: {},
      });
    const results = [await send('s'), await send('s'), await send(), await send()].map(({ sendResult }) => sendResult);
    expect(results).toEqual(['SENT', 'IDEMPOTENT_IGNORE', 'SENT', 'SENT']);
    expect(fake.effects('transactional.send').map(({ properties }) => properties['sendId'])).toEqual([
      's',
      undefined,
      undefined,
    ]);
  });

  it('of one uuid are as many events as were sent', async () => {
    const { fake, hubspot } = await start();
    const event = { eventName: 'pe1_login', email: 'a@x.io', uuid: 'u1' };
    await hubspot.events.send.basicApi.send(event);
    await hubspot.events.send.batchApi.send({ inputs: [event] });
    expect(fake.effects('events.send').map(({ id }) => id)).toEqual(['u1', 'u1']);
  });
});

describe('what the SDK reaches by apiRequest', () => {
  it('is there too', async () => {
    const { fake, hubspot } = await start();
    const details = await hubspot.apiRequest({ method: 'GET', path: '/account-info/v3/details' });
    expect(await details.json()).toMatchObject({ portalId: 1 });
    const body = { emailId: 1, message: { to: 'a@x.io', sendId: 's' } };
    const sent = await hubspot.apiRequest({ method: 'POST', path: '/marketing/v4/email/single-send', body });
    expect(await sent.json()).toMatchObject({ status: 'COMPLETE' });
    expect(fake.effects()).toMatchObject([{ operation: 'marketing.single_send', properties: { sendId: 's' } }]);
  });
});

describe('custom objects', () => {
  it('have a schema, and records by name and by id', async () => {
    const { fake, hubspot } = await start();
    const { objectTypeId = '' } = await hubspot.crm.schemas.coreApi.create({
      name: 'cars',
      labels: { singular: 'Car', plural: 'Cars' },
      requiredProperties: ['vin'],
      associatedObjects: [],
      properties: [{ ...property('vin', true, 'cars_information'), fieldType: 'text' }],
    });
    const { basicApi } = hubspot.crm.objects;
    const { id } = await basicApi.create(objectTypeId, { properties: { vin: 'v1' } });
    expect(await basicApi.getById('cars', id)).toMatchObject({ properties: { vin: 'v1' } });
    await expect(basicApi.create('p1_cars', { properties: { vin: 'v1' } })).rejects.toMatchObject({
      code: 400,
      body: { message: expect.stringContaining(`${id} already has that value.`) },
    });
    await expect(hubspot.crm.schemas.coreApi.archive('cars')).rejects.toMatchObject({ code: 400 });
    expect(fake.effects('cars.create')).toHaveLength(1);
  });
});

describe('what a person does', () => {
  it('changes values without an effect', async () => {
    const { fake, hubspot } = await start();
    const id = fake.seed('deals', { dealname: 'a' });
    fake.edit('deals', id, { dealname: 'b' });
    expect((await hubspot.crm.deals.basicApi.getById(id)).properties).toMatchObject({ dealname: 'b' });
    expect(fake.peek('deals', id)).toEqual({ dealname: 'b' });
    expect([fake.effects(), fake.peek('deals', '1')]).toEqual([[], undefined]);
  });
});
