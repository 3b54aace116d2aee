import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { afterAll, describe, expect, it } from 'vitest';

import { subjects } from './subjects.ts';
import { addressOf, apiKey } from './world.ts';

/** The raw client or the one under the ledger, each on a fake of its own that is in every way the same. */
interface Side {
  readonly fake: StripeFake;
  readonly stripe: Stripe;
  /** Runs a write, as an effect where there are effects. */
  readonly write: <T>(call: (stripe: Stripe) => Promise<T>) => Promise<T>;
}

const at = 1_790_000_000_000;
const open: StripeFake[] = [];
afterAll(async () => {
  await Promise.all(open.map((fake) => fake.close()));
});

async function startSides(config: Partial<Stripe.StripeConfig> = {}): Promise<readonly [Side, Side]> {
  const fakes = await Promise.all(
    [1, 2].map(() => startStripeFake({ now: () => at, refundStatus: 'requires_action' })),
  );
  open.push(...fakes);
  for (const fake of fakes) fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  const [one, two] = fakes as [StripeFake, StripeFake];
  const raw = new Stripe(apiKey, { ...addressOf(one), maxNetworkRetries: 0, ...config });
  const oncely = createOncely({
    ledger: memoryLedger(),
    clients: { stripe: oncelyStripe((given) => new Stripe(apiKey, { ...addressOf(two), ...config, ...given })) },
    drainOnSigterm: false,
  });
  const { stripe } = oncely.clients;
  let count = 0;
  return [
    { fake: one, stripe: raw, write: (call) => call(raw) },
    {
      fake: two,
      stripe,
      write: (call) =>
        oncely.scope({ businessId: 'side', workflowId: 'by-side' }, () =>
          oncely.effect(`write-${(count += 1)}`, () => call(stripe)),
        ),
    },
  ];
}

/** What a caller can see of an answer or an error, but for our marker and key. */
async function seen(call: () => Promise<unknown>): Promise<unknown> {
  try {
    const value = (await call()) as { lastResponse?: Record<string, unknown> } | null;
    const last = value?.lastResponse;
    const { requestId, statusCode, apiVersion, stripeAccount } = last ?? {};
    return {
      value: withoutMarker(value),
      keys: Object.keys(value ?? {}),
      ...(last === undefined
        ? {}
        : {
            last: { requestId, statusCode, apiVersion, stripeAccount, keyed: typeof last['idempotencyKey'] },
            headers: headersOf(last['headers'] as Record<string, unknown>),
          }),
    };
  } catch (error) {
    const { headers, raw, ...fields } = error as Record<string, unknown>;
    const kind = (error as Error).constructor;
    return {
      kind,
      message: (error as Error).message,
      fields: { ...fields },
      headers: headersOf(headers as object),
      raw: { ...(raw as object), headers: undefined },
    };
  }
}

function withoutMarker(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (name, inner: unknown) => {
      if (name === 'oncely_key') return undefined;
      return typeof inner === 'string' ? inner.replace(/^http:\/\/127\.0\.0\.1:\d+/, 'http://fake') : inner;
    }),
  );
}

/** Without those of the connection, and the length, which our marker makes another. */
function headersOf(headers: object | undefined): unknown {
  const own = ['connection', 'content-length', 'date', 'idempotency-key', 'keep-alive', 'transfer-encoding'];
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !own.includes(name)));
}

/** The same on both sides; gives what they saw. */
async function same(
  [raw, ours]: readonly [Side, Side],
  call: (side: Side) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const [wanted, got] = [await seen(() => call(raw)), await seen(() => call(ours))];
  expect(got).toEqual(wanted);
  return wanted as Record<string, unknown>;
}

/** The requests of both sides, but for our marker and the keys. */
function sameRequests([raw, ours]: readonly [Side, Side]): void {
  const told = ({ fake }: Side): unknown =>
    fake.requests.map(({ method, path, query, headers, body }) => ({
      method,
      path,
      query: query.toString(),
      body: body
        .replace(/&?metadata%5Boncely_key%5D=\w+/, '')
        .replace(/,?"metadata":\{"oncely_key":"\w+"\}/, '')
        .replaceAll(/boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1] ?? '\0', 'boundary'),
      headers: Object.fromEntries(
        ['stripe-version', 'stripe-account', 'stripe-context', 'authorization', 'accept', 'x-own'].map((name) => [
          name,
          headers[name],
        ]),
      ),
      type: headers['content-type']?.split(';')[0],
      keyed: headers['idempotency-key'] !== undefined,
    }));
  expect(told(ours)).toEqual(told(raw));
}

