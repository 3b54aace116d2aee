import { Client } from '@hubspot/api-client';
import { afterEach, describe, expect, it } from 'vitest';

import type { Fault } from '../../src/fakes/faults.ts';
import { startHubSpotFake } from '../../src/fakes/hubspot.ts';
import type { HubSpotFake, HubSpotFakeOptions } from '../../src/fakes/hubspot.ts';

const open: HubSpotFake[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function start(options: HubSpotFakeOptions = {}): Promise<{ fake: HubSpotFake; hubspot: Client }> {
  const fake = await startHubSpotFake(options);
  open.push(fake);
  return { fake, hubspot: clientOf(fake) };
}

function clientOf(fake: HubSpotFake, accessToken = 'token'): Client {
  return new Client({ accessToken, basePath: fake.url });
}

describe('access', () => {
  it('is refused without a token, without the scope, and apart by portal', async () => {
    const { fake } = await start({
      tokens: { reader: { scopes: ['crm.objects.contacts.read'] }, second: { portalId: 2 } },
    });
    const id = fake.seed('contacts', { email: 'a@x.io' });
    await expect(clientOf(fake, 'nobody').crm.contacts.basicApi.getById(id)).rejects.toMatchObject({
      code: 401,
      body: { category: 'INVALID_AUTHENTICATION' },
    });
    const { basicApi } = clientOf(fake, 'reader').crm.contacts;
    expect((await basicApi.getById(id)).id).toBe(id);
    await expect(basicApi.create({ properties: { email: 'b@x.io' } })).rejects.toMatchObject({
      code: 403,
      body: {
        category: 'MISSING_SCOPES',
        errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
      },
    });
    await clientOf(fake, 'second').crm.contacts.basicApi.create({ properties: { email: 'a@x.io' } });
    expect(fake.effects()).toMatchObject([{ portalId: 2 }]);
  });
});

describe('faults, as the SDK shows them', () => {
  const cases: [Fault, shown: object, effects: number][] = [
    [{ kind: 'reset_before_effect' }, { message: 'fetch failed' }, 0],
    [{ kind: 'reset_after_effect' }, { message: 'fetch failed' }, 1],
    [{ kind: 'truncate' }, { message: 'terminated' }, 1],
    [{ kind: 'rate_limited', retryAfterS: 2 }, { code: 429, body: { policyName: 'TEN_SECONDLY_ROLLING' } }, 0],
    [{ kind: 'rate_limited', retryAfterS: 2, policy: 'DAILY' }, { code: 429, body: { policyName: 'DAILY' } }, 0],
    [{ kind: 'gateway_502', after: 'after_effect' }, { code: 502 }, 1],
    [{ kind: 'not_json' }, { code: 200 }, 1],
    [{ kind: 'status', status: 500, after: 'before_effect' }, { code: 500 }, 0],
    [{ kind: 'status', status: 500, after: 'after_effect' }, { code: 500 }, 1],
  ];
  it.each(cases)('%o', async (fault, shown, effects) => {
    const { fake, hubspot } = await start();
    fake.fail(fault);
    const create = hubspot.crm.contacts.basicApi.create({ properties: { email: 'a@x.io' } });
    await expect(create).rejects.toMatchObject(shown);
    expect(fake.effects()).toHaveLength(effects);
    expect(fake.requests).toHaveLength(1);
  });

  it('limits, each in the shape that it is known by', async () => {
    const { fake, hubspot } = await start();
    const shapes = [];
    for (const policy of ['TEN_SECONDLY_ROLLING', 'SECONDLY', 'DAILY']) {
      fake.fail({ kind: 'rate_limited', retryAfterS: 3, policy });
      const create = hubspot.crm.contacts.basicApi.create({ properties: { email: 'a@x.io' } });
      const error = await create.catch(
        (thrown: unknown) => thrown as { body: object; headers: Record<string, string> },
      );
      if (!('headers' in error)) throw new Error('a 429 was to come');
      const { message, policyName } = error.body as { message: string; policyName?: string };
      shapes.push([message, policyName, error.headers['retry-after']]);
    }
    expect(shapes).toEqual([
      ['You have reached your ten_secondly_rolling limit.', 'TEN_SECONDLY_ROLLING', '3'],
      ['You have reached your secondly limit.', undefined, '3'],
      ['You have reached your daily limit.', 'DAILY', undefined],
    ]);
    fake.fail({ kind: 'rate_limited', retryAfterS: 0 });
    await expect(hubspot.crm.contacts.basicApi.archive('1')).rejects.toMatchObject({
      headers: expect.not.objectContaining({ 'retry-after': expect.anything() }),
    });
    expect(fake.effects()).toHaveLength(0);
  });

  it('a request that lands late', async () => {
    const { fake, hubspot } = await start();
    fake.fail({ kind: 'late_landing', ms: 20 });
    await expect(hubspot.crm.contacts.basicApi.create({ properties: { email: 'a@x.io' } })).rejects.toThrow();
    await fake.settled();
    expect(fake.effects('contacts.create')).toHaveLength(1);
  });

  it('a request that hangs for good', async () => {
    const { fake, hubspot } = await start();
    fake.fail({ kind: 'late_landing', ms: 1, hang: true });
    const create = hubspot.crm.contacts.basicApi.create({ properties: { email: 'a@x.io' } });
    const ended = expect(create).rejects.toThrow('fetch failed');
    await expect.poll(() => fake.effects().length, { interval: 1 }).toBe(1);
    await fake.close();
    await ended;
  });

  it('fall on writes, unless they say otherwise', async () => {
    const { fake, hubspot } = await start();
    const id = fake.seed('contacts', { email: 'a@x.io' });
    fake.fail({ kind: 'status', status: 500, after: 'before_effect' });
    const { basicApi, batchApi, searchApi } = hubspot.crm.contacts;
    await basicApi.getById(id);
    await batchApi.read({ inputs: [{ id }], properties: [], propertiesWithHistory: [] });
    await searchApi.doSearch({});
    await expect(basicApi.archive(id)).rejects.toMatchObject({ code: 500 });
    fake.fail({ kind: 'reset_before_effect' }, { match: ({ path }) => path.endsWith('/batch/read') });
    const read = batchApi.read({ inputs: [{ id }], properties: [], propertiesWithHistory: [] });
    await expect(read).rejects.toThrow('fetch failed');
    expect(fake.effects()).toHaveLength(0);
  });

  it('a batch that is cut in its middle, or behind its end', async () => {
    const { fake, hubspot } = await start();
    fake.cutBatch(1);
    const inputs = ['a', 'b'].map((name) => ({ properties: { name }, associations: [] }));
    await expect(hubspot.crm.companies.batchApi.create({ inputs })).rejects.toMatchObject({ code: 500 });
    expect(fake.effects('companies.create')).toMatchObject([{ properties: { name: 'a' }, batch: true }]);
    fake.cutBatch(5);
    await expect(hubspot.crm.companies.batchApi.create({ inputs })).rejects.toMatchObject({ code: 500 });
    expect((await hubspot.crm.companies.batchApi.create({ inputs })).results).toHaveLength(2);
    expect(fake.effects('companies.create')).toHaveLength(5);
  });
});
