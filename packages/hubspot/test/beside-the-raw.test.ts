import { Agent } from 'node:http';

import { Client } from '@hubspot/api-client';
import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyHubspot } from '@oncely/hubspot';
import { startHubSpotFake, type HubSpotFake } from '@oncely/testing/fakes/hubspot';
import { Client as Client13 } from 'hubspot-api-client-13';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { accessToken } from './world.ts';

// The raw SDK and ours on the same failures, side by side: what is no write of a scope is the SDK's alone.

type Config = NonNullable<ConstructorParameters<typeof Client>[0]>;
type Fault = Parameters<HubSpotFake['fail']>[0];
type Call = (client: Client) => Promise<unknown>;

const faults: Readonly<Record<string, Fault>> = {
  'a reset': { kind: 'reset_before_effect' },
  'a cut body': { kind: 'truncate' },
  'no JSON': { kind: 'not_json' },
  '408': { kind: 'status', status: 408, after: 'before_effect' },
  '429 of a second': { kind: 'rate_limited', retryAfterS: 30, policy: 'SECONDLY' },
  '429 of ten seconds': { kind: 'rate_limited', retryAfterS: 3_600, policy: 'TEN_SECONDLY_ROLLING' },
  '429 of a day': { kind: 'rate_limited', retryAfterS: 86_400, policy: 'DAILY' },
  "a gateway's 429": { kind: 'gateway_429' },
  '502': { kind: 'gateway_502', after: 'before_effect' },
  '503': { kind: 'status', status: 503, after: 'before_effect', headers: { 'retry-after': '120' } },
};

const reads: Readonly<Record<string, Call>> = {
  getPage: ({ crm }) => crm.contacts.basicApi.getPage(),
  getAll: ({ crm }) => crm.deals.getAll(),
  search: ({ crm }) => crm.contacts.searchApi.doSearch({ limit: 1, properties: [], filterGroups: [] } as never),
  'batch read': ({ crm }) =>
    crm.contacts.batchApi.read({ inputs: [{ id: '1' }], properties: [], propertiesWithHistory: [] }),
  'apiRequest that reads': async (client) => {
    const answer = await client.apiRequest({ path: '/crm/v3/objects/contacts', qs: { limit: 1 } });
    return { status: answer.status, body: await answer.text() };
  },
};

const ada = { properties: { email: 'ada@example.com', oncely_note: 'x' }, associations: [] };
const writes: Readonly<Record<string, Call>> = {
  create: ({ crm }) => crm.contacts.basicApi.create(ada),
  'apiRequest that writes': async (client) => {
    const answer = await client.apiRequest({ method: 'POST', path: '/crm/v3/objects/contacts', body: ada });
    return { status: answer.status, body: await answer.text() };
  },
  upload: ({ files }) =>
    files.filesApi.upload({ data: Buffer.from('hello'), name: 'a.txt' }, undefined, '/x', undefined, undefined, '{}'),
};

const configs: Readonly<Record<string, () => Config>> = {
  'as it is': () => ({}),
  'with retries': () => ({ numberOfApiCallRetries: 3 }),
  'with an agent, headers and a limiter': () => ({
    httpAgent: new Agent({ keepAlive: false }),
    defaultHeaders: { 'X-Desk': 'billing' },
    limiterOptions: { maxConcurrent: 1 },
    middleware: [
      {
        pre: (context) => (
          (context as { setHeaderParam(n: string, v: string): void }).setHeaderParam('X-T', '1'),
          context
        ),
        post: (context) => context,
      },
    ],
  }),
};

// What the SDK waits passes at once, and is counted.
let waited: number[] = [];
beforeEach(() => {
  waited = [];
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const real = setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((fn: () => void, ms = 0, ...rest: unknown[]) => {
    const isSdks = /RetryDecorator/.test(new Error('where from').stack ?? '');
    if (isSdks) waited.push(ms);
    return real(fn, isSdks ? 0 : ms, ...(rest as []));
  }) as typeof setTimeout);
});
afterEach(() => {
  vi.restoreAllMocks();
  // The SDK's decorators are of the process.
  return void new Client({ accessToken: 'x', numberOfApiCallRetries: 0 });
});

/** All that a caller, and HubSpot, can see of one call. */
async function seen(
  make: (fake: HubSpotFake) => Client,
  call: Call,
  fault: Fault | undefined,
  times: number,
): Promise<unknown> {
  const fake = await startHubSpotFake({ now: () => 1_800_000_000_000 });
  fake.seedProperty('contacts', 'oncely_key');
  const client = make(fake);
  if (fault) fake.fail(fault, { times, match: () => true });
  waited = [];
  const end = await call(client).then(
    (value) => ({ value }),
    (error: Error & { code?: unknown; body?: unknown; headers?: unknown; cause?: { code?: unknown } }) => ({
      error: error.constructor.name,
      name: error.name,
      message: error.message,
      code: error.code,
      body: error.body,
      headers: error.headers,
      cause: error.cause?.code,
    }),
  );
  const requests = fake.requests.map(({ method, path, query, headers, body }) => ({
    method,
    path,
    query: query.toString(),
    headers: { ...headers, host: '', 'content-type': headers['content-type']?.replace(/boundary=.*/, '') },
    body: body.replaceAll(/-{10,}[0-9a-f]+/g, '-'),
  }));
  await fake.close();
  const plain = JSON.stringify({ end, waited, requests }, (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
  return JSON.parse(
    plain.replaceAll(fake.url, 'URL').replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, 'DATE'),
  ) as unknown;
}

async function compare(
  Version: typeof Client,
  config: () => Config,
  call: Call,
  fault: Fault | undefined,
  times: number,
): Promise<void> {
  const at = (fake: HubSpotFake): Config => ({ accessToken, basePath: fake.url, ...config() });
  const raw = await seen((fake) => new Version(at(fake)), call, fault, times);
  const ours = await seen(
    (fake) =>
      createOncely({
        ledger: memoryLedger(),
        clients: {
          hubspot: oncelyHubspot((given) => {
            const own = at(fake);
            return new Version({ ...own, ...given, middleware: [...(own.middleware ?? []), ...given.middleware] });
          }),
        },
        unscoped: 'observe',
        drainOnSigterm: false,
      }).clients.hubspot,
    call,
    fault,
    times,
  );
  expect(ours).toEqual(raw);
}

// The raw client of version 13 waits for ever on a cut body, and so does ours.
const faultsOf = (version: string): readonly Fault[] =>
  Object.entries(faults).flatMap(([name, fault]) => (version === '13' && name === 'a cut body' ? [] : [fault]));

const versions = { 14: Client, 13: Client13 as unknown as typeof Client };

describe.each(Object.entries(versions))('version %s', (version, Version) => {
  describe.each(Object.entries(configs))('%s', (_name, config) => {
    it.each(Object.entries(reads))(
      'reads as the raw SDK, on every failure, once and for good: %s',
      async (_read, call) => {
        await compare(Version, config, call, undefined, 0);
        for (const fault of faultsOf(version)) {
          for (const times of [1, Infinity]) await compare(Version, config, call, fault, times);
        }
      },
    );

    it.each(Object.entries(writes))('writes as the raw SDK where it only observes: %s', async (_write, call) => {
      await compare(Version, config, call, undefined, 0);
      for (const fault of faultsOf(version)) {
        for (const times of [1, Infinity]) await compare(Version, config, call, fault, times);
      }
    });
  });
});