describe('the same as the raw client', () => {
  it.each(subjects)('$name: request, answer and lastResponse', async ({ before, write }) => {
    const sides = await startSides();
    const ids = await before(new Stripe(apiKey, addressOf(sides[0].fake)));
    await before(new Stripe(apiKey, addressOf(sides[1].fake)));
    const { value } = await same(sides, (side) => side.write((stripe) => write(stripe, ids)));
    expect(value).toMatchObject({ object: expect.any(String) });
    sameRequests(sides);
  });

  it.each<[string, (stripe: Stripe) => Promise<unknown>]>([
    ['an unknown charge', (stripe) => stripe.refunds.create({ charge: 'ch_none' })],
    ['a missing parameter', (stripe) => stripe.products.create({} as Stripe.ProductCreateParams)],
    ['a wrong number', (stripe) => stripe.charges.create({ amount: 0, currency: 'usd', source: 'tok_visa' })],
    [
      'a declined card',
      (stripe) => stripe.charges.create({ amount: 5, currency: 'usd', source: 'tok_chargeDeclinedInsufficientFunds' }),
    ],
    ['a state that does not allow it', (stripe) => stripe.refunds.create({ charge: 'ch_1', amount: 60_000 })],
    ['a path that is none', (stripe) => stripe.rawRequest('POST', '/v1/none', {})],
    ['a deletion of nothing', (stripe) => stripe.customers.del('cus_none')],
    ['what v2 does not know', (stripe) => stripe.v2.core.eventDestinations.disable('ed_none')],
  ])('%s is the same error', async (_name, write) => {
    const sides = await startSides();
    expect(await same(sides, (side) => side.write(write))).toHaveProperty('kind');
    sameRequests(sides);
  });

  it('a wrong API key is the same error, behind one question whose key it is', async () => {
    const [raw, ours] = await startSides();
    const write = (stripe: Stripe): Promise<unknown> => stripe.customers.create({}, { apiKey: 'nonsense' });
    await raw.write((stripe) => stripe.accounts.list()).catch(() => undefined);
    expect(await same([raw, ours], (side) => side.write(write))).toHaveProperty('kind');
    expect(ours.fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/account',
      'POST /v1/customers',
    ]);
  });

  it("per-call options: account, context, version, timeout, retries, headers of the caller's own", async () => {
    const sides = await startSides({ stripeAccount: 'acct_default' });
    const all = [
      { stripeAccount: 'acct_a' },
      { stripeContext: 'ctx_a' },
      { apiVersion: '2024-06-20' },
      { timeout: 9_000, maxNetworkRetries: 2 },
      {},
    ];
    for (const options of all) {
      await same(sides, (side) => side.write((stripe) => stripe.customers.create({ name: 'A' }, options)));
      await same(sides, ({ stripe }) => stripe.customers.list({}, options));
      await same(sides, (side) =>
        side.write((stripe) => stripe.rawRequest('POST', '/v1/customers', { name: 'A' }, options)),
      );
    }
    const additionalHeaders = { 'x-own': '1' };
    await same(sides, (side) =>
      side.write((stripe) => stripe.rawRequest('POST', '/v1/customers', {}, { additionalHeaders })),
    );
    sameRequests(sides);
  });

  it('expand, on writes and on reads', async () => {
    const sides = await startSides();
    const expand = ['charge', 'payment_intent'];
    await same(sides, (side) => side.write((stripe) => stripe.refunds.create({ charge: 'ch_1', amount: 1, expand })));
    await same(sides, ({ stripe }) => stripe.refunds.list({ expand: ['data.charge'] }));
    sameRequests(sides);
  });

  it('auto-pagination, by loop, by array and backwards', async () => {
    const sides = await startSides();
    for (const { fake } of sides) {
      const seed = new Stripe(apiKey, addressOf(fake));
      for (let count = 0; count < 7; count += 1) await seed.customers.create({ name: `c${count}` });
    }
    const names = await same(sides, async ({ stripe }) => {
      const found: (string | null | undefined)[] = [];
      for await (const { name } of stripe.customers.list({ limit: 3 })) found.push(name);
      return found;
    });
    expect(names['value']).toHaveLength(7);
    await same(sides, ({ stripe }) => stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 5 }));
    await same(sides, async ({ stripe }) => {
      const last = (await stripe.customers.list({ limit: 1 })).data[0]?.id ?? '';
      return stripe.customers.list({ limit: 2, starting_after: last }).autoPagingToArray({ limit: 9 });
    });
    for (const side of sides) {
      const seed = new Stripe(apiKey, addressOf(side.fake));
      for (let count = 0; count < 4; count += 1)
        await seed.rawRequest('POST', '/v2/core/event_destinations', {
          name: `d${count}`,
          type: 'webhook_endpoint',
          event_payload: 'thin',
          enabled_events: ['x'],
        });
    }
    await same(sides, ({ stripe }) =>
      stripe.v2.core.eventDestinations.list({ limit: 2 }).autoPagingToArray({ limit: 9 }),
    );
    sameRequests(sides);
  });

  it('a streamed read, and one that fails', async () => {
    const sides = await startSides();
    const pdf = async ({ stripe }: Side): Promise<unknown> => {
      const chunks: Buffer[] = [];
      for await (const chunk of await stripe.quotes.pdf('qt_1')) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    };
    for (const { fake } of sides) {
      fake.fail({ kind: 'status', status: 200, after: 'before_effect', body: '%PDF-1.7' }, { match: () => true });
    }
    expect(await same(sides, pdf)).toMatchObject({ value: '%PDF-1.7' });
    await same(sides, pdf);
  });

  it('webhooks and notifications, which are local', async () => {
    const sides = await startSides();
    const secret = 'whsec_test';
    const payload = JSON.stringify({ id: 'evt_1', object: 'event', type: 'charge.succeeded', data: { object: {} } });
    await same(sides, async ({ stripe }) => {
      const header = stripe.webhooks.generateTestHeaderString({
        payload,
        secret,
        timestamp: Math.floor(Date.now() / 1e3),
      });
      return stripe.webhooks.constructEvent(payload, header, secret);
    });
    await same(sides, async ({ stripe }) => stripe.webhooks.constructEvent(payload, 't=1,v1=00', secret));
    await same(sides, async ({ stripe }) => stripe.oauth.authorizeUrl({ client_id: 'ca_1' }));
    const thin = JSON.stringify({ id: 'evt_2', object: 'v2.core.event', type: 'v1.billing.meter.no_meter_found' });
    await same(sides, async ({ stripe }) => {
      const header = stripe.webhooks.generateTestHeaderString({
        payload: thin,
        secret,
        timestamp: Math.floor(Date.now() / 1e3),
      });
      return Object.keys(stripe.parseEventNotification(thin, header, secret));
    });
    expect(sides.map(({ fake }) => fake.requests.length)).toEqual([0, 0]);
  });

  it('request and response events', async () => {
    const sides = await startSides();
    const told = await Promise.all(
      sides.map(async ({ stripe, write }) => {
        const events: unknown[] = [];
        const note = (event: object): void => {
          const {
            elapsed: _1,
            request_start_time: _2,
            request_end_time: _3,
            idempotency_key: key,
            ...rest
          } = event as Record<string, unknown>;
          events.push({ ...rest, keyed: typeof key });
        };
        stripe.on('request', note);
        stripe.on('response', note);
        await write((client) => client.customers.create({ name: 'A' }, { stripeAccount: 'acct_a' }));
        await stripe.customers.list();
        await write((client) => client.refunds.create({ charge: 'ch_none' })).catch(() => undefined);
        return events;
      }),
    );
    expect(told[1]).toEqual(told[0]);
    expect(told[0]).toHaveLength(6);
  });
});
