import { createOncely, isOncelyError, type Ledger, type OncelyOptions } from '@oncely/core';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';
import { expect } from 'vitest';

import { addressOf, apiKey } from '../case.ts';
import type { FourStores } from './four-stores.ts';

type Options = Partial<Omit<OncelyOptions<Record<never, never>>, 'ledger' | 'clients'>>;

export const editable = {
  amount: { max: 'asked' },
  reason: { oneOf: ['duplicate', 'requested_by_customer'] },
} as const;
export const rules = { version: 1, operations: { 'stripe.refunds.create': { editable } } } as const;

/**
 * One refund of 900.00 that waits, on one store; each process is another one. The store is that of all cases, whose rules
 * differ: so the version rises with each.
 */
export function casesOn(stores: FourStores) {
  let cases = 0;
  return (store: string, options: Options = {}) => {
    const fake = stores.fake();
    cases += 1;
    const version = cases;
    const businessId = `edited_${cases}_${store}`;
    const charge = `ch_${businessId}`;
    fake.seedCharge({ id: charge, amount: 900_00, currency: 'usd' });
    const slot = `${businessId}:desk:refund`;
    const sent = () =>
      fake
        .effects('refunds.create')
        .filter(({ params }) => params['charge'] === charge)
        .map(({ params }) => params);
    const start = (own: Options = {}, dies = false) => {
      const ledger = { ...stores.open(store), close: async () => {} };
      const mortal: Ledger = {
        ...ledger,
        // What it has sent it does not live to store.
        write: (command) => (dies && sent().length > 0 ? new Promise(() => undefined) : ledger.write(command)),
      };
      return createOncely({
        waitMs: 5_000,
        leaseMs: 200,
        drainOnSigterm: false,
        ...options,
        ...own,
        approvals: { ...(own.approvals ?? options.approvals ?? rules), version },
        ledger: mortal,
        clients: {
          stripe: oncelyStripe((config) => new Stripe(apiKey, { ...addressOf(fake), ...config }), {
            landingBoundMs: 1,
          }),
        },
      });
    };
    type Process = ReturnType<typeof start>;
    const call = (oncely: Process, amount: number | undefined = 900_00) =>
      oncely.scope({ businessId, workflowId: 'desk' }, () =>
        oncely.effect('refund', () => oncely.clients.stripe.refunds.create({ charge, amount, reason: 'duplicate' })),
      );
    const ask = async (oncely: Process): Promise<string> => {
      const error: unknown = await call(oncely).catch((thrown: unknown) => thrown);
      expect(isOncelyError(error) && error.code).toBe('approval_required');
      return (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    };
    return { businessId, charge, slot, start, call, ask, sent };
  };
}

export const codeOf = (error: unknown): string =>
  isOncelyError(error) ? `${error.code} ${error.message}` : String(error);
