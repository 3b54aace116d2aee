import { createOncely, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { addressOf, apiKey, scope, slot, startProcess, startWorld } from './world.ts';

const refund = (stripe: Stripe): Promise<Stripe.Response<Stripe.Refund>> =>
  stripe.refunds.create({ charge: 'ch_1', amount: 1000 });

describe('the account', () => {
  it('of Stripe-Account is sent, resent, looked up in, and part of the input', async () => {
    const { fake, later, process } = await startWorld();
    const connected =
      (account: string) =>
      (stripe: Stripe): Promise<Stripe.Customer> =>
        stripe.customers.create({ name: 'A' }, { stripeAccount: account });
    fake.fail({ kind: 'reset_before_effect' }, { times: 2 });
    await expect(process({ looks: false, maxAttempts: 1 }).effect(connected('acct_a'))).rejects.toMatchObject({
      code: 'in_doubt',
    });
    await expect(process({ looks: false }).effect(connected('acct_b'))).rejects.toMatchObject({
      code: 'input_changed',
      message: expect.stringContaining('$account'),
    });
    const { open } = await process({ looks: false, maxAttempts: 1 }).oncely.recover();
    expect(open).toHaveLength(1);
    later(24 * 3_600_000);
    await process({ looks: false }).oncely.recover();
    expect(fake.requests.map(({ headers }) => headers['stripe-account'])).toEqual(fake.requests.map(() => 'acct_a'));
    expect(fake.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET', 'GET', 'POST']);
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_a']);
  });

  it("of another client's default is not put into a resend", async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    await expect(process({ maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    await process({ config: { stripeAccount: 'acct_default' } }).oncely.recover();
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_platform']);
  });

  it("of accounts: 'many' is the builder's, and recovery builds it anew", async () => {
    const { fake } = await startWorld({ apiKeys: { sk_test_a: 'acct_a', sk_test_b: 'acct_b' } });
    const ledger = memoryLedger();
    const start = (maxAttempts: number): Oncely<{ stripe: ReturnType<typeof adapter> }> =>
      createOncely({ ledger, clients: { stripe: adapter() }, maxAttempts, drainOnSigterm: false });
    const adapter = () =>
      oncelyStripe((given, account) => new Stripe(`sk_test_${account}`, { ...addressOf(fake), ...given }), {
        accounts: 'many',
      });
    const { clients, ...oncely } = start(1);
    expect(clients.stripe('a')).toBe(clients.stripe('a'));
    fake.fail({ kind: 'reset_before_effect' });
    const create = (): Promise<Stripe.Customer> => clients.stripe('b').customers.create({ name: 'A' });
    await expect(oncely.scope(scope, () => oncely.effect('write', create))).rejects.toMatchObject({ code: 'in_doubt' });
    expect(await start(5).recover()).toMatchObject({ examined: 1, states: { succeeded: 1 } });
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_b']);
    const other = (): Promise<Stripe.Customer> => clients.stripe('a').customers.create({ name: 'A' });
    await expect(oncely.scope(scope, () => oncely.effect('write', other))).rejects.toMatchObject({
      code: 'input_changed',
    });
  });
});

describe('the API version', () => {
  it('is kept and resent by a process that has another', async () => {
    const { fake, process } = await startWorld();
    const version = (apiVersion: string): { config: Partial<Stripe.StripeConfig> } => ({
      config: { apiVersion } as never,
    });
    fake.fail({ kind: 'reset_before_effect' }, { times: 2 });
    await expect(
      process({ looks: false, maxAttempts: 1, ...version('2024-06-20') }).effect(refund),
    ).rejects.toMatchObject({
      code: 'in_doubt',
    });
    await process({ looks: false, maxAttempts: 1, ...version('2025-03-31.basil') }).oncely.recover();
    await process({ looks: false, ...version('2026-01-01.newest') }).effect(refund);
    expect(fake.requests.map(({ headers }) => headers['stripe-version'])).toEqual([
      '2024-06-20',
      '2024-06-20',
      '2024-06-20',
    ]);
    expect(fake.effects()).toHaveLength(1);
  });

  it('is the one that a look-up reads in', async () => {
    const { fake, later, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    const old = process({ maxAttempts: 1, config: { apiVersion: '2024-06-20' as never } });
    await expect(old.effect(refund)).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * 3_600_000);
    await process().effect(refund);
    expect(fake.requests.map(({ method, headers }) => [method, headers['stripe-version']])).toEqual([
      ['POST', '2024-06-20'],
      ['GET', '2024-06-20'],
    ]);
  });
});

describe('the API key', () => {
  it('may be rotated at any time: it is no input', async () => {
    const { fake, process } = await startWorld({ apiKeys: { sk_test_old: 'acct_x', sk_test_new: 'acct_x' } });
    fake.seedCharge({ id: 'ch_1', amount: 5_000, currency: 'usd', account: 'acct_x' });
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ apiKey: 'sk_test_old', maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({
      code: 'in_doubt',
    });
    const result = await process({ apiKey: 'sk_test_new' }).effect(refund);
    expect(await process({ apiKey: 'sk_test_newest' }).effect(refund)).toEqual(result);
    expect(fake.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer sk_test_old',
      'Bearer sk_test_new',
    ]);
    expect(fake.effects()).toHaveLength(1);
  });

  it('of another mode is another input', async () => {
    const { fake, process } = await startWorld({ apiKeys: { sk_test_x: 'acct_x', sk_live_x: 'acct_x' } });
    fake.seedCharge({ id: 'ch_1', amount: 5_000, currency: 'usd', account: 'acct_x' });
    await process({ apiKey: 'sk_test_x' }).effect(refund);
    await expect(process({ apiKey: 'sk_live_x' }).effect(refund)).rejects.toMatchObject({
      code: 'input_changed',
      message: expect.stringContaining('$mode'),
    });
  });

  it('that a call brings of its own is not kept, and nobody else resends or looks up that call', async () => {
    const { fake, kept, later, process } = await startWorld({
      apiKeys: { [apiKey]: 'acct_default', sk_test_own: 'acct_own' },
    });
    const create = (stripe: Stripe): Promise<Stripe.Customer> =>
      stripe.customers.create({ name: 'A' }, { apiKey: 'sk_test_own' });
    fake.fail({ kind: 'reset_before_effect' });
    await expect(process({ maxAttempts: 1 }).effect(create)).rejects.toMatchObject({ code: 'in_doubt' });
    expect(await kept()).not.toContain('sk_test_own');
    const { open } = await process().oncely.recover();
    expect(open).toEqual([{ slot, reason: expect.stringContaining("accounts: 'many'") }]);
    expect(fake.requests.filter(({ path }) => path !== '/v1/account')).toHaveLength(1);
    await process().effect(create);
    expect(fake.effects().map(({ account }) => account)).toEqual(['acct_own']);

    const second = { businessId: 'case_2', workflowId: 'test' };
    const caller = process({ maxAttempts: 1 });
    fake.fail({ kind: 'reset_after_effect' });
    const lost = caller.oncely.scope(second, () => caller.oncely.effect('write', () => create(caller.stripe)));
    await expect(lost).rejects.toMatchObject({ code: 'in_doubt' });
    later(24 * 3_600_000);
    await process().oncely.recover();
    expect(await caller.oncely.effects.get('case_2:test:write')).toMatchObject({
      state: 'stopped',
      stopped: expect.stringContaining("accounts: 'many'"),
    });
    expect(fake.effects()).toHaveLength(2);
  });
});

describe('a process with a key of the other mode', () => {
  it('neither resends nor looks up: what it would hear proves nothing', async () => {
    const { fake, later, process } = await startWorld({ apiKeys: { sk_test_x: 'acct_x', sk_live_x: 'acct_x' } });
    fake.seedCharge({ id: 'ch_1', amount: 5_000, currency: 'usd', account: 'acct_x' });
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ apiKey: 'sk_test_x', maxAttempts: 1 }).effect(refund)).rejects.toMatchObject({
      code: 'in_doubt',
    });
    const live = process({ apiKey: 'sk_live_x' });
    expect((await live.oncely.recover()).open).toEqual([{ slot, reason: expect.stringContaining('test mode') }]);
    later(24 * 3_600_000);
    expect(await live.oncely.recover()).toMatchObject({ states: { stopped: 1 } });
    expect(fake.requests).toHaveLength(1);
  });
});

