import type Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';

import { startWorld } from './world.ts';

const stubbed = { id: 're_stub', object: 'refund' } as Stripe.Response<Stripe.Refund>;

/** What a test sets on a client, and how it takes it away again. */
const ways: readonly [string, (stripe: Stripe, stub: () => Promise<typeof stubbed>) => () => void][] = [
  [
    'a spy of vitest',
    (stripe, stub) => {
      const spy = vi.spyOn(stripe.refunds, 'create').mockImplementation(stub);
      return () => spy.mockRestore();
    },
  ],
  [
    'an assignment',
    (stripe, stub) => {
      const refunds = stripe.refunds as { create: unknown };
      const before = refunds.create;
      refunds.create = stub;
      expect(refunds.create).toBe(stub);
      return () => {
        refunds.create = before;
      };
    },
  ],
  [
    'a spy on the prototype of the resource',
    (stripe, stub) => {
      const spy = vi
        .spyOn(Object.getPrototypeOf(stripe.refunds) as Stripe['refunds'], 'create')
        .mockImplementation(stub);
      return () => spy.mockRestore();
    },
  ],
  [
    'a property that is defined and taken away, as sinon does it',
    (stripe, stub) => {
      const had = Object.getOwnPropertyDescriptor(stripe.refunds, 'create');
      Object.defineProperty(stripe.refunds, 'create', { value: stub, configurable: true, writable: true });
      expect(Object.getOwnPropertyDescriptor(stripe.refunds, 'create')?.value).toBe(stub);
      return () => {
        if (had) Object.defineProperty(stripe.refunds, 'create', had);
        else Reflect.deleteProperty(stripe.refunds, 'create');
      };
    },
  ],
  [
    'a resource put in place of another',
    (stripe, stub) => {
      const before = stripe.refunds;
      stripe.refunds = { create: stub } as never;
      return () => {
        stripe.refunds = before;
      };
    },
  ],
];

describe.each(ways)('%s', (_name, set) => {
  it('answers while it is set and sends nothing; taken away, the write is ours again', async () => {
    const { fake, process } = await startWorld();
    const { stripe, effect, oncely } = process();
    const refund = (): Promise<Stripe.Refund> => stripe.refunds.create({ charge: 'ch_1', amount: 5 });
    const stub = vi.fn(async () => stubbed);
    const restore = set(stripe, stub);
    try {
      expect(await refund()).toBe(stubbed);
      expect(await oncely.scope({ businessId: 'case_9', workflowId: 'w' }, () => refund())).toBe(stubbed);
      expect(stub).toHaveBeenCalledTimes(2);
      expect(fake.requests).toEqual([]);
    } finally {
      restore();
    }
    const made = await effect(refund);
    expect(made.id).not.toBe('re_stub');
    expect(await effect(refund)).toEqual(made);
    expect([stub.mock.calls.length, fake.effects().length]).toEqual([2, 1]);
  });
});

it('a spy that only looks sees the call, its arguments and its result, and the write happens once', async () => {
  const { fake, process } = await startWorld();
  const { stripe, effect } = process();
  const spy = vi.spyOn(stripe.refunds, 'create');
  const made = await effect(() => stripe.refunds.create({ charge: 'ch_1', amount: 5 }));
  expect(spy).toHaveBeenCalledExactlyOnceWith({ charge: 'ch_1', amount: 5 });
  expect(await spy.mock.results[0]?.value).toBe(made);
  expect(spy.mock.contexts[0]).toBe(stripe.refunds);
  spy.mockRestore();
  await effect(() => stripe.refunds.create({ charge: 'ch_1', amount: 5 }));
  expect([spy.mock.calls.length, fake.effects().length]).toEqual([0, 1]);
});
