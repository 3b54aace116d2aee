import { Agent } from 'node:http';

import { Client } from '@hubspot/api-client';
import { createOncely, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyHubspot, type HubSpotConfig, type HubSpotLike } from '@oncely/hubspot';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { accessToken, scope, slot, startWorld, type World } from './world.ts';

// What goes out is the SDK's own request, and what does not go through the ledger is the SDK's alone.

interface Context {
  setHeaderParam(name: string, value: string): void;
  setAgent(agent: Agent): void;
  setUrl(url: string): void;
  getUrl(): string;
}
interface Middleware {
  pre(context: unknown): unknown;
  post(context: unknown): unknown;
}
type ClientConfig = NonNullable<ConstructorParameters<typeof Client>[0]>;

const ada = { properties: { email: 'ada@example.com' }, associations: [] };

const before = (change: (context: Context) => void): Middleware => ({
  pre: (given) => {
    change(given as Context);
    return given;
  },
  post: (context) => context,
});
const header = (name: string, value: string): Middleware => before((context) => context.setHeaderParam(name, value));

/** The SDK's decorators are of the process. */
afterEach(() => void new Client({ accessToken: 'x', numberOfApiCallRetries: 0 }));

function start(world: World, build: (config: HubSpotConfig) => Client, more: object = {}): Oncely & { client: Client } {
  const oncely = createOncely({
    ledger: world.ledger,
    clients: { hubspot: oncelyHubspot(build, { landingBoundMs: 40 }) },
    drainOnSigterm: false,
    ...more,
  });
  return Object.assign(oncely, { client: oncely.clients.hubspot });
}

const wrapped = (world: World, own: ClientConfig = {}, more: object = {}) =>
  start(
    world,
    (config) =>
      new Client({
        accessToken,
        basePath: world.fake.url,
        ...own,
        ...config,
        middleware: [...(own.middleware ?? []), ...config.middleware],
      }),
    more,
  );

const write = <T>(oncely: Oncely, fn: () => Promise<T>): Promise<T> =>
  oncely.scope(scope, () => oncely.effect('write', fn));

const writes = ({ fake }: World) =>
  fake.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/read'));