describe("the caller's own idempotencyKey", () => {
  it('names the effect where no effect() does', async () => {
    const { fake, keys, process } = await startWorld();
    const { oncely, stripe } = process();
    const pay = (amount: number, idempotencyKey: string): Promise<Stripe.Refund> =>
      stripe.refunds.create({ charge: 'ch_1', amount }, { idempotencyKey });
    const [one, two] = await oncely.scope(scope, () => Promise.all([pay(1, 'first'), pay(2, 'second')]));
    expect(await oncely.scope(scope, () => pay(1, 'first'))).toEqual(one);
    await expect(oncely.scope(scope, () => pay(3, 'second'))).rejects.toMatchObject({ code: 'input_changed' });
    expect(
      fake
        .effects()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([one.id, two.id].toSorted());
    expect(await oncely.effects.get('case_1:test:first')).toMatchObject({ state: 'succeeded', vendorId: one.id });
    expect(keys().filter((key) => key === 'first' || key === 'second')).toEqual([]);
  });
});

describe('what passes', () => {
  it('are reads of all kinds, outside of any scope and without a row', async () => {
    const { fake, kept, process, raw } = await startWorld();
    for (let count = 0; count < 12; count += 1) await raw.customers.create({ name: `c${count}` });
    const { stripe } = process();
    const names: (string | null | undefined)[] = [];
    for await (const { name } of stripe.customers.list({ limit: 5 })) names.push(name);
    expect(names).toHaveLength(12);
    expect((await stripe.customers.list({ limit: 3, expand: ['data.default_source'] })).data).toHaveLength(3);
    const { id } = (await stripe.customers.list({ limit: 1 })).data[0] ?? { id: '' };
    expect((await stripe.customers.retrieve(id)).lastResponse.requestId).toMatch(/^req_/);
    await expect(stripe.customers.retrieve('cus_nobody')).rejects.toBeInstanceOf(
      Stripe.errors.StripeInvalidRequestError,
    );
    // A POST that only reads; the fake does not know it.
    await expect(stripe.invoices.createPreview({ customer: id })).rejects.toMatchObject({ statusCode: 404 });
    expect(await kept()).toBe('[[],[]]');
    expect(fake.effects()).toHaveLength(12);
  });

  it('is repeated where it fails in passing', async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { match: () => true });
    expect((await process().stripe.customers.list()).data).toEqual([]);
  });
});

