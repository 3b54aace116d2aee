import { Agent } from 'node:http';

import { Client } from '@hubspot/api-client';
import { createOncely } from '@oncely/core';
import { oncelyHubspot } from '@oncely/hubspot';
import { Client as Client13 } from 'hubspot-api-client-13';
import { describe, expect, it } from 'vitest';

import { accessToken, scope, startWorld } from './world.ts';

const ada = { properties: { email: 'ada@example.com' }, associations: [] };

describe.each([
  ['14', Client],
  ['13', Client13 as unknown as typeof Client],
])('apiRequest of version %s', (_, Version) => {
  const path = '/crm/v3/objects/contacts';
  it.each([
    { method: 'POST', path, body: ada, qs: { dryRun: true, a: ['1', '2'] } },
    { method: 'POST', path: `${path}?x=1`, body: ada, qs: { y: 'a b' } },
    { method: 'post', path, body: ada, headers: { 'X-Own': 'o', Accept: 'application/json' } },
    { method: 'POST', path, body: ada, headers: { Authorization: 'Bearer mine' } },
    { method: 'POST', path, body: ada, headers: { authorization: 'Bearer mine' }, authType: 'none' },
    { method: 'POST', path, body: ada, authType: 'developerApiKey' },
    {
      method: 'POST',
      path,
      body: JSON.stringify(ada),
      defaultJson: false,
      headers: { 'content-type': 'application/json' },
    },
    { method: 'DELETE', path: `${path}/1` },
  ])('sends what the SDK sends: %j', async (options) => {
    const world = await startWorld();
    const config = {
      accessToken,
      developerApiKey: 'dev',
      basePath: world.fake.url,
      defaultHeaders: { 'X-Desk': 'billing' },
      httpAgent: new Agent(),
    };
    const answered = { kind: 'status', status: 201, after: 'before_effect', stored: false, body: { id: '1' } } as const;
    const isIt = (request: { readonly method: string }): boolean => request.method !== 'GET';
    world.fake.fail(answered, { times: 2, match: isIt });
    await new Version({ ...config }).apiRequest(options);
    const oncely = createOncely({
      ledger: world.ledger,
      clients: { hubspot: oncelyHubspot((given) => new Version({ ...config, ...given })) },
      drainOnSigterm: false,
    });
    await oncely.scope(scope, () => oncely.effect('write', () => oncely.clients.hubspot.apiRequest(options)));
    const [raw, ours] = world.fake.requests.filter(isIt);
    const shown = (each: typeof raw) => {
      const { host: _h, connection: _c, 'content-length': _l, 'accept-encoding': _e, ...headers } = each?.headers ?? {};
      for (const name of ['accept-language', 'sec-fetch-mode', 'transfer-encoding']) delete headers[name];
      const body = each?.body === '' ? '' : (JSON.parse(each?.body ?? '') as { properties: Record<string, unknown> });
      if (body !== '') delete body.properties['oncely_key'];
      return { method: each?.method, path: each?.path, query: each?.query.toString(), headers, body };
    };
    expect(shown(ours)).toEqual(shown(raw));
  });
});
