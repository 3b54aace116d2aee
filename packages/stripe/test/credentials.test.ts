import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { createCredentials } from '../src/credentials.ts';
import type { SdkCall } from '../src/request.ts';
import { apiKey, slot, startWorld } from './world.ts';

const keys = { [apiKey]: 'acct_default', sk_test_same: 'acct_default', sk_test_a1: 'acct_a', sk_test_a2: 'acct_a' };

const createWith =
  (own: string) =>
  (stripe: Stripe): Promise<Stripe.Customer> =>
    stripe.customers.create({ name: 'Ann' }, { apiKey: own });

const create = (stripe: Stripe): Promise<Stripe.Customer> => stripe.customers.create({ name: 'Ann' });

describe('keys that are rotated', () => {
  it('for each request by the authenticator of the client are its own, and nothing is asked', async () => {
    const { fake, kept, process } = await startWorld();
    let turn = 0;
    const authenticator: Stripe.StripeConfig['authenticator'] = async ({ headers }) => {
      headers['Authorization'] = `Bearer sk_test_turn${(turn += 1)}`;
    };
    const rotating = { apiKey: '', config: { authenticator } };
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ ...rotating, maxAttempts: 1 }).effect(create)).rejects.toMatchObject({ code: 'in_doubt' });
    await process(rotating).oncely.recover();
    const one = process(rotating);
    const first = await one.effect(create);
    expect(await one.effect(create)).toEqual(first);
    expect(await process(rotating).effect(create)).toEqual(first);
    expect([fake.effects().length, fake.requests.map(({ path }) => path)]).toEqual([
      1,
      ['/v1/customers', '/v1/customers'],
    ]);
    expect(await kept()).not.toContain('sk_test_turn');
  });

  it('for an account of a call of its own are one, and a look-up takes the latest', async () => {
    const { fake, process } = await startWorld({ apiKeys: keys });
    const first = await process().effect(createWith('sk_test_a1'));
    expect(await process().effect(createWith('sk_test_a2'))).toEqual(first);
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_a']);
    await expect(process().effect(create)).rejects.toMatchObject({
      code: 'input_changed',
      message: expect.stringContaining('$apiKey'),
    });
  });

  it("and brought by a call for the client's own account are the client's, in any process", async () => {
    const { fake, process } = await startWorld({ apiKeys: keys });
    fake.fail({ kind: 'reset_before_effect' }, { match: ({ method }) => method === 'POST' });
    await expect(process({ maxAttempts: 1 }).effect(createWith('sk_test_same'))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    expect(await process().oncely.recover()).toMatchObject({ states: { succeeded: 1 } });
    await process().effect(create);
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_default']);
  });

  it('and of an account that the fresh process has for its own are resent by it', async () => {
    const { fake, process } = await startWorld({ apiKeys: keys });
    fake.fail({ kind: 'reset_before_effect' }, { match: ({ method }) => method === 'POST' });
    await expect(process({ maxAttempts: 1 }).effect(createWith('sk_test_a1'))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    await process({ apiKey: 'sk_test_a2' }).oncely.recover();
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_a']);
  });

  it('and whose account Stripe does not say now send nothing, and may be tried again', async () => {
    const { fake, process } = await startWorld({ apiKeys: keys });
    fake.fail(
      { kind: 'status', status: 503, after: 'before_effect' },
      { match: ({ path }) => path === '/v1/account', times: 1 },
    );
    const { oncely, effect } = process({ config: { maxNetworkRetries: 0 } });
    await expect(effect(createWith('sk_test_a1'))).rejects.toMatchObject({ code: 'not_sent', next: 'retry' });
    expect([await oncely.effects.get(slot), fake.effects()]).toEqual([undefined, []]);
    await effect(createWith('sk_test_a1'));
    expect(fake.effects()).toHaveLength(1);
  });

  it('are asked about only behind a call that is observed, which goes out and ends as it would', async () => {
    const { fake, process } = await startWorld({ apiKeys: keys });
    fake.fail({ kind: 'reset_before_effect' }, { match: ({ path }) => path === '/v1/account', times: 99 });
    const { stripe } = process({ unscoped: 'observe', config: { maxNetworkRetries: 0 } });
    await expect(createWith('sk_test_a1')(stripe)).resolves.toMatchObject({ object: 'customer' });
    expect(fake.requests[0]).toMatchObject({ method: 'POST', path: '/v1/customers' });
    expect(fake.effects()).toHaveLength(1);
  });
});

it('no more than a thousand keys of calls of their own are held', async () => {
  const call = (key: string): SdkCall => ({
    host: 'api.stripe.com',
    port: '443',
    protocol: 'https',
    path: '/v1/customers',
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: '',
    timeoutMs: 1,
  });
  const credentials = createCredentials({
    peek: async () => call('sk_test_client'),
    accountOf: async (authorization) => authorization.replace('Bearer sk_test_', 'acct_'),
    isOwn: () => false,
  });
  for (let turn = 0; turn <= 1_000; turn += 1) await credentials.of(call(`sk_test_${turn}`));
  const access = (turn: number) => credentials.accessFor({ mode: 'test', ownKey: `acct_${turn}` });
  expect([await access(0), await access(1), await access(1_000)]).toEqual([
    expect.objectContaining({ kind: 'gone' }),
    { kind: 'given', options: { apiKey: 'sk_test_1' } },
    { kind: 'given', options: { apiKey: 'sk_test_1000' } },
  ]);
});