describe('a write', () => {
  const tokens = {
    [accessToken]: { portalId: 1 },
    tenant: { portalId: 2 },
    renewed: { portalId: 2 },
    other: { portalId: 3 },
  };

  it.each(['before', 'behind'])('goes to the portal of the token that a middleware brings, %s ours', async (place) => {
    const world = await startWorld({ tokens });
    world.fake.seedProperty('contacts', 'oncely_key', { portalId: 2 });
    const tenant = header('Authorization', 'Bearer tenant');
    const oncely = start(
      world,
      ({ middleware }) =>
        new Client({
          accessToken,
          basePath: world.fake.url,
          middleware: place === 'before' ? [tenant, ...middleware] : [...middleware, tenant],
        }),
    );
    await write(oncely, () => oncely.client.crm.contacts.basicApi.create(ada));
    expect(world.fake.effects('contacts.create').map(({ portalId }) => portalId)).toEqual([2]);
    expect(new Set(world.fake.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer tenant']),
    );
  });

  it('is settled and repeated with a renewed token of the same portal, by another process', async () => {
    const world = await startWorld({ tokens });
    world.fake.seedProperty('contacts', 'oncely_key', { portalId: 2 });
    let token = 'tenant';
    const rotating = before((context) => context.setHeaderParam('Authorization', `Bearer ${token}`));
    const make = () => wrapped(world, { middleware: [rotating] }, { waitMs: 300 });
    const first = make();
    world.fake.fail({ kind: 'reset_after_effect' });
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
    await expect(write(first, () => first.client.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    world.fake.heal();
    token = 'renewed';
    const second = make();
    await second.recover();
    expect((await second.effects.get(slot))?.state).toBe('succeeded');
    expect(world.fake.requests.at(-1)?.headers.authorization).toBe('Bearer renewed');
    await write(second, () => second.client.crm.contacts.basicApi.create(ada));
    expect(world.fake.effects('contacts.create')).toHaveLength(1);
  });

  it('of one portal is never settled with the token of another', async () => {
    const world = await startWorld({ tokens });
    world.fake.seedProperty('contacts', 'oncely_key', { portalId: 2 });
    let token = 'tenant';
    const rotating = before((context) => context.setHeaderParam('Authorization', `Bearer ${token}`));
    const make = () => wrapped(world, { middleware: [rotating] }, { waitMs: 300 });
    const first = make();
    world.fake.fail({ kind: 'reset_after_effect' });
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
    await write(first, () => first.client.crm.contacts.basicApi.create(ada)).catch(() => undefined);
    world.fake.heal();
    token = 'other';
    const second = make();
    await second.recover();
    expect((await second.effects.get(slot))?.stopped).toContain('credentials of its own');
    await expect(write(second, () => second.client.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 'input_changed',
    });
    expect(world.fake.effects('contacts.create')).toHaveLength(1);
  });

  it('has the headers and the agent that middleware and call give, as the raw client', async () => {
    const world = await startWorld();
    const agent = new Agent();
    const connect = vi.spyOn(agent, 'createConnection');
    const traced = before((context) => {
      context.setHeaderParam('X-Trace-Id', 't1');
      context.setAgent(agent);
    });
    const oncely = wrapped(world, { middleware: [traced] });
    const own = {
      pre: async (context: Context) => (context.setHeaderParam('X-Own', 'o1'), context),
      post: async (c: unknown) => c,
    };
    for (const middlewareMergeStrategy of ['append', 'prepend', 'replace']) {
      connect.mockClear();
      const from = world.fake.requests.length;
      await oncely.scope({ ...scope, businessId: middlewareMergeStrategy }, () =>
        oncely.effect('write', () =>
          oncely.client.crm.deals.basicApi.create({ properties: { dealname: 'd' }, associations: [] }, {
            middleware: [own],
            middlewareMergeStrategy,
          } as never),
        ),
      );
      const sent = world.fake.requests.slice(from).find(({ path }) => path === '/crm/v3/objects/deals');
      expect(sent?.headers).toMatchObject({ 'x-own': 'o1' });
      // To replace is to replace: the client's own are left out, as the SDK does.
      expect(sent?.headers['x-trace-id']).toBe(middlewareMergeStrategy === 'replace' ? undefined : 't1');
      expect(connect.mock.calls.length > 0).toBe(middlewareMergeStrategy !== 'replace');
    }
    agent.destroy();
  });

  it('is the operation that its method asked for, also where a middleware leads it to a gateway', async () => {
    const world = await startWorld();
    const gateway = before((context) =>
      context.setUrl(context.getUrl().replace('hubapi.invalid', new URL(world.fake.url).host)),
    );
    const oncely = wrapped(world, { basePath: 'http://hubapi.invalid', middleware: [gateway] });
    world.fake.fail({ kind: 'reset_after_effect' });
    await write(oncely, () => oncely.client.crm.contacts.basicApi.create(ada));
    expect((await oncely.effects.get(slot))?.operation).toBe('hubspot.crm.contacts.create');
    expect(world.fake.effects('contacts.create')).toHaveLength(1);
  });

  it('is the same call however often the retries of the SDK repeat it', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const world = await startWorld();
    const oncely = wrapped(world, { numberOfApiCallRetries: 3 }, { waitMs: 200 });
    world.fake.fail({ kind: 'rate_limited', retryAfterS: 1, policy: 'SECONDLY' });
    await oncely.scope(scope, () => oncely.client.crm.contacts.basicApi.create(ada)).catch(() => undefined);
    const { effects } = await oncely.effects.list();
    expect(effects).toHaveLength(1);
    expect(world.fake.effects('contacts.create').length).toBeLessThan(2);
  });
});

describe('a client', () => {
  const built = (build: (config: HubSpotConfig) => unknown): (() => unknown) => {
    const oncely = createOncely({
      ledger: memoryLedger(),
      clients: { hubspot: oncelyHubspot(build as (config: HubSpotConfig) => HubSpotLike) },
      drainOnSigterm: false,
    });
    return () => oncely.clients.hubspot;
  };
  const passing = before(() => undefined);

  it.each([
    ['forgets the config', () => new Client({ accessToken }), /did not use the config/],
    ['drops our middleware', (c: HubSpotConfig) => new Client({ ...c, middleware: [passing] }), /middleware: \[yours/],
    ['gives a mock', (c: HubSpotConfig) => ({ config: c, apiRequest: async () => undefined }), /no Client of @hubspot/],
    ['gives nothing', () => undefined, /no Client of @hubspot/],
  ])('is refused where the builder %s', (_, build, said) => {
    expect(built(build)).toThrow(expect.objectContaining({ code: 'invalid_config' }));
    expect(built(build)).toThrow(said);
  });

  it('that was built with our config and is not ours sends no write', async () => {
    const world = await startWorld();
    let other: Client | undefined;
    const oncely = start(world, (config) => {
      other = new Client({ accessToken, basePath: world.fake.url, ...config });
      return new Client({ accessToken, basePath: world.fake.url, ...config });
    });
    expect(oncely.client).not.toBe(other);
    await expect(other?.crm.contacts.basicApi.create(ada)).rejects.toMatchObject({ code: 'invalid_config' });
    expect(await other?.crm.contacts.basicApi.getPage()).toMatchObject({ results: [] });
    expect(writes(world)).toEqual([]);
  });

  it('of one account is not taken for another as well', async () => {
    const world = await startWorld();
    let one: Client | undefined;
    const oncely = createOncely({
      ledger: world.ledger,
      clients: {
        hubspot: oncelyHubspot((config) => (one ??= new Client({ accessToken, basePath: world.fake.url, ...config })), {
          accounts: 'many',
        }),
      },
      drainOnSigterm: false,
    });
    expect(oncely.clients.hubspot('a')).toBe(oncely.clients.hubspot('a'));
    expect(() => oncely.clients.hubspot('b')).toThrow(/"a" for "b"/);
  });

  it('stays what tests set in it: spies and stubs are read back, and names and lengths are those of the SDK', async () => {
    const world = await startWorld();
    const { client } = wrapped(world);
    const { basicApi } = client.crm.contacts;
    expect([basicApi.create.name, basicApi.create.length]).toEqual([
      'create',
      world.raw.crm.contacts.basicApi.create.length,
    ]);
    const stub = vi.fn(async () => ({ id: '1' }));
    basicApi.create = stub as never;
    expect(readBack(client.crm.contacts.basicApi, 'create')).toBe(stub);
    expect(await client.crm.contacts.basicApi.create(ada)).toEqual({ id: '1' });
    const spied = vi.spyOn(client.crm.contacts.basicApi, 'getPage');
    await client.crm.contacts.basicApi.getPage();
    expect(readBack(client.crm.contacts.basicApi, 'getPage')).toHaveBeenCalledOnce();
    spied.mockRestore();
    const request = vi.spyOn(client, 'apiRequest').mockResolvedValue('mine' as never);
    expect(await client.apiRequest({ method: 'POST', path: '/crm/v3/objects/contacts' })).toBe('mine');
    expect(readBack(client, 'apiRequest')).toBe(request);
    const shared = vi.spyOn(Object.getPrototypeOf(client.crm.deals.basicApi) as typeof basicApi, 'create');
    shared.mockResolvedValue({ id: '2' } as never);
    expect(await client.crm.deals.basicApi.create(ada)).toEqual({ id: '2' });
    expect(readBack(client.crm.deals.basicApi, 'create')).toHaveBeenCalledOnce();
    expect(writes(world)).toEqual([]);
  });
});

function isBatchRead({ path }: { readonly path: string }): boolean {
  return path.endsWith('/batch/read');
}

/** As a test reads a spy: the function, without calling it. */
function readBack(part: object, name: string): unknown {
  return Reflect.get(part, name);
}
