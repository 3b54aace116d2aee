import type { ProbeAnswer, Target } from '@oncely/core';
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { failures } from '../src/failures.ts';
import { allLookUps, type LookUp } from '../src/lookup.ts';
import { materials, sources, unchanging } from '../src/materials.ts';
import { probeList } from '../src/probe-list.ts';
import { probeDeletion, probeSet, probeState } from '../src/probe-state.ts';
import type { Read } from '../src/reader.ts';
import type { StripeRequest } from '../src/request.ts';
import { states, type StateRule } from '../src/states.ts';
import type { Entry } from '../src/table.ts';
import { aCustomer, aDraft, aHold, anIntent, anInvoice, aSetup, aSubscription } from './preparations.ts';
import { slot, startWorld } from './world.ts';

const hour = 3_600_000;
const sentAt = 1_800_000_000_000;
const marker = 'oncely_of_ours';
type Fields = Readonly<Record<string, unknown>>;

const rows = <Kind extends LookUp['kind']>(kind: Kind): (readonly [string, Entry, Extract<LookUp, { kind: Kind }>])[] =>
  allLookUps().flatMap(({ entry, lookUp }) =>
    lookUp.kind === kind ? [[entry.name, entry, lookUp as Extract<LookUp, { kind: Kind }>] as const] : [],
  );

const targetOf = ({ name }: Entry): Target => ({
  operation: `stripe.${name}`,
  key: 'key',
  marker,
  from: sentAt - 48 * hour,
  since: sentAt,
  until: sentAt + 1_000,
});

const requestOf = ({ method, path }: Entry, given: Fields): StripeRequest => ({
  method,
  path: path.replaceAll(':id', 'obj_1A'),
  body: JSON.stringify(given),
  encoding: 'text',
  headers: { 'content-type': 'application/json' },
  authorized: { mode: 'live' },
});

/** An object in a state, with the times that its rule goes by; before the first attempt, or since. */
function stateAt({ field, done, at = [] }: StateRule, time: number): Fields {
  const [first] = done;
  const object: Record<string, unknown> = { id: 'obj_1A', created: sentAt / 1_000 - 9_000, [field]: valueOf(first) };
  for (const path of at.slice(0, 1)) {
    const names = path.split('.');
    let place = object;
    for (const name of names.slice(0, -1)) place = (place[name] ??= { id: `${name}_1A` }) as Record<string, unknown>;
    place[names.at(-1) ?? ''] = time / 1_000;
  }
  return object;
}

function valueOf(wanted: StateRule['done'][number] | undefined): unknown {
  return typeof wanted === 'object' && wanted !== null ? 'there' : wanted;
}

const reading =
  (object: Fields): Read =>
  async () =>
    object;

describe.each(rows('state'))('C12: %s, told by a state', (_name, entry, { rule }) => {
  const probe = (object: Fields, given: Fields = {}): Promise<ProbeAnswer> =>
    probeState(reading(object), targetOf(entry), requestOf(entry, given), rule);

  it('is found in it where it came to it since it was sent', async () => {
    expect(await probe(stateAt(rule, sentAt + 500))).toMatchObject({
      kind: 'found',
      matches: [{ vendorId: 'obj_1A' }],
    });
  });

  it.runIf(rule.at)('is none that was in it before the first attempt, or does not say since when', async () => {
    expect(await probe(stateAt(rule, sentAt - hour))).toMatchObject({
      kind: 'cannot_know',
      reason: expect.stringContaining('before this effect was sent'),
    });
    expect(await probe(stateAt({ ...rule, at: [] }, 0))).toMatchObject({ kind: 'cannot_know' });
  });

  it.each(rule.never)('is none in the state %o', async (value) => {
    const object = { ...stateAt(rule, sentAt + 500), [rule.field]: valueOf(value) };
    expect((await probe(object)).kind).not.toBe('found');
  });

  it.each([
    ...Object.entries(rule.same ?? {}),
    ['transfer_group', 'transfer_group'],
    ['payment_method', 'payment_method'],
  ])('is none with another %s', async (parameter, field) => {
    const object = { ...stateAt(rule, sentAt + 500), amount: 5, [field]: field === 'payment_method' ? 'pm_1B' : '7' };
    expect((await probe(object, { [parameter]: field === 'payment_method' ? 'pm_1A' : '5' })).kind).not.toBe('found');
  });
});

