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
  fake.seedProperty('deals', 'oncely_key');
  return { fake, hubspot: new Client({ accessToken: 'token', basePath: fake.url }) };
}

const keyed = (key: string, objectWriteTraceId?: string) => ({
  properties: { oncely_key: key },
  associations: [],
  ...(objectWriteTraceId !== undefined && { objectWriteTraceId }),
});

describe('batch create', () => {
  it('makes all, an effect each', async () => {
    const { fake, hubspot } = await start();
    const answer = await hubspot.crm.deals.batchApi.create({ inputs: [keyed('k1'), keyed('k2')] });
    expect(answer.results.map(({ properties }) => properties['oncely_key'])).toEqual(['k1', 'k2']);
    expect(fake.effects('deals.create')).toMatchObject([
      { properties: { oncely_key: 'k1' }, batch: true },
      { properties: { oncely_key: 'k2' }, batch: true },
    ]);
  });

  it('without trace ids makes none where one is refused, by what exists or by another input', async () => {
    const { fake, hubspot } = await start();
    const { batchApi } = hubspot.crm.deals;
    const id = fake.seed('deals', { oncely_key: 'k2' });
    await expect(batchApi.create({ inputs: [keyed('k1'), keyed('k2')] })).rejects.toMatchObject({
      code: 400,
      body: { message: expect.stringContaining(`${id} already has that value.`) },
    });
    await expect(batchApi.create({ inputs: [keyed('k3'), keyed('k3')] })).rejects.toMatchObject({ code: 400 });
    expect(fake.effects()).toHaveLength(0);
  });

  it('with trace ids makes what it can and names the rest in a 207', async () => {
    const { fake, hubspot } = await start();
    fake.conflicts({ property: 'conflict' });
    const id = fake.seed('deals', { oncely_key: 'k2' });
    const nonsense = { ...keyed('k3', 't3'), properties: { nonsense: '1' } };
    const answer = await hubspot.crm.deals.batchApi.create({
      inputs: [keyed('k1', 't1'), keyed('k2', 't2'), nonsense, keyed('k1', 't4')],
    });
    expect(answer).toMatchObject({
      status: 'COMPLETE',
      results: [{ objectWriteTraceId: 't1' }],
      numErrors: 3,
      errors: [
        { category: 'CONFLICT', context: { objectWriteTraceId: ['t2'], existingId: [id] } },
        { category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['t3'] } },
        { category: 'CONFLICT', context: { objectWriteTraceId: ['t4'], existingId: [answer.results[0]?.id] } },
      ],
    });
    expect(fake.effects()).toMatchObject([{ objectWriteTraceId: 't1', properties: { oncely_key: 'k1' } }]);
  });

  it('has a largest size', async () => {
    const { fake, hubspot } = await start();
    const inputs = Array.from({ length: 101 }, (_, index) => keyed(`k${index}`));
    await expect(hubspot.crm.deals.batchApi.create({ inputs })).rejects.toMatchObject({ code: 400 });
    expect(fake.effects()).toHaveLength(0);
  });
});

describe('batch update', () => {
  it('passes over ids that do not exist, in a 207', async () => {
    const { fake, hubspot } = await start();
    const id = fake.seed('deals', {});
    const properties = { dealname: 'd' };
    const inputs = [
      { id, properties },
      { id: '1', properties },
    ];
    const answer = await hubspot.crm.deals.batchApi.update({ inputs });
    expect(answer).toMatchObject({
      results: [{ id }],
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['1'] } }],
    });
    expect(fake.effects('deals.update')).toMatchObject([{ id }]);
    await expect(hubspot.crm.deals.batchApi.update({ inputs: [inputs[0]!, inputs[0]!] })).rejects.toMatchObject({
      code: 400,
      body: { message: expect.stringContaining('Duplicate IDs') },
    });
  });

  it('refuses the whole batch for a unique value that nothing has', async () => {
    const { fake, hubspot } = await start();
    fake.seed('deals', { oncely_key: 'k1' });
    const inputs = ['k1', 'k2'].map((id) => ({ id, idProperty: 'oncely_key', properties: { dealname: 'd' } }));
    await expect(hubspot.crm.deals.batchApi.update({ inputs })).rejects.toMatchObject({
      code: 404,
      body: { context: { missingObjectPropertyValueCoordinates: ['oncely_key:k2'] } },
    });
    expect(fake.effects()).toHaveLength(0);
  });
});

