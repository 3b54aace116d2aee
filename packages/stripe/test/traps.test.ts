import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';

import { lookUpOf } from '../src/lookup.ts';
import { entryNamed, type Entry } from '../src/table.ts';
import { addressOf, apiKey, slot, startWorld } from './world.ts';

// Each way in which the SDK or the API is known to surprise, by its name.

const hour = 3_600_000;
const refund = (stripe: Stripe): Promise<Stripe.Response<Stripe.Refund>> =>
  stripe.refunds.create({ charge: 'ch_1', amount: 7 });

describe('trap: a v1 DELETE is not keyed', () => {
  it('the SDK alone sends it three times, and takes the last 404 for the answer', async () => {
    const { fake, raw } = await startWorld();
    const { id } = await raw.customers.create();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(raw.customers.del(id)).rejects.toMatchObject({ statusCode: 404 });
    fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: 3 });
    await expect(raw.customers.del('cus_2')).rejects.toBeInstanceOf(Stripe.errors.StripeError);
    const sent = fake.requests.filter(({ method }) => method === 'DELETE');
    expect(sent.map(({ headers }) => headers['idempotency-key'])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('here it is sent once, and gone is done only where it was in doubt', async () => {
    const { fake, raw, process } = await startWorld();
    const { id } = await raw.customers.create();
    fake.fail({ kind: 'reset_after_effect' });
    expect(await process({ looks: false }).effect((stripe) => stripe.customers.del(id))).toEqual({
      id,
      object: 'customer',
      deleted: true,
    });
    expect(fake.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
    const other = await startWorld();
    const gone = other.process({ looks: false }).effect((stripe) => stripe.customers.del('cus_nobody'));
    await expect(gone).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });

  it('of v2 it is, and is resent under its key', async () => {
    const { fake, raw, process } = await startWorld();
    const { id } = await raw.v2.core.eventDestinations.create({
      name: 'Ours',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['v1.billing.meter.no_meter_found'],
    });
    fake.fail({ kind: 'reset_after_effect' });
    await process({ looks: false }).effect((stripe) => stripe.v2.core.eventDestinations.del(id));
    const sent = fake.requests.filter(({ method }) => method === 'DELETE');
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(sent).toHaveLength(2);
    expect(fake.effects('v2.event_destinations.delete')).toHaveLength(1);
  });
});

describe('trap: a 409', () => {
  it('is a StripeAPIError of the SDK, and here a doubt that waits', async () => {
    const { fake, process } = await startWorld();
    const conflict = { error: { type: 'invalid_request_error', code: 'idempotency_key_in_use', message: 'in use' } };
    fake.fail({ kind: 'status', status: 409, after: 'before_effect', body: conflict });
    const { oncely, effect } = process({ looks: false });
    await effect(refund);
    expect((await oncely.effects.get(slot))?.attempts.map(({ evidence, reason }) => reason ?? evidence)).toEqual([
      'idempotency_key_in_use',
      'accepted',
    ]);
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('trap: a 429', () => {
  it("of Stripe's own proves that nothing happened, one of a gateway proves nothing", async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'rate_limited', retryAfterS: 0.05 });
    fake.fail({ kind: 'gateway_429', after: 'after_effect' });
    const { oncely, effect } = process({ looks: false });
    await effect(refund);
    const ends = (await oncely.effects.get(slot))?.attempts.map(({ evidence }) => evidence);
    expect(ends).toEqual(['not_applied', 'unknown', 'accepted']);
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('trap: an answer that is no JSON', () => {
  it('is an error of the SDK without a status, and here a doubt', async () => {
    const { fake, raw, process } = await startWorld();
    fake.fail({ kind: 'not_json' });
    await expect(raw.refunds.create({ charge: 'ch_1', amount: 1 })).rejects.toMatchObject({ statusCode: undefined });
    fake.fail({ kind: 'not_json' });
    const { id } = await process({ looks: false }).effect(refund);
    expect(
      fake
        .effects()
        .map((each) => each.id)
        .slice(1),
    ).toEqual([id]);
  });
});

describe('trap: telemetry', () => {
  it('leaves no file in the home directory: the code for it is not in the build for Node at 23.1', async () => {
    const home = await mkdtemp(join(tmpdir(), 'oncely-home-'));
    vi.stubEnv('XDG_CONFIG_HOME', home);
    try {
      const { process } = await startWorld();
      await process({ looks: false, config: { telemetry: true } }).effect(refund);
      expect(existsSync(join(home, 'stripe'))).toBe(false);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('of another call is in no request of ours, so that a resend is the same', async () => {
    const { fake, process } = await startWorld();
    const { stripe, effect } = process({ looks: false, config: { telemetry: true } });
    await stripe.customers.list();
    fake.fail({ kind: 'reset_after_effect' });
    await effect(refund);
    const sent = fake.requests.filter(({ method }) => method === 'POST');
    expect(sent.map(({ headers }) => headers['x-stripe-client-telemetry'])).toEqual([undefined, undefined]);
  });
});

describe('trap: the API version moves with the SDK', () => {
  it('so the one of the first attempt is kept, and given per call too', async () => {
    const { fake, process } = await startWorld();
    const old = (stripe: Stripe): Promise<Stripe.Refund> =>
      stripe.refunds.create({ charge: 'ch_1', amount: 7 }, { apiVersion: '2024-06-20' });
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(old)).rejects.toMatchObject({ code: 'in_doubt' });
    await process({ looks: false }).effect(refund);
    expect(fake.requests.map(({ headers }) => headers['stripe-version'])).toEqual(['2024-06-20', '2024-06-20']);
    expect(fake.effects()).toHaveLength(1);
  });
});

describe('trap: metadata added on a replay is a mismatch', () => {
  it('so our marker is in the first send already, and a resend never meets its own key', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' }, { times: 2 });
    await process({ looks: false }).effect(refund);
    const bodies = fake.requests.map(({ body }) => body);
    expect(new Set(bodies).size).toBe(1);
    expect(bodies).toHaveLength(3);
    expect(bodies[0]).toContain('metadata%5Boncely_key%5D=oncely_');
  });
});

describe('trap: the bag of headers', () => {
  it("is an object on the Node client and `Headers` on the one of fetch; here it is the Node client's", async () => {
    const { fake, process } = await startWorld();
    const byFetch = new Stripe(apiKey, { ...addressOf(fake), httpClient: Stripe.createFetchHttpClient() });
    const direct = await byFetch.refunds.create({ charge: 'ch_1', amount: 1 });
    expect(direct.lastResponse.headers).toBeInstanceOf(Headers);
    // The user's own choice of client gives way: ours comes last in the builder.
    const { effect } = process({ looks: false, config: { httpClient: Stripe.createFetchHttpClient() } });
    for (const result of [await effect(refund), await effect(refund)]) {
      expect(result.lastResponse.headers['request-id']).toMatch(/^req_/);
      expect(Object.getPrototypeOf(result.lastResponse.headers)).toBe(Object.prototype);
    }
  });
});

describe('trap: lists without a `created` filter', () => {
  it.each([
    ['paymentLinks.create', []],
    ['quotes.create', []],
    ['subscriptionItems.create', ['subscription']],
    ['webhookEndpoints.create', []],
    ['terminal.locations.create', []],
    ['terminal.readers.create', []],
  ])('%s is looked up in the whole list', (name, needs) => {
    expect(lookUpOf(entryNamed(name) as Entry)).toMatchObject({ kind: 'list', created: false, needs });
  });

  it('are read to their last page without it, which Stripe would refuse', async () => {
    const { fake, later, process, raw } = await startWorld();
    const hook = (stripe: Stripe): Promise<Stripe.WebhookEndpoint> =>
      stripe.webhookEndpoints.create({ url: 'https://example.com/a', enabled_events: ['charge.succeeded'] });
    await expect(raw.rawRequest('GET', '/v1/webhook_endpoints?created[gte]=1')).rejects.toMatchObject({
      code: 'parameter_unknown',
    });
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(hook)).rejects.toMatchObject({ code: 'in_doubt' });
    for (let count = 0; count < 120; count += 1) await hook(raw);
    later(24 * hour);
    const before = fake.requests.length;
    const { id } = await process({ looks: false }).effect(hook);
    const ours = fake.effects(({ key }) => key?.startsWith('oncely_') === true);
    expect(ours.map((each) => each.id)).toEqual([id]);
    expect(fake.requests.slice(before).map(({ query }) => query.has('created[gte]'))).toEqual([false, false]);
  });
});

describe('trap: sources have no list', () => {
  it('so one in doubt behind the window of its key waits for a person', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    const source = (stripe: Stripe): Promise<Stripe.Source> => stripe.sources.create({ type: 'ach_credit_transfer' });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(source)).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * hour);
    const { effect, oncely } = process({ looks: false });
    await expect(effect(source)).rejects.toMatchObject({ code: 'stopped', next: 'ask-a-person' });
    expect((await oncely.effects.get(slot))?.stopped).toContain('no list of what it makes');
  });
});
