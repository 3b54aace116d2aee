import { Client } from '@hubspot/api-client';
import { createOncely, type Ledger } from '@oncely/core';
import { oncelyHubspot } from '@oncely/hubspot';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { slot, startWorld } from './world.ts';

// What the vendor and its SDK do that would break one effect a call; each was measured before it was written down.

const ada = { properties: { email: 'ada@example.com' }, associations: [] };

describe('a 2xx that the method does not expect', () => {
  it('throws an ApiException of the SDK with code 200, and has happened: it is not sent again', async () => {
    const world = await startWorld();
    const merge = (): Promise<unknown> =>
      world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    world.fake.fail({ kind: 'status', status: 200, after: 'after_effect', body: { id: '7', properties: {} } });
    const first: unknown = await merge().catch((error: unknown) => error);
    expect(first).toMatchObject({ code: 200 });
    expect(await merge().catch((error: unknown) => error)).toMatchObject({ code: 200 });
    expect(world.fake.effects('contacts.create')).toHaveLength(1);
    expect(world.sent()).toHaveLength(1);
    expect((await world.process().oncely.effects.get(slot))?.state).toBe('succeeded');
  });
});

describe('a body that is no JSON', () => {
  it('is a SyntaxError of the SDK and in doubt here: it is looked up', async () => {
    const world = await startWorld();
    world.fake.fail({ kind: 'status', status: 201, after: 'before_effect', body: '{"id":' });
    await expect(world.raw.crm.contacts.basicApi.create(ada)).rejects.toThrow(SyntaxError);
    world.fake.fail({ kind: 'status', status: 201, after: 'after_effect', body: '{"id":' });
    const made = await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(made.id).toBe(world.fake.effects('contacts.create')[0]?.id);
    expect(world.fake.effects('contacts.create')).toHaveLength(1);
  });
});

describe('a limit', () => {
  const limited = (policyName: string, headers: Record<string, string> = {}) =>
    ({
      kind: 'status',
      status: 429,
      after: 'before_effect',
      stored: false,
      headers,
      body: {
        status: 'error',
        message: `You have reached your ${policyName.toLowerCase()} limit.`,
        errorType: 'RATE_LIMIT',
        correlationId: 'c',
        policyName,
      },
    }) as const;

  it('of a second is waited out', async () => {
    const world = await startWorld();
    world.fake.fail(limited('SECONDLY'));
    await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(world.sent()).toHaveLength(2);
  });

  it("of a day is the vendor's own error, with the effect open for when it ends", async () => {
    const world = await startWorld();
    world.fake.fail(limited('DAILY'));
    const { effect, oncely } = world.process();
    await expect(effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
      code: 429,
      body: { policyName: 'DAILY' },
    });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'ready', attempts: [{ evidence: 'not_applied' }] });
    world.later(3_700_000);
    await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
    expect(world.fake.effects('contacts.create')).toHaveLength(1);
  });
});

it('a missing scope is not final: the same call works with a token that has it', async () => {
  const world = await startWorld({ tokens: { poor: { scopes: [] }, rich: {} } });
  const create = (accessToken: string): Promise<unknown> =>
    world.process({ accessToken }).effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
  await expect(create('poor')).rejects.toMatchObject({ code: 403, body: { category: 'MISSING_SCOPES' } });
  await create('rich');
  expect(world.fake.effects('contacts.create')).toHaveLength(1);
});

it('headers and a base path of the client go with writes, apiRequest and resends alike', async () => {
  const world = await startWorld();
  const config = { defaultHeaders: { 'X-Desk': 'billing' } };
  const { effect, hubspot, oncely } = world.process({ config, waitMs: 300 });
  world.fake.fail({ kind: 'reset_before_effect' });
  world.fake.fail(
    { kind: 'gateway_502', after: 'before_effect' },
    { times: Infinity, match: ({ path }) => path.endsWith('/batch/read') },
  );
  await expect(effect((client) => client.crm.contacts.basicApi.create(ada))).rejects.toMatchObject({
    code: 'in_doubt',
  });
  world.fake.heal();
  await world.process({ config }).oncely.recover();
  expect((await oncely.effects.get(slot))?.state).toBe('succeeded');
  await oncely.scope({ businessId: 'case_2', workflowId: 'test' }, () =>
    oncely.effect('write', () =>
      hubspot.apiRequest({ method: 'POST', path: '/crm/v3/objects/deals', body: { properties: {} } }),
    ),
  );
  expect(world.sent()).toHaveLength(3);
  const writes = world.fake.requests.filter(({ path }) => !path.includes('/batch/'));
  expect(new Set(writes.map(({ headers }) => headers['x-desk']))).toEqual(new Set(['billing']));
});

it('a value with signs that an address would garble is looked up in the body', async () => {
  const world = await startWorld();
  const upsert = {
    inputs: [{ id: 'a+b%2B&c@example.com', idProperty: 'email', properties: { lastname: 'New' } }],
  };
  world.fake.fail({ kind: 'reset_after_effect' });
  await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.upsert(upsert));
  expect(world.fake.effects()).toHaveLength(1);
  expect(world.sent()).toHaveLength(1);
});

it('an update of a record that was merged away is found done at the one that won', async () => {
  const world = await startWorld();
  const [winner, loser] = [
    world.fake.seed('contacts', { email: 'winner@example.com' }),
    world.fake.seed('contacts', { email: 'loser@example.com' }),
  ];
  await world.raw.crm.contacts.basicApi.merge({ primaryObjectId: winner, objectIdToMerge: loser });
  world.fake.fail({ kind: 'reset_after_effect' });
  const updated = await world
    .process()
    .effect((hubspot) => hubspot.crm.contacts.basicApi.update(loser, { properties: { firstname: 'Ada' } }));
  expect(updated.id).toBe(winner);
  expect(world.fake.effects('contacts.update')).toHaveLength(1);
});

