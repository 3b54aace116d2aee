import http, { Agent } from 'node:http';

import { createOncely, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe, type StripeConfig, type StripeOptions } from '@oncely/stripe';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { addressOf, apiKey, scope } from './case.ts';

type StripeFault = Parameters<StripeFake['fail']>[0];

async function startFake(): Promise<StripeFake> {
  const fake = await startStripeFake();
  onTestFinished(() => fake.close());
  fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  return fake;
}

function wrapped(
  fake: StripeFake,
  config: Partial<Stripe.StripeConfig> = {},
  {
    options,
    unscoped,
  }: { options?: StripeOptions<'one'>; unscoped?: OncelyOptions<Record<never, never>>['unscoped'] } = {},
) {
  const oncely = createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    ...(unscoped === undefined ? {} : { unscoped }),
    clients: {
      stripe: oncelyStripe((given) => new Stripe(apiKey, { ...addressOf(fake), ...config, ...given }), options),
    },
  });
  const { stripe } = oncely.clients;
  const effect = <T>(fn: () => Promise<T>): Promise<T> => oncely.scope(scope, () => oncely.effect('write', fn));
  return { stripe, effect, oncely };
}

const reads = { match: (): boolean => true, times: 99 };
const customer = { name: 'Ann' };

/** What the caller sees, and how often the vendor was asked. */
async function asked(fake: StripeFake, call: () => Promise<unknown>): Promise<unknown> {
  const before = fake.requests.length;
  const seen = await call().then(
    (value) => ({ value }),
    (error: Error & { code?: string; statusCode?: number; detail?: unknown; headers?: object }) => ({
      error: [error.constructor.name, error.message, error.code, error.statusCode, Object.keys(error.headers ?? {})],
    }),
  );
  return { ...seen, sent: fake.requests.length - before };
}

describe('a read is the SDK’s own', () => {
  it.concurrent.each<[string, StripeFault, Stripe.RequestOptions]>([
    ['that is not answered in time', { kind: 'delay', ms: 2_000 }, { timeout: 100, maxNetworkRetries: 0 }],
    ['that is not answered in time, once more', { kind: 'delay', ms: 2_000 }, { timeout: 100, maxNetworkRetries: 1 }],
    ['a 503', { kind: 'status', status: 503, after: 'before_effect' }, { maxNetworkRetries: 0 }],
    ['a 503, once more', { kind: 'status', status: 503, after: 'before_effect' }, { maxNetworkRetries: 1 }],
    [
      'a 500 that is not to be repeated',
      { kind: 'status', status: 500, after: 'before_effect', headers: { 'stripe-should-retry': 'false' } },
      { maxNetworkRetries: 2 },
    ],
    [
      'a 400 that is to be repeated',
      { kind: 'status', status: 400, after: 'before_effect', headers: { 'stripe-should-retry': 'true' } },
      { maxNetworkRetries: 1 },
    ],
    [
      'a 429 with a pause',
      { kind: 'status', status: 429, after: 'before_effect', headers: { 'retry-after': '1' } },
      { maxNetworkRetries: 1 },
    ],
    ['a 408', { kind: 'status', status: 408, after: 'before_effect' }, { maxNetworkRetries: 0 }],
    ['a reset', { kind: 'reset_before_effect' }, { maxNetworkRetries: 0 }],
    ['a cut body', { kind: 'truncate' }, { maxNetworkRetries: 0 }],
    ["a gateway's page", { kind: 'gateway_502', after: 'before_effect' }, { maxNetworkRetries: 0 }],
    ['a 200 that is no JSON', { kind: 'not_json' }, { maxNetworkRetries: 0 }],
    ['JSON without an error', { kind: 'no_error_body', status: 404, after: 'before_effect' }, {}],
  ])('%s', async (_name, fault, options) => {
    const fake = await startStripeFake();
    fake.fail(fault, reads);
    const { stripe } = wrapped(fake);
    const raw = await asked(fake, () => new Stripe(apiKey, addressOf(fake)).customers.list({}, options));
    expect(await asked(fake, () => stripe.customers.list({}, options))).toEqual(raw);
    await fake.close();
  });

  it('whose retries the client was given', async () => {
    const fake = await startFake();
    fake.fail({ kind: 'status', status: 503, after: 'before_effect' }, reads);
    const { stripe } = wrapped(fake, { maxNetworkRetries: 0 });
    expect(await asked(fake, () => stripe.customers.list())).toMatchObject({ sent: 1 });
  });
});

