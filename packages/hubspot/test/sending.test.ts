import { Agent } from 'node:http';
import { createRequire } from 'node:module';

import { Client } from '@hubspot/api-client';
import { createOncely, isOncelyError } from '@oncely/core';
import { oncelyHubspot } from '@oncely/hubspot';
import { Client as Client13 } from 'hubspot-api-client-13';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { accessToken, scope, slot, startWorld, type World } from './world.ts';

const ada = { properties: { email: 'ada@example.com' }, associations: [] };

const contacts = ({ fake }: World): number => fake.effects('contacts.create').length;

/** What pauses between the SDK's retries. */
const { default: RetryDecorator } = createRequire(import.meta.url)(
  '@hubspot/api-client/lib/src/services/decorators/RetryDecorator.js',
) as { default: { prototype: { _waitAfterRequestFailure(): Promise<void> } } };

/** The SDK's decorators are of the process; a client without retries takes them back for all that come after it. */
afterEach(() => void new Client({ accessToken: 'x', numberOfApiCallRetries: 0 }));

describe("the SDK's process-global retries", () => {
  it('of a client that is made later do not make one call two effects', async () => {
    const world = await startWorld();
    const { effect, oncely } = world.process({ missingProperty: 'weaker', waitMs: 1_000 });
    const other = new Client({ accessToken: 'x', basePath: world.fake.url, numberOfApiCallRetries: 5 });
    expect(other).toBeDefined();
    const [one, two] = [world.fake.seed('deals', { dealname: 'One' }), world.fake.seed('deals', { dealname: 'Two' })];
    world.fake.fail({ kind: 'status', status: 500, after: 'after_effect' }, { times: Infinity });
    await expect(
      effect((hubspot) => hubspot.crm.deals.basicApi.merge({ primaryObjectId: one, objectIdToMerge: two })),
    ).rejects.toSatisfy(isOncelyError);
    const attempts = (await oncely.effects.get(slot))?.attempts.length;
    expect(world.sent()).toHaveLength(attempts ?? -1);
    expect(world.sent()).toHaveLength(1);
  });

  it('send a rejected call no second time, and a limited one as an attempt of the same effect', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const world = await startWorld();
    const { effect, oncely } = world.process({ waitMs: 300 });
    expect(new Client({ accessToken: 'x', numberOfApiCallRetries: 3 })).toBeDefined();
    world.fake.fail({
      kind: 'status',
      status: 429,
      after: 'before_effect',
      headers: { 'retry-after': '1' },
      body: {
        status: 'error',
        message: 'You have reached your secondly limit.',
        errorType: 'RATE_LIMIT',
        correlationId: 'c',
        policyName: 'SECONDLY',
      },
    });
    await effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(contacts(world)).toBe(1);
    expect(world.sent()).toHaveLength(2);
    expect((await oncely.effects.get(slot))?.attempts).toHaveLength(2);
    expect(logged).toHaveBeenCalled();
  });

  it('C18: come on top of our attempts, and do not multiply them', async () => {
    const waited = vi.spyOn(RetryDecorator.prototype, '_waitAfterRequestFailure').mockResolvedValue();
    const world = await startWorld();
    const { effect, oncely } = world.process();
    expect(new Client({ accessToken: 'x', numberOfApiCallRetries: 6 })).toBeDefined();
    const body = { status: 'error', message: 'You have reached your secondly limit.', errorType: 'RATE_LIMIT' };
    world.fake.fail(
      { kind: 'status', status: 429, after: 'before_effect', headers: { 'retry-after': '0' }, body },
      { times: Infinity },
    );
    await expect(effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({ code: 429 });
    expect(waited).toHaveBeenCalledTimes(5);
    expect(world.sent()).toHaveLength(5 + 5);
    expect((await oncely.effects.get(slot))?.attempts).toHaveLength(5 + 5);
  });
});