describe.each(rows('list'))('C12: %s, listed by our marker', (name, entry, lookUp) => {
  const given = { metadata: { oncely_key: marker }, ...Object.fromEntries(lookUp.needs.map((each) => [each, 'x'])) };
  const ours = { id: 'obj_1B', object: 'thing', created: sentAt / 1_000, metadata: { oncely_key: marker } };
  const source = sources[name] === undefined ? {} : { [sources[name]]: 'obj_1A' };
  const probe = (object: Fields, more: Fields = {}): Promise<ProbeAnswer> =>
    probeList(
      reading({ object: 'list', data: [{ ...source, ...object }], has_more: false }),
      targetOf(entry),
      requestOf(entry, { ...given, ...more }),
      lookUp,
    );

  it('is found by it, with the time at which it was made', async () => {
    expect(await probe(ours)).toMatchObject({ kind: 'found', matches: [{ madeAt: sentAt }] });
    expect(await probe({ ...ours, created: 1 })).toMatchObject({ kind: 'found', matches: [{ madeAt: 1_000 }] });
  });

  it.runIf(sources[name])('is none that was made from another one', async () => {
    expect((await probe({ ...ours, [sources[name] ?? '']: 'obj_1C' })).kind).toBe('cannot_know');
  });

  it('is none that carries another, or no marker', async () => {
    expect((await probe({ ...ours, metadata: { oncely_key: 'oncely_of_others' } })).kind).toBe('absent');
    expect((await probe({ ...ours, metadata: {} })).kind).toBe('absent');
  });

  it('is none with another value of what never changes', async () => {
    for (const field of [...unchanging, ...(materials[name] ?? []).filter((each) => /amount|currency/.test(each))]) {
      expect((await probe({ ...ours, [field]: 'two' }, { [field]: 'one' })).kind, field).toBe('cannot_know');
    }
  });

  it.each(Object.entries(failures))('is none that failed: a %s', async (object, { failed, asked, error }) => {
    const why = error === undefined ? {} : { [error]: { code: 'declined' } };
    const answer = await probe(
      { ...ours, object, status: failed[0], ...why },
      asked === undefined ? {} : { [asked]: true },
    );
    expect(answer).toMatchObject({ kind: 'found', matches: [{ failed: expect.stringContaining(failed[0] ?? '') }] });
  });
});

describe.each(rows('compare'))('C12: %s, compared', (_name, entry) => {
  it('is none where one value is another, and the end state is all that counts', async () => {
    const probe = (object: Fields): Promise<ProbeAnswer> =>
      probeSet(reading(object), targetOf(entry), requestOf(entry, { one: 'a', two: 'b' }), entry.get === 'parent');
    expect((await probe({ id: 'obj_1A', one: 'a', two: 'b' })).kind).toBe('found');
    expect((await probe({ id: 'obj_1A', one: 'a', two: 'c' })).kind).toBe('cannot_know');
    expect((await probe({ id: 'obj_1A', one: 'a' })).kind).toBe('cannot_know');
  });
});

describe.each(rows('deletion'))('C12: %s, read back', (_name, entry) => {
  it('is none that stands there, or was ended before', async () => {
    const probe = (object: Fields): Promise<ProbeAnswer> =>
      probeDeletion(reading(object), targetOf(entry), requestOf(entry, {}), entry.deleted);
    expect((await probe({ id: 'obj_1A', status: 'active' })).kind).toBe('absent');
    expect((await probe({ id: 'obj_1A', status: 'canceled', ended_at: sentAt / 1_000 - 3_600 })).kind).toBe(
      'cannot_know',
    );
    expect((await probe({ id: 'obj_1A', status: 'canceled', ended_at: sentAt / 1_000 + 1 })).kind).toBe('found');
  });
});

it('C12: Stripe tells no time of these, so their end state alone is the effect, whoever led there', () => {
  expect(Object.keys(states).filter((name) => states[name]?.at === undefined)).toMatchInlineSnapshot(`
    [
      "disputes.close",
      "invoiceRenderingTemplates.archive",
      "invoiceRenderingTemplates.unarchive",
      "paymentMethods.detach",
      "refunds.cancel",
      "reviews.approve",
      "setupIntents.cancel",
      "subscriptions.pause",
      "topups.cancel",
      "billing.alerts.activate",
      "billing.alerts.archive",
      "billing.alerts.deactivate",
      "billing.meters.reactivate",
      "checkout.sessions.expire",
      "financialConnections.accounts.disconnect",
      "identity.verificationSessions.cancel",
      "identity.verificationSessions.redact",
      "issuing.authorizations.approve",
      "issuing.disputes.submit",
      "treasury.financialAccounts.close",
      "v2.core.eventDestinations.disable",
      "v2.core.eventDestinations.enable",
      "v2.moneyManagement.outboundSetupIntents.cancel",
    ]
  `);
});

interface Earlier {
  readonly before: (raw: Stripe) => Promise<readonly string[]>;
  readonly write: (stripe: Stripe, ids: readonly string[]) => Promise<unknown>;
  /** What somebody else did; the very write where nothing is said. */
  readonly other?: (raw: Stripe, ids: readonly string[]) => Promise<unknown>;
}