describe('a write of ours', () => {
  it('has no time-out where the SDK has none', async () => {
    const fake = await startFake();
    const { stripe, effect } = wrapped(fake, { timeout: 0 });
    await expect(effect(() => stripe.customers.create(customer))).resolves.toMatchObject({ object: 'customer' });
    expect(fake.requests).toHaveLength(1);
  });

  it('is not repeated by the SDK, and nobody sees why', async () => {
    const fake = await startFake();
    const headers = { 'stripe-should-retry': 'true' };
    fake.fail({ kind: 'status', status: 403, after: 'before_effect', headers }, { times: 99 });
    const { stripe, effect } = wrapped(fake, { maxNetworkRetries: 3 });
    const error = await effect(() => stripe.refunds.create({ charge: 'ch_1' })).catch((failed: Error) => failed);
    expect(fake.requests).toHaveLength(1);
    expect(Object.keys((error as Stripe.errors.StripeError).headers ?? {})).not.toContain('stripe-should-retry');
  });

  it("leaves by the `httpAgent` of the SDK's own config, as its reads do", async () => {
    const fake = await startFake();
    const httpAgent = new Agent({ keepAlive: true });
    const { stripe, effect } = wrapped(fake, { httpAgent });
    await effect(() => stripe.customers.create(customer));
    expect(Object.keys(httpAgent.freeSockets)).toHaveLength(1);
    const used = vi.spyOn(httpAgent, 'addRequest' as never);
    await stripe.customers.list();
    expect(used).toHaveBeenCalledTimes(1);
    httpAgent.destroy();
  });

  it('is answered by a mock of http.request, and so is a read; nothing reaches the vendor', async () => {
    const fake = await startFake();
    const { stripe, effect } = wrapped(fake);
    const { request } = http;
    const led: string[] = [];
    const mocked = vi.spyOn(http, 'request').mockImplementation(((given: { method: string }, ...rest: unknown[]) => {
      led.push(given.method);
      return (request as (...all: unknown[]) => unknown)({ ...given, port: mock.port }, ...rest);
    }) as never);
    const mock = await startFake();
    onTestFinished(() => mocked.mockRestore());
    await effect(() => stripe.customers.create(customer));
    await stripe.customers.list();
    expect([led, fake.requests.length, mock.requests.length]).toEqual([['POST', 'GET'], 0, 2]);
  });

  it('goes through an HTTP client of the user’s, and once', async () => {
    const fake = await startFake();
    const httpClient = Stripe.createFetchHttpClient() as unknown as StripeConfig['httpClient'];
    const { stripe, effect } = wrapped(fake, {}, { options: { httpClient } });
    const used = vi.spyOn(httpClient, 'makeRequest');
    const made = await effect(() => stripe.customers.create(customer));
    expect(await effect(() => stripe.customers.create(customer))).toEqual(made);
    await stripe.customers.list();
    expect([used.mock.calls.map(([, , , method]) => method), fake.effects().length]).toEqual([['POST', 'GET'], 1]);
    fake.fail({ kind: 'reset_after_effect' });
    const second = wrapped(fake, {}, { options: { httpClient } });
    await second.effect(() => second.stripe.refunds.create({ charge: 'ch_1', amount: 5 }));
    // In doubt after the first, and found by one look.
    const sent = fake.requests.slice(-2).map(({ method, path }) => [method, path]);
    expect([fake.effects().length, sent]).toEqual([
      2,
      [
        ['POST', '/v1/refunds'],
        ['GET', '/v1/refunds'],
      ],
    ]);
  });

  it.each<[string, () => object, number]>([
    ['an HTTP client by fetch', () => Stripe.createFetchHttpClient(), 2],
    ['an HTTP client of their own', () => ownClient(), 2],
    ['none, and the usual one for Node', () => Stripe.createNodeHttpClient(), 0],
  ])('goes by %s that stands before our config, as its reads do', async (_name, make, led) => {
    const fake = await startFake();
    const httpClient = make() as StripeConfig['httpClient'];
    const used = vi.spyOn(Object.getPrototypeOf(httpClient) as typeof httpClient, 'makeRequest');
    onTestFinished(() => used.mockRestore());
    const { stripe, effect } = wrapped(fake, { httpClient: httpClient as never });
    await effect(() => stripe.customers.create(customer));
    expect(used.mock.contexts.filter((each) => each === httpClient)).toHaveLength(led / 2);
    await stripe.customers.list();
    expect(used.mock.contexts.filter((each) => each === httpClient)).toHaveLength(led);
    expect([fake.requests.map(({ method }) => method), fake.effects().length]).toEqual([['POST', 'GET'], 1]);
  });

  it('leaves by the agent of a client for Node that stands before our config', async () => {
    const fake = await startFake();
    const httpAgent = new Agent({ keepAlive: true });
    onTestFinished(() => httpAgent.destroy());
    const used = vi.spyOn(httpAgent as never as { addRequest(): void }, 'addRequest');
    const { stripe, effect } = wrapped(fake, { httpClient: Stripe.createNodeHttpClient(httpAgent) });
    await effect(() => stripe.customers.create(customer));
    await stripe.customers.list();
    expect([used.mock.calls.length, fake.effects().length]).toEqual([2, 1]);
  });
});