describe('batch upsert', () => {
  it('creates or updates by the unique value, and says which', async () => {
    const { fake, hubspot } = await start();
    const input = (id: string) => ({ id, idProperty: 'oncely_key', properties: { dealname: 'd' } });
    const first = await hubspot.crm.deals.batchApi.upsert({ inputs: [input('k1')] });
    const second = await hubspot.crm.deals.batchApi.upsert({ inputs: [input('k1'), input('k2')] });
    expect([first, second].map(({ results }) => results.map((one) => one._new))).toEqual([[true], [false, true]]);
    expect(second.results[0]?.id).toBe(first.results[0]?.id);
    expect(fake.effects().map(({ operation }) => operation)).toEqual(['deals.create', 'deals.update', 'deals.create']);
    expect(fake.effects(({ properties }) => properties['oncely_key'] === 'k1')).toHaveLength(1);
  });

  it('wants a property that is unique', async () => {
    const { hubspot } = await start();
    const inputs = [{ id: 'd', idProperty: 'dealname', properties: {} }];
    await expect(hubspot.crm.deals.batchApi.upsert({ inputs })).rejects.toMatchObject({ code: 400 });
  });
});

describe('a merge', () => {
  it("leads the loser's id and e-mail to the winner, and moves what was associated", async () => {
    const { fake, hubspot } = await start();
    const { basicApi, batchApi } = hubspot.crm.contacts;
    const [winner, loser] = [
      fake.seed('contacts', { email: 'a@x.io' }),
      fake.seed('contacts', { email: 'b@x.io', phone: '1' }),
    ];
    const company = fake.seed('companies', { name: 'c' });
    await hubspot.crm.associations.v4.basicApi.createDefault('contacts', loser, 'companies', company);
    await basicApi.merge({ primaryObjectId: winner, objectIdToMerge: loser });

    const read = await basicApi.getById(loser, ['email', 'phone', 'hs_merged_object_ids'], [], ['companies']);
    expect(read).toMatchObject({
      id: winner,
      properties: { email: 'a@x.io', phone: '1', hs_merged_object_ids: loser },
      associations: { companies: { results: [{ id: company }] } },
    });
    const found = await batchApi.read({ inputs: [{ id: loser }], properties: [], propertiesWithHistory: [] });
    expect(found.results).toMatchObject([{ id: winner }]);
    await expect(basicApi.create({ properties: { email: 'b@x.io' } })).rejects.toMatchObject({
      body: { message: `Contact already exists. Existing ID: ${winner}` },
    });
    expect(fake.effects('contacts.merge')).toMatchObject([{ id: winner, properties: { objectIdToMerge: loser } }]);
  });

  it("loses the loser's unique value, or leads it to the winner, by option", async () => {
    for (const mergedValues of ['released', 'redirect'] as const) {
      const { fake, hubspot } = await start({ mergedValues });
      fake.seedProperty('contacts', 'oncely_key');
      const [winner, loser] = ['k1', 'k2'].map((oncely_key) => fake.seed('contacts', { oncely_key }));
      await hubspot.crm.contacts.basicApi.merge({ primaryObjectId: winner!, objectIdToMerge: loser! });
      const read = { idProperty: 'oncely_key', inputs: [{ id: 'k2' }], properties: [], propertiesWithHistory: [] };
      const { results } = await hubspot.crm.contacts.batchApi.read(read);
      expect(results.map(({ id }) => id)).toEqual(mergedValues === 'released' ? [] : [winner]);
    }
  });
});

it('what was purged is gone, and its e-mail never comes back', async () => {
  const { fake, hubspot } = await start();
  const { basicApi } = hubspot.crm.contacts;
  const id = fake.seed('contacts', { email: 'a@x.io' });
  await basicApi.purge({ objectId: id });
  await expect(basicApi.getById(id, [], [], [], true)).rejects.toMatchObject({ code: 404 });
  await expect(basicApi.create({ properties: { email: 'a@x.io' } })).rejects.toMatchObject({ code: 400 });
  expect(fake.effects().map(({ operation }) => operation)).toEqual(['contacts.purge']);
});