it('search, which lags, is never asked', async () => {
  const world = await startWorld({ searchLagMs: 60_000 });
  world.fake.fail({ kind: 'reset_after_effect' });
  await world.process().effect((hubspot) => hubspot.crm.contacts.basicApi.create(ada));
  expect(world.fake.requests.filter(({ path }) => path.endsWith('/search'))).toEqual([]);
  expect(world.fake.effects('contacts.create')).toHaveLength(1);
});

it('the second effect of one sendId is none, by HubSpot itself; the generation of a refused one has another', async () => {
  const world = await startWorld();
  const mail = { emailId: 7, message: { to: 'a@example.com' } };
  world.fake.fail({
    kind: 'status',
    status: 400,
    after: 'before_effect',
    stored: false,
    body: { status: 'error', category: 'VALIDATION_ERROR', message: 'm', correlationId: 'c' },
  });
  const send = (to: string): Promise<unknown> =>
    world
      .process()
      .effect((hubspot) => hubspot.marketing.transactional.singleSendApi.sendEmail({ ...mail, message: { to } }));
  await expect(send('wrong@example.com')).rejects.toMatchObject({ code: 400 });
  await send('a@example.com');
  const ids = world.fake.requests.map(
    ({ body }) => (JSON.parse(body) as typeof mail & { message: { sendId: string } }).message.sendId,
  );
  expect(new Set(ids).size).toBe(2);
  expect(ids.every((id) => id.startsWith('oncely_'))).toBe(true);
});

it("a caller's own sendId and uuid are kept", async () => {
  const world = await startWorld();
  const { oncely, hubspot } = world.process();
  await oncely.scope({ businessId: 'b', workflowId: 'w' }, async () => {
    await oncely.effect('mail', () =>
      hubspot.marketing.transactional.singleSendApi.sendEmail({
        emailId: 7,
        message: { to: 'a@example.com', sendId: 'mine' },
      }),
    );
    await oncely.effect('event', () =>
      hubspot.events.send.basicApi.send({ eventName: 'pe1_e', email: 'a@example.com', uuid: 'my-uuid' }),
    );
    await oncely.effect('event-2', () =>
      hubspot.events.send.basicApi.send({ eventName: 'pe1_e', email: 'a@example.com' }),
    );
  });
  const bodies = world.fake.requests.map(({ body }) => body);
  expect(bodies[0]).toContain('"sendId":"mine"');
  expect(bodies[1]).toContain('"uuid":"my-uuid"');
  expect(bodies[2]).toMatch(/"uuid":"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/);
});

it('a password that is shown once is not kept, and cannot be given again', async () => {
  const world = await startWorld();
  world.fake.fail({
    kind: 'status',
    status: 201,
    after: 'before_effect',
    stored: false,
    body: { id: 'a@hubspot.com', createContact: false, campaignName: 'c', password: 'RecognisablePassword' },
  });
  const create = (): Promise<{ readonly password?: string }> =>
    world
      .process()
      .effect((hubspot) =>
        hubspot.marketing.transactional.publicSMTPTokensApi.createToken({ createContact: false, campaignName: 'c' }),
      );
  expect((await create()).password).toBe('RecognisablePassword');
  expect(await world.kept()).not.toContain('RecognisablePassword');
  await expect(create()).rejects.toMatchObject({ code: 'result_unavailable' });
  expect(world.sent()).toHaveLength(1);
});

it("a developer's key travels in the address, and is in neither ledger nor fingerprint", async () => {
  const world = await startWorld();
  const subscribe = (developerApiKey: string): Promise<unknown> =>
    world
      .process({ config: { developerApiKey } })
      .effect((hubspot) =>
        hubspot.webhooks.subscriptionsApi.create(7, { eventType: 'contact.creation' as never, active: true }),
      );
  world.fake.fail({ kind: 'rate_limited', retryAfterS: 0.05 });
  world.fake.fail({
    kind: 'status',
    status: 201,
    after: 'before_effect',
    stored: false,
    body: { id: '1', eventType: 'contact.creation', active: true, createdAt: '2026-01-01T00:00:00Z' },
  });
  const made = await subscribe('RecognisableDeveloperKey');
  expect(world.fake.requests.map(({ query }) => query.getAll('hapikey'))).toEqual([
    ['RecognisableDeveloperKey'],
    ['RecognisableDeveloperKey'],
  ]);
  expect(await world.kept()).not.toContain('Recognisable');
  expect(await subscribe('AnotherKey')).toEqual(made);
});

it('the type of the client is the one that the builder gave', async () => {
  const world = await startWorld();
  const { hubspot } = world.process();
  expect(hubspot).toBeInstanceOf(Client);
  expectTypeOf(hubspotOf(world.ledger)).toEqualTypeOf<Client>();
  expect(hubspot.config.basePath).toBe(world.fake.url);
  expect(hubspot.crm.contacts).toBe(hubspot.crm.contacts);
  const id = world.fake.seed('contacts', { email: 'a@example.com' });
  expect((await hubspot.crm.contacts.getAll()).map((each) => each.id)).toEqual([id]);
});

function hubspotOf(ledger: Ledger) {
  const clients = { hubspot: oncelyHubspot((config) => new Client(config)) };
  return createOncely({ ledger, clients, drainOnSigterm: false }).clients.hubspot;
}