describe('apiRequest', () => {
  const create = { method: 'POST', path: '/crm/v3/objects/contacts', body: ada };

  it('writes through the ledger, and answers as the client does', async () => {
    const world = await startWorld();
    const first = await world.process().effect((hubspot) => hubspot.apiRequest(create));
    expect([first.status, first.ok]).toEqual([201, true]);
    const made = (await first.json()) as { readonly id: string };
    const again = await world.process().effect((hubspot) => hubspot.apiRequest(create));
    expect(await again.json()).toEqual(made);
    expect(contacts(world)).toBe(1);
    expect(world.fake.peek('contacts', made.id)?.['oncely_key']).toMatch(/^oncely_/);
  });

  it('and the method of the API are one and the same operation', async () => {
    const world = await startWorld();
    const made = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    const again = await world.process().effect((hubspot) => hubspot.apiRequest({ ...create, body: { ...ada } }));
    expect(((await again.json()) as { readonly id: string }).id).toBe(made.id);
    expect(contacts(world)).toBe(1);
  });

  it('gives a refusal as a response, as the client does, and the same again', async () => {
    const world = await startWorld();
    world.fake.seed('contacts', { email: 'ada@example.com' });
    const refused = (): Promise<Response> => world.process().effect((hubspot) => hubspot.apiRequest(create));
    expect((await refused()).status).toBe(409);
    expect((await refused()).status).toBe(409);
    expect(world.sent()).toHaveLength(1);
  });

  it('in doubt does not resolve as if it had been answered: a 500 is looked up', async () => {
    const world = await startWorld();
    world.fake.fail({ kind: 'status', status: 500, after: 'after_effect' });
    const made = await world.process().effect((hubspot) => hubspot.apiRequest(create));
    expect(made.status).toBe(201);
    expect(contacts(world)).toBe(1);
  });

  it('reads as the client does, outside of a scope too, and refuses a write there', async () => {
    const world = await startWorld();
    const { hubspot } = world.process();
    const id = world.fake.seed('contacts', { email: 'a@example.com' });
    const read = await hubspot.apiRequest({ path: `/crm/v3/objects/contacts/${id}`, qs: { properties: 'email' } });
    expect(await read.json()).toMatchObject({ id, properties: { email: 'a@example.com' } });
    await expect(hubspot.apiRequest(create)).rejects.toMatchObject({ code: 'unscoped' });
    await expect(hubspot.apiRequest({ ...create, method: 'post' })).rejects.toMatchObject({ code: 'unscoped' });
    expect(contacts(world)).toBe(0);
  });
});

describe('what a call brings of its own', () => {
  const passing = { pre: (context: unknown) => context, post: (context: unknown) => context };

  it("cannot take our middleware's place", async () => {
    const world = await startWorld();
    const { hubspot } = world.process();
    await expect(hubspot.crm.contacts.basicApi.create(ada, { middleware: [passing] } as never)).rejects.toMatchObject({
      code: 'unscoped',
    });
    expect(contacts(world)).toBe(0);
  });

  it('may be another token: it is another portal, is never kept, and no process without it resends it', async () => {
    const own = 'pat-na1-AnotherRecognisableSecret';
    const world = await startWorld({ tokens: { [accessToken]: {}, [own]: { portalId: 2 } } });
    world.fake.seedProperty('contacts', 'oncely_key', { portalId: 2 });
    const { BasicApi, createConfiguration } = await import('@hubspot/api-client/lib/codegen/crm/contacts/index.js');
    expect(BasicApi).toBeDefined();
    const { authMethods } = createConfiguration({ authMethods: { oauth2: { accessToken: own } } });
    world.fake.fail({ kind: 'reset_after_effect' });
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
    const { effect } = world.process({ waitMs: 300 });
    await expect(
      effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada, { authMethods } as never)),
    ).rejects.toMatchObject({ code: 'in_doubt' });
    world.fake.heal();
    const arrived = world.fake.requests.find(({ path }) => path === '/crm/v3/objects/contacts');
    expect(arrived?.headers.authorization).toBe(`Bearer ${own}`);
    expect(await world.kept()).not.toContain(own);
    const { oncely } = world.process();
    await oncely.recover();
    expect((await oncely.effects.get(slot))?.stopped).toContain('credentials of its own');
  });
});

it('goes through the agent that the client was given', async () => {
  const world = await startWorld();
  const httpAgent = new Agent({ keepAlive: true });
  const connect = vi.spyOn(httpAgent, 'createConnection');
  await world.process({ config: { httpAgent } }).effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
  expect(contacts(world)).toBe(1);
  expect(connect).toHaveBeenCalled();
  httpAgent.destroy();
});

