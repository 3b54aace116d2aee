import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Client } from '@hubspot/api-client';
import { createOncely, isOncelyError, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyHubspot } from '@oncely/hubspot';
import { oncelySlack } from '@oncely/slack';
import { oncelyStripe } from '@oncely/stripe';
import { LogLevel, WebClient } from '@slack/web-api';
import Stripe from 'stripe';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import {
  isWrite,
  listed,
  operationNames as hubspotNames,
  operationOf as hubspotOperation,
} from '../../../hubspot/src/operations.ts';
import { operationNames as slackNames } from '../../../slack/src/methods.ts';
import { operationOf as stripeOperation } from '../../../stripe/src/operations.ts';
import { operationNames as stripeNames } from '../../../stripe/src/operation-names.ts';
import { table } from '../../../stripe/src/table.ts';
import { spellingsOfNames, spellingsOfPaths } from './spellings.ts';

/** What reached a vendor, whatever it makes of it. Reads are none of it. */
const sent: string[] = [];
const server = createServer((request, response) => {
  if (request.method !== 'GET' && !request.url?.endsWith('/batch/read')) sent.push(`${request.method} ${request.url}`);
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"id":"x_1","object":"thing"}');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  sent.length = 0;
});

const clients = {
  stripe: oncelyStripe((config) => new Stripe('sk_test_1', { host: '127.0.0.1', port, protocol: 'http', ...config })),
  hubspot: oncelyHubspot((config) => new Client({ accessToken: 't', basePath: `http://127.0.0.1:${port}`, ...config })),
  slack: oncelySlack(
    (config) =>
      new WebClient('xoxb-1', { slackApiUrl: `http://127.0.0.1:${port}/api/`, logLevel: LogLevel.ERROR, ...config }),
  ),
};
type Desk = Oncely<typeof clients>;

/** Every operation that is known needs a person, by its own name; what nobody knows needs none. */
const known = [...stripeNames, ...hubspotNames, ...slackNames].filter(
  (name) => !/^\w+\.(post|put|patch|delete)\.\*$/.test(name),
);
const start = (names: readonly string[] = known): Desk =>
  createOncely({
    ledger: memoryLedger(),
    clients,
    approvals: { version: 1, operations: Object.fromEntries(names.map((name) => [name, true])) },
    drainOnSigterm: false,
  });

let calls = 0;
async function end(oncely: Desk, call: () => Promise<unknown>): Promise<string> {
  const scope = { businessId: `case_${(calls += 1)}`, workflowId: 'desk' };
  try {
    await oncely.scope(scope, () => oncely.effect('write', call));
    return 'passed';
  } catch (error) {
    return isOncelyError(error) ? error.code : String(error);
  }
}

const held = expect.stringMatching(/^(approval_required|invalid_input)$/);
const body = { properties: { a: 'b' }, inputs: [], associations: [] };

interface Way {
  readonly of: string;
  readonly all: readonly { readonly method: string; readonly path: string }[];
  readonly nameOf: (method: string, path: string) => string;
  readonly spellings: Readonly<Record<string, (path: string) => string>>;
  readonly call: (oncely: Desk, method: string, path: string) => Promise<unknown>;
  readonly some: { readonly method: string; readonly path: string };
}

const ways: readonly Way[] = [
  {
    of: 'Stripe, by rawRequest',
    all: table.map(({ method, path }) => ({ method, path: path.replaceAll(':id', 'x_1A') })),
    spellings: spellingsOfPaths,
    call: ({ clients: { stripe } }, method, path) =>
      stripe.rawRequest(method, path, method === 'POST' && path.startsWith('/v1') ? { amount: 1 } : undefined),
    nameOf: (method, path) => stripeOperation(method, path, 1).name,
    some: { method: 'POST', path: '/v1/refunds' },
  },
  {
    of: 'HubSpot, by apiRequest',
    all: listed
      .filter(({ method, path }) => isWrite(method, path))
      .map(({ method, path }) => ({
        method,
        path: path.replace(/\{objectType\}/, 'contacts').replace(/\{[^{}]+\}/g, 'x1A'),
      })),
    spellings: spellingsOfPaths,
    call: ({ clients: { hubspot } }, method, path) => hubspot.apiRequest({ method, path, body }),
    nameOf: (method, path) => hubspotOperation(method, path, 1).name,
    some: { method: 'POST', path: '/crm/v3/objects/contacts' },
  },
  {
    of: 'Slack, by apiCall',
    all: slackNames.map((name) => ({ method: 'POST', path: name.replace(/^slack\./, '') })),
    spellings: spellingsOfNames,
    call: ({ clients: { slack } }, _, name) => slack.apiCall(name, { channel: 'C1', text: 'hello' }),
    nameOf: (_, name) => `slack.${name}`,
    some: { method: 'POST', path: 'chat.postMessage' },
  },
];

