import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

const raw =
  (options: Stripe.RawRequestOptions) =>
  (stripe: Stripe): Promise<unknown> =>
    stripe.rawRequest('POST', '/v1/customers', { name: 'Ann' }, options);

const typed =
  (options: Stripe.RequestOptions) =>
  (stripe: Stripe): Promise<unknown> =>
    stripe.customers.create({ name: 'Ann' }, options);

const extra = { 'X-Region': 'eu', 'x-trace': '7' };

describe('headers that a call brings', () => {
  it.each<[string, (stripe: Stripe) => Promise<unknown>]>([
    ['additionalHeaders', raw({ additionalHeaders: extra })],
    ['headers', typed({ headers: extra })],
    [
      'an authenticator',
      typed({
        authenticator: async (request) => {
          Object.assign(request.headers, extra, { Authorization: 'Bearer sk_test_RecognisableSecretOfOurs' });
        },
      }),
    ],
  ])('by %s go out in a resend and a look-up by a fresh process too', async (_name, write) => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    await expect(process({ maxAttempts: 1 }).effect(write)).rejects.toMatchObject({ code: 'in_doubt' });
    await process().oncely.recover();
    expect(fake.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST']);
    for (const { headers } of fake.requests) expect(headers).toMatchObject({ 'x-region': 'eu', 'x-trace': '7' });
    expect(fake.effects()).toHaveLength(1);
  });

  it.each([
    { 'X-Gateway-Token': 'of the gateway' },
    { Cookie: 'sid=of the gateway' },
    { 'x-more': 'Bearer of the gateway' },
  ])('and are credentials go out and are not kept, and nothing goes out without them: %o', async (headers) => {
    const { fake, kept, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    const [name = ''] = Object.keys(headers).map((each) => each.toLowerCase());
    await expect(process({ maxAttempts: 1 }).effect(typed({ headers }))).rejects.toMatchObject({ code: 'in_doubt' });
    expect(await kept()).not.toContain('of the gateway');
    const { open } = await process().oncely.recover();
    expect(open).toEqual([{ slot, reason: expect.stringContaining(name) }]);
    expect(fake.requests).toHaveLength(1);
    await process().effect(typed({ headers }));
    expect(fake.requests.filter(({ method }) => method === 'POST').map((each) => each.headers[name])).toEqual(
      Array(2).fill(Object.values(headers)[0]),
    );
    expect(fake.effects()).toHaveLength(1);
  });

  it('and are credentials are no reason to stop where the client sends them by itself', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    const headers = { 'X-Gateway-Token': 'one' };
    await expect(process({ maxAttempts: 1 }).effect(typed({ headers }))).rejects.toMatchObject({ code: 'in_doubt' });
    const authenticator: Stripe.StripeConfig['authenticator'] = async (request) => {
      Object.assign(request.headers, { Authorization: 'Bearer sk_test_rotated', 'X-Gateway-Token': 'two' });
    };
    await process({ apiKey: '', config: { authenticator } }).oncely.recover();
    expect(fake.requests.map((each) => each.headers['x-gateway-token'])).toEqual(['one', 'two', 'two']);
    expect(fake.effects()).toHaveLength(1);
  });
});

it('a write whose answer is to be streamed is made once and read as a stream', async () => {
  const { fake, process } = await startWorld();
  const { effect } = process({ config: { maxNetworkRetries: 2 } });
  const read = async (): Promise<string> => {
    const stream = (await effect(raw({ streaming: true }))) as AsyncIterable<Buffer>;
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const first = await read();
  expect(JSON.parse(first)).toMatchObject({ object: 'customer', name: 'Ann' });
  expect(await read()).toBe(first);
  expect(fake.requests).toHaveLength(1);
});

it('a host that only the call named gets no key from another process', async () => {
  const { fake, process } = await startWorld();
  fake.fail({ kind: 'reset_before_effect' });
  // As stripe 18 to 21 send a call with `host`.
  const elsewhere: Stripe.StripeConfig['authenticator'] = async (request) => {
    Object.assign(request, { host: 'localhost' });
    Object.assign(request.headers, { Authorization: 'Bearer sk_test_RecognisableSecretOfOurs' });
  };
  const write = typed({ authenticator: elsewhere });
  await expect(process({ maxAttempts: 1 }).effect(write)).rejects.toMatchObject({ code: 'in_doubt' });
  const { open } = await process().oncely.recover();
  expect(open).toEqual([{ slot, reason: expect.stringContaining('localhost') }]);
  expect(fake.requests).toHaveLength(1);
  await expect(process().effect(typed({}))).rejects.toMatchObject({
    code: 'input_changed',
    message: expect.stringContaining('$host'),
  });
});