it('goes on with a token that was renewed in the client', async () => {
  const world = await startWorld({ tokens: { old: {}, new: {} } });
  const { effect, hubspot, oncely } = world.process({ accessToken: 'old', waitMs: 300 });
  world.fake.fail({ kind: 'reset_after_effect' });
  world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
  await expect(effect((client) => client.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
    code: 'in_doubt',
  });
  world.fake.heal();
  hubspot.setAccessToken('new');
  await oncely.recover();
  expect((await oncely.effects.get(slot))?.state).toBe('succeeded');
  expect(world.fake.requests.at(-1)?.headers.authorization).toBe('Bearer new');
  expect(await effect((client) => client.crm.contacts.basicApi.create(ada))).toMatchObject({ archived: false });
});

it('never follows a redirect with a write', async () => {
  const world = await startWorld();
  world.fake.fail({
    kind: 'status',
    status: 307,
    after: 'before_effect',
    headers: { location: `${world.fake.url}/crm/v3/objects/companies` },
    body: {},
  });
  await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
  expect(world.sent()).toEqual(['POST /crm/v3/objects/contacts', 'POST /crm/v3/objects/contacts']);
});

it('keeps portals apart where there are many', async () => {
  const world = await startWorld({ tokens: { 'token-1': { portalId: 1 }, 'token-2': { portalId: 2 } } });
  world.fake.seedProperty('contacts', 'oncely_key', { portalId: 2 });
  const oncely = createOncely({
    ledger: world.ledger,
    clients: {
      hubspot: oncelyHubspot(
        (config, portal) => new Client({ accessToken: `token-${portal}`, basePath: world.fake.url, ...config }),
        { accounts: 'many' },
      ),
    },
    drainOnSigterm: false,
  });
  for (const portal of ['1', '2']) {
    await oncely.scope({ ...scope, tenant: portal }, () =>
      oncely.effect('write', () => oncely.clients.hubspot(portal).crm.contacts.basicApi.create(ada)),
    );
  }
  expect(world.fake.effects('contacts.create').map(({ portalId }) => portalId)).toEqual([1, 2]);
});

describe("observed only, outside of a scope, with unscoped: 'observe'", () => {
  it('a write goes as the SDK made it, without our key, and so does its error', async () => {
    const world = await startWorld();
    const { hubspot } = world.process({ unscoped: 'observe' });
    const { id } = await hubspot.crm.contacts.basicApi.create(ada);
    expect(world.fake.peek('contacts', id)).not.toHaveProperty('oncely_key');
    await expect(hubspot.crm.contacts.basicApi.create(ada)).rejects.toMatchObject({ code: 409 });
    world.fake.fail({ kind: 'reset_before_effect' });
    await expect(hubspot.crm.contacts.basicApi.create(ada)).rejects.toThrow(TypeError);
  });
});

it('tokens are asked for outside of the ledger', async () => {
  const world = await startWorld();
  const { hubspot } = world.process();
  await hubspot.oauth.tokensApi
    .create('refresh_token', undefined, undefined, 'client', 'RecognisableClientSecret', 'refresh')
    .catch((error: unknown) => expect(isOncelyError(error)).toBe(false));
  expect(world.fake.requests.map(({ path }) => path)).toEqual(['/oauth/v1/token']);
  expect(await world.kept()).not.toContain('Recognisable');
});

it('works the same with version 13 of the client', async () => {
  const world = await startWorld();
  const start = (): { readonly create: () => Promise<{ readonly id: string }>; readonly read: Client13 } => {
    const oncely = createOncely({
      ledger: world.ledger,
      clients: {
        hubspot: oncelyHubspot((config) => new Client13({ accessToken, basePath: world.fake.url, ...config }), {
          landingBoundMs: 40,
        }),
      },
      drainOnSigterm: false,
    });
    const { hubspot } = oncely.clients;
    return {
      create: () => oncely.scope(scope, () => oncely.effect('write', () => hubspot.crm.contacts.basicApi.create(ada))),
      read: hubspot,
    };
  };
  world.fake.fail({ kind: 'reset_after_effect' });
  const made = await start().create();
  expect(await start().create()).toEqual(made);
  expect(contacts(world)).toBe(1);
  expect(await start().read.crm.contacts.basicApi.getById(made.id)).toMatchObject({ id: made.id });
});

function isBatchRead({ path }: { readonly path: string }): boolean {
  return path.endsWith('/batch/read');
}