const earlier: Readonly<Record<string, Earlier>> = {
  'charges.capture': {
    before: async (raw) => [
      (await raw.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa', capture: false })).id,
    ],
    write: (stripe, [id = '']) => stripe.charges.capture(id),
  },
  'paymentIntents.confirm': { before: anIntent, write: (stripe, [id = '']) => stripe.paymentIntents.confirm(id) },
  'paymentIntents.capture': { before: aHold, write: (stripe, [id = '']) => stripe.paymentIntents.capture(id) },
  'paymentIntents.cancel': { before: aHold, write: (stripe, [id = '']) => stripe.paymentIntents.cancel(id) },
  'setupIntents.confirm': { before: aSetup, write: (stripe, [id = '']) => stripe.setupIntents.confirm(id) },
  'invoices.finalizeInvoice': { before: aDraft, write: (stripe, [id = '']) => stripe.invoices.finalizeInvoice(id) },
  'invoices.pay': { before: anInvoice, write: (stripe, [id = '']) => stripe.invoices.pay(id) },
  'invoices.voidInvoice': { before: anInvoice, write: (stripe, [id = '']) => stripe.invoices.voidInvoice(id) },
  'payouts.cancel': {
    before: async (raw) => [(await raw.payouts.create({ amount: 200, currency: 'usd' })).id],
    write: (stripe, [id = '']) => stripe.payouts.cancel(id),
  },
  'subscriptions.cancel': { before: aSubscription, write: (stripe, [id = '']) => stripe.subscriptions.cancel(id) },
};

describe.concurrent.each(Object.entries(earlier))('C12: %s that somebody else did', (_name, { before, write }) => {
  it('an hour before is not this effect, whose request was lost: a person looks', async () => {
    const { raw, fake, later, process } = await startWorld();
    const ids = await before(raw);
    await write(raw, ids);
    later(hour);
    const sent = fake.requests.length;
    fake.fail({ kind: 'reset_before_effect' });
    const hasty = process({ maxAttempts: 1, waitMs: 300, landingBoundMs: 1_000 });
    await expect(hasty.effect((stripe) => write(stripe, ids))).rejects.toMatchObject({ code: expect.any(String) });
    later(25 * hour);
    const { oncely } = process();
    await oncely.recover();
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'stopped' });
    expect(fake.requests.slice(sent).filter(({ method }) => method !== 'GET')).toHaveLength(1);
  });
});

it('C12: an intent that somebody captured in part is not the whole capture that was asked for', async () => {
  const { raw, fake, later, process } = await startWorld();
  const [id = ''] = await aHold(raw);
  const capture = (stripe: Stripe): Promise<unknown> => stripe.paymentIntents.capture(id);
  fake.fail({ kind: 'reset_before_effect' });
  await expect(process({ maxAttempts: 1 }).effect(capture)).rejects.toMatchObject({ code: 'in_doubt' });
  await raw.paymentIntents.capture(id, { amount_to_capture: 7 });
  later(25 * hour);
  await expect(process().effect(capture)).rejects.toMatchObject({
    code: 'stopped',
    message: expect.stringContaining('amount_received is not what was asked for'),
  });
});

it('C12: what was paid between a definite no and the next generation is none of that generation', async () => {
  const { raw, fake, later, process } = await startWorld();
  const [id = ''] = await anIntent(raw);
  const confirm = (card: string) => (stripe: Stripe) => stripe.paymentIntents.confirm(id, { payment_method: card });
  const hasty = (): ReturnType<typeof process>['effect'] => process({ maxAttempts: 1 }).effect;
  await expect(hasty()(confirm('pm_card_chargeDeclined'))).rejects.toMatchObject({ code: 'card_declined' });
  later(hour);
  await raw.paymentIntents.confirm(id, { payment_method: 'pm_card_mastercard' });
  later(hour);
  fake.fail({ kind: 'reset_before_effect' });
  await expect(hasty()(confirm('pm_card_visa'))).rejects.toMatchObject({ code: 'in_doubt' });
  later(25 * hour);
  const { oncely } = process();
  await oncely.recover();
  expect(await oncely.effects.get(slot)).toMatchObject({ state: 'stopped', generation: 2 });
});

it('C12: by a test clock every time is its own, and proves nothing', async () => {
  const { raw, fake, later, process } = await startWorld();
  const clock = await raw.testHelpers.testClocks.create({ frozen_time: 1_600_000_000 });
  const { id: customer } = await raw.customers.create({ test_clock: clock.id });
  expect(await aCustomer(raw)).toHaveLength(1);
  const { id } = await raw.invoices.create({ customer });
  later(hour);
  fake.fail({ kind: 'reset_after_effect' });
  const finalize = (stripe: Stripe): Promise<unknown> => stripe.invoices.finalizeInvoice(id);
  await expect(process({ maxAttempts: 1 }).effect(finalize)).rejects.toMatchObject({ code: 'in_doubt' });
  later(25 * hour);
  await expect(process().effect(finalize)).resolves.toMatchObject({ id, status: 'open' });
});