describe('what is caught', () => {
  it('is a write through rawRequest', async () => {
    const { fake, process } = await startWorld();
    const write = (stripe: Stripe): Promise<unknown> => stripe.rawRequest('POST', '/v1/customers', { name: 'A' });
    await expect(write(process().stripe)).rejects.toMatchObject({ code: 'unscoped' });
    expect(await process().effect(write)).toEqual(await process().effect(write));
    expect(fake.effects()).toHaveLength(1);
  });

  it('is a file, whose random boundary is no input', async () => {
    const { fake, process } = await startWorld();
    const data = Buffer.from([0, 255, 128, 13, 10]);
    const upload = (stripe: Stripe): Promise<Stripe.File> =>
      stripe.files.create({
        purpose: 'dispute_evidence',
        file: { data, name: 'a.bin', type: 'application/octet-stream' },
      });
    const first = await process().effect(upload);
    expect(await process().effect(upload)).toEqual(first);
    expect(first).toMatchObject({ object: 'file', filename: 'a.bin' });
    expect(fake.requests).toHaveLength(1);
    expect(fake.requests[0]?.headers['content-type']).toMatch(/^multipart\/form-data/);
  });

  it('is named by its method and path without ids, where the table does not know it', async () => {
    const { process } = await startWorld();
    const { oncely, effect } = process();
    const later = effect((stripe) => stripe.rawRequest('POST', '/v1/of_a_newer_sdk/thing_1A/do_it', { a: 1 }));
    await expect(later).rejects.toMatchObject({ statusCode: 404 });
    expect(await oncely.effects.get(slot)).toMatchObject({ operation: 'stripe.post.v1.of_a_newer_sdk.:id.do_it' });
  });
});

describe("unscoped: 'observe'", () => {
  it('changes nothing, errors included, and counts what is made twice', async () => {
    const { fake, ledger } = await startWorld();
    const { oncely, stripe } = startProcess(fake, ledger, { unscoped: 'observe' });
    const one = await refund(stripe);
    const two = await refund(stripe);
    expect(one.id).not.toBe(two.id);
    expect(one.lastResponse.requestId).toMatch(/^req_/);
    await expect(stripe.refunds.create({ charge: 'ch_none' })).rejects.toBeInstanceOf(
      Stripe.errors.StripeInvalidRequestError,
    );
    fake.fail({ kind: 'not_json' });
    await expect(refund(stripe)).rejects.toBeInstanceOf(Stripe.errors.StripeAPIError);
    await fake.refuse(true);
    await expect(refund(stripe)).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await oncely.observed()).toMatchObject([{ operation: 'stripe.refunds.create', count: 3 }]);
  });
});

it("keeps the user's own client type", () => {
  const one = createOncely({
    ledger: memoryLedger(),
    clients: { stripe: oncelyStripe((config) => new Stripe('sk', config)) },
  });
  expectTypeOf(one.clients.stripe).toEqualTypeOf<Stripe>();
  const many = createOncely({
    ledger: memoryLedger(),
    clients: { stripe: oncelyStripe((config, account) => new Stripe(account, config), { accounts: 'many' }) },
  });
  expectTypeOf(many.clients.stripe).toEqualTypeOf<(account: string) => Stripe>();
});