class OwnClient {
  readonly #by = Stripe.createFetchHttpClient() as unknown as StripeConfig['httpClient'];

  getClientName(): string {
    return 'own';
  }

  makeRequest(
    ...all: Parameters<StripeConfig['httpClient']['makeRequest']>
  ): ReturnType<StripeConfig['httpClient']['makeRequest']> {
    return this.#by.makeRequest(...all);
  }
}

const ownClient = (): object => new OwnClient();

describe('a write that is only observed', () => {
  it('is sent as the SDK alone sends it: its key, its repeats, its error', async () => {
    const sides = await Promise.all([startFake(), startFake()]);
    const [one, two] = sides as [StripeFake, StripeFake];
    for (const fake of sides) fake.fail({ kind: 'reset_after_effect' }, { times: 2 });
    const config = { maxNetworkRetries: 2 };
    const refund = { charge: 'ch_1', amount: 100 };
    const raw = await asked(one, () => new Stripe(apiKey, { ...addressOf(one), ...config }).refunds.create(refund));
    const { stripe } = wrapped(two, config, { unscoped: 'observe' });
    const ours = await asked(two, () => stripe.refunds.create(refund));
    expect(ours).toMatchObject({ sent: 3, value: { object: 'refund' } });
    expect(raw).toMatchObject({ sent: 3 });
    expect([one.effects().length, two.effects().length]).toEqual([1, 1]);
    const keys = new Set(two.requests.map(({ headers }) => headers['idempotency-key']));
    expect([keys.size, [...keys][0]]).toEqual([1, expect.stringMatching(/^stripe-node-retry-/)]);
  });

  it.each<[string, StripeFault]>([
    ['a decline', { kind: 'status', status: 402, after: 'before_effect' }],
    ['a reset', { kind: 'reset_before_effect' }],
    ["a gateway's page", { kind: 'gateway_502', after: 'before_effect' }],
    ['a silence', { kind: 'delay', ms: 2_000 }],
  ])('ends as raw: %s', async (_name, fault) => {
    const fake = await startFake();
    fake.fail(fault, { times: 99 });
    const options = { maxNetworkRetries: 0, timeout: 100 };
    const { stripe } = wrapped(fake, {}, { unscoped: 'observe' });
    const raw = await asked(fake, () => new Stripe(apiKey, addressOf(fake)).customers.create(customer, options));
    expect(await asked(fake, () => stripe.customers.create(customer, options))).toEqual(raw);
  });
});

describe('a builder whose client does not use our config is refused, and nothing is sent', () => {
  const building = (build: (config: StripeConfig) => never) => (): unknown =>
    createOncely({ ledger: memoryLedger(), drainOnSigterm: false, clients: { stripe: oncelyStripe(build) } }).clients
      .stripe;

  it.each<[string, (config: object, at: Partial<Stripe.StripeConfig>) => unknown]>([
    ['the config is forgotten', (_config, at) => new Stripe(apiKey, at)],
    [
      'an HTTP client of its own behind ours',
      (config, at) => new Stripe(apiKey, { ...at, ...config, httpClient: Stripe.createFetchHttpClient() }),
    ],
    [
      'the usual client behind ours',
      (config, at) => new Stripe(apiKey, { ...at, ...config, httpClient: Stripe.createNodeHttpClient() }),
    ],
    ['a mock', () => ({ rawRequest: vi.fn(), refunds: { create: vi.fn() } })],
  ])('%s', async (_name, build) => {
    const fake = await startFake();
    const refused = building((config) => build(config, addressOf(fake)) as never);
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_config', next: 'fix-code' }));
    expect(fake.requests).toEqual([]);
  });

  it('an HTTP client around ours is good', async () => {
    const fake = await startFake();
    const around = ({ httpClient }: StripeConfig): unknown =>
      new Stripe(apiKey, {
        ...addressOf(fake),
        httpClient: {
          getClientName: () => 'around',
          makeRequest: async (...all: Parameters<StripeConfig['httpClient']['makeRequest']>) =>
            httpClient.makeRequest(...all),
        } as never,
      });
    expect(building(around as never)()).toBeInstanceOf(Stripe);
    expect(fake.requests).toEqual([]);
  });
});

it.each(['on the SDK', 'wrapped'])('the client name in the headers is that of what sends, %s', async (who) => {
  const fake = await startFake();
  const stripe = who === 'wrapped' ? wrapped(fake).stripe : new Stripe(apiKey, addressOf(fake));
  await stripe.customers.list();
  const said = fake.requests.map(({ headers }) => JSON.parse(String(headers['x-stripe-client-user-agent'])) as object);
  expect(said).toMatchObject([{ httplib: 'node' }]);
});
