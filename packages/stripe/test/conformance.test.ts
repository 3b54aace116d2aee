import { looksFirst } from '../src/operations.ts';
import {
  adapterConformance,
  httpFaultOf,
  httpFaults,
  type AdapterInput,
  type AdapterKit,
} from '@oncely/testing/conformance/adapter';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import { aHold, aSubscription, destination } from './preparations.ts';
import { addressOf, apiKey, startProcess } from './world.ts';

interface Subject {
  readonly operation: string;
  readonly safety: AdapterKit['safety'];
  /** What the fake calls its effect, and where it is written. */
  readonly effect: string;
  readonly method: 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly changed: AdapterKit['changed'];
  /** The ids of what it needs, and of the same once more; by default two customers. */
  readonly before?: (raw: Stripe) => Promise<readonly string[]>;
  readonly write: (stripe: Stripe, input: AdapterInput, ids: readonly string[]) => Promise<{ readonly id: string }>;
}

const pick = <T>(input: AdapterInput, usual: T, changed: T, refused: T): T => ({ usual, changed, refused })[input];

const subjects: readonly Subject[] = [
  {
    operation: 'stripe.refunds.create',
    safety: 'keyed',
    effect: 'refunds.create',
    method: 'POST',
    path: /^\/v1\/refunds$/,
    changed: { field: 'amount', value: '4321' },
    write: (stripe, input) =>
      stripe.refunds.create({ charge: 'ch_1', amount: pick(input, 1000, 4321, 999_999_99), metadata: { order: '7' } }),
  },
  {
    operation: 'stripe.paymentIntents.create',
    safety: 'keyed',
    effect: 'payment_intents.create',
    method: 'POST',
    path: /^\/v1\/payment_intents$/,
    changed: { field: 'amount', value: '4321' },
    write: (stripe, input) =>
      stripe.paymentIntents.create(
        input === 'refused'
          ? { amount: 1000, currency: 'usd', customer: 'cus_nobody' }
          : { amount: pick(input, 1000, 4321, 0), currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
      ),
  },
  {
    operation: 'stripe.customers.create',
    safety: 'keyed',
    effect: 'customers.create',
    method: 'POST',
    path: /^\/v1\/customers$/,
    changed: { field: 'email', value: 'other@example.com' },
    write: (stripe, input) =>
      stripe.customers.create({
        email: pick(input, 'a@example.com', 'other@example.com', 'a@example.com'),
        metadata: { note: input === 'refused' ? 'x'.repeat(501) : 'Zoë & Söhne' },
      }),
  },
  {
    operation: 'stripe.invoices.create',
    safety: 'keyed',
    effect: 'invoices.create',
    method: 'POST',
    path: /^\/v1\/invoices$/,
    changed: { field: 'currency', value: 'chf' },
    write: (stripe, input, [first = '']) =>
      stripe.invoices.create({
        customer: pick(input, first, first, 'cus_nobody'),
        currency: pick(input, 'usd', 'chf', 'usd'),
      }),
  },
  {
    operation: 'stripe.customers.update',
    safety: 'keyed',
    effect: 'customers.update',
    method: 'POST',
    path: /^\/v1\/customers\/\w+$/,
    changed: { field: 'name', value: 'Another Name' },
    write: (stripe, input, [first = '']) =>
      stripe.customers.update(pick(input, first, first, 'cus_nobody'), {
        name: pick(input, 'A Name', 'Another Name', 'A Name'),
      }),
  },
  {
    operation: 'stripe.customers.del',
    safety: 'natural',
    effect: 'customers.delete',
    method: 'DELETE',
    path: /^\/v1\/customers\/\w+$/,
    changed: { field: '$path', value: 'cus_1Fake000000004' },
    write: (stripe, input, [first = '', second = '']) => stripe.customers.del(pick(input, first, second, 'cus_nobody')),
  },
  {
    operation: 'stripe.charges.create',
    safety: 'keyed',
    effect: 'charges.create',
    method: 'POST',
    path: /^\/v1\/charges$/,
    changed: { field: 'amount', value: '4321' },
    write: (stripe, input) =>
      stripe.charges.create({
        amount: pick(input, 1000, 4321, 1000),
        currency: 'usd',
        source: pick(input, 'tok_visa', 'tok_visa', 'tok_chargeDeclined'),
      }),
  },
  {
    operation: 'stripe.paymentIntents.capture',
    safety: 'keyed',
    effect: 'payment_intents.capture',
    method: 'POST',
    path: /^\/v1\/payment_intents\/\w+\/capture$/,
    changed: { field: 'amount_to_capture', value: '432' },
    before: aHold,
    write: (stripe, input, [id = '']) =>
      stripe.paymentIntents.capture(id, { amount_to_capture: pick(input, 800, 432, 999_999) }),
  },
  {
    operation: 'stripe.subscriptions.cancel',
    safety: 'natural',
    effect: 'subscriptions.delete',
    method: 'DELETE',
    path: /^\/v1\/subscriptions\/\w+$/,
    changed: { field: '$path', value: 'sub_1Fake000000017' },
    before: async (raw) => [(await aSubscription(raw))[0] ?? '', (await aSubscription(raw))[0] ?? ''],
    write: (stripe, input, [first = '', second = '']) =>
      stripe.subscriptions.cancel(pick(input, first, second, 'sub_nobody')),
  },
  {
    operation: 'stripe.v2.core.eventDestinations.create',
    safety: 'keyed',
    effect: 'v2.event_destinations.create',
    method: 'POST',
    path: /^\/v2\/core\/event_destinations$/,
    changed: { field: 'name', value: 'Theirs' },
    write: (stripe, input) =>
      stripe.v2.core.eventDestinations.create({
        ...destination,
        name: pick(input, 'Ours', 'Theirs', 'Ours'),
        ...(input === 'refused' ? { enabled_events: undefined as never } : {}),
      }),
  },
];

function kitOf({ operation, safety, effect, method, path, changed, before: prepare, write }: Subject): AdapterKit {
  return {
    operation,
    safety,
    looksFirst: looksFirst(operation),
    faults: httpFaults,
    secret: apiKey,
    changed,
    async open() {
      const fake = await startStripeFake();
      fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
      const raw = new Stripe(apiKey, addressOf(fake));
      const [one, two] = [await raw.customers.create(), await raw.customers.create()];
      const ids = (await prepare?.(raw)) ?? [one.id, two.id];
      const before = fake.effects(effect).length;
      const seeded = fake.requests.length;
      return {
        fail: (fault) => fake.fail(httpFaultOf(fault)),
        refuse: (refused) => fake.refuse(refused),
        effects: () => fake.effects(effect).length - before,
        sent: () => fake.requests.slice(seeded).filter((each) => each.method === method && path.test(each.path)).length,
        verify: (result) => {
          const ids = fake.effects(effect).map(({ id }) => id);
          expect(result).toMatchObject({ id: ids.at(-1), object: expect.any(String) });
        },
        start: (ledger, settings) => {
          const { oncely, stripe } = startProcess(fake, ledger, settings);
          return {
            oncely,
            write: (input) => write(stripe, input, ids),
            read: () => stripe.customers.retrieve(one.id),
          };
        },
        close: () => fake.close(),
      };
    },
  };
}

describe.concurrent.each(subjects.map(kitOf))('$operation', (kit) => {
  for (const { name, suits, run } of adapterConformance) it.runIf(suits(kit))(name, () => run(kit));
});