describe.each(ways)('one operation has one name at $of', ({ all, spellings, call, nameOf, some }) => {
  it('so a policy that names it holds whatever its path looks like', async () => {
    const oncely = start([nameOf(some.method, some.path)]);
    for (const [how, spelled] of Object.entries(spellings)) {
      const path = spelled(some.path);
      expect([how, await end(oncely, () => call(oncely, some.method, path))]).toEqual([how, held]);
      expect([how, sent]).toEqual([how, []]);
    }
  });

  it('for every operation that is known, each in three of the spellings in turn', async () => {
    expect(all.length).toBeGreaterThan(100);
    const oncely = start();
    const each = Object.entries(spellings);
    for (const [index, { method, path }] of all.entries()) {
      for (const step of [0, 7, 14]) {
        const [how, spelled] = each[(index + step) % each.length] ?? ['', String];
        const ended = await end(oncely, () => call(oncely, method, spelled(path)));
        const record = await oncely.effects.get(`case_${calls}:desk:write`);
        const name = ended === 'invalid_input' ? undefined : nameOf(method, path);
        expect([method, path, how, ended, record?.operation]).toEqual([method, path, how, held, name]);
      }
    }
    expect(sent).toEqual([]);
  });
});

describe('what no table knows is sent as it is', () => {
  it.each([
    ['stripe.post.v1.new_things', (o: Desk) => o.clients.stripe.rawRequest('POST', '/v1/new_things', { a: 1 })],
    [
      'stripe.post.v1.new_things.:id.renew',
      (o: Desk) => o.clients.stripe.rawRequest('POST', '/v1/new_things/nt_1A/renew'),
    ],
    [
      'hubspot.post.crm.v3.new-things',
      (o: Desk) => o.clients.hubspot.apiRequest({ method: 'POST', path: '/crm/v3/new-things', body }),
    ],
    ['slack.chat.sing', (o: Desk) => o.clients.slack.apiCall('chat.sing', { channel: 'C1' })],
    ['slack.chat.postMessages', (o: Desk) => o.clients.slack.apiCall('chat.postMessages', { channel: 'C1' })],
  ])('%s', async (name, call) => {
    const oncely = start();
    expect(await end(oncely, () => call(oncely))).toBe('passed');
    expect(sent).toHaveLength(1);
    const [record] = (await oncely.effects.list()).effects;
    expect(record?.operation).toBe(name);
  });

  it('and an id may hold what no path does', async () => {
    const oncely = start(['stripe.coupons.create', 'hubspot.crm.contacts.create', 'slack.chat.postMessage']);
    const coupons = ['/v1/coupons/SUMMER;50', '/v1/coupons/Refunds', '/v1/coupons/a%20b'];
    for (const path of coupons) {
      expect(await end(oncely, () => oncely.clients.stripe.rawRequest('POST', path, { name: 'n' }))).toBe('passed');
    }
    const path = '/crm/v3/objects/contacts/Ann%2Bx%40Example.com?idProperty=email';
    await end(oncely, () => oncely.clients.hubspot.apiRequest({ method: 'PATCH', path, body }));
    expect(sent).toEqual([...coupons.map((each) => `POST ${each}`), `PATCH ${path}`]);
  });

  it('but a path that is one operation as it stands, and another elsewhere, is refused with both', async () => {
    const oncely = start(['stripe.refunds.create']);
    const scope = { businessId: 'case_0', workflowId: 'desk' };
    const refund = oncely.scope(scope, () =>
      oncely.effect('refund', () => oncely.clients.stripe.rawRequest('POST', '/v1/refunds/;a=1', { charge: 'ch_1' })),
    );
    await expect(refund).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(
        /"\/v1\/refunds\/;a=1" is stripe\.refunds\.update .* stripe\.refunds\.create .*Nothing was sent.*ids encoded: \/v1\/refunds$/s,
      ),
    });
    expect(sent).toEqual([]);
  });
});
