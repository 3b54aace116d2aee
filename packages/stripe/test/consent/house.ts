import { createOncely, isOncelyError, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

import { addressOf, apiKey } from '../case.ts';

type Options = Partial<Omit<OncelyOptions<Record<never, never>>, 'ledger' | 'clients'>>;

/** Of all houses; each has its own charge. It is closed by the one test that uses them. */
export const fake: StripeFake = await startStripeFake();

export function clients() {
  const make = (config?: Stripe.StripeConfig) => new Stripe(apiKey, { ...addressOf(fake), ...config });
  return { stripe: oncelyStripe(make, { landingBoundMs: 1 }) };
}
export type Desk = Oncely<ReturnType<typeof clients>>;

/** A house whose refunds a person must approve; nobody has. */
export interface House {
  readonly charge: string;
  readonly ledger: Ledger;
  readonly scope: { readonly businessId: string; readonly workflowId: string };
  start(options?: Options): Desk;
  fingerprint(oncely: Desk): Promise<string>;
  readonly slot: string;
}
export const policy = {
  version: 1,
  operations: { 'stripe.refunds.create': { approvers: 2, notBy: 'requester' } },
} as const;
export const always = { version: 1, operations: { 'stripe.refunds.create': true } } as const;
export const mallory = { by: 'mallory' } as const;

let opened = 0;
export const code = (work: () => unknown): Promise<string> =>
  Promise.resolve()
    .then(work)
    .then(
      () => 'passed',
      (error: unknown) => (isOncelyError(error) ? error.code : error instanceof Error ? error.message : String(error)),
    );

export function openHouse(): House {
  opened += 1;
  const charge = `ch_attack${opened}`;
  fake.seedCharge({ id: charge, amount: 900_00, currency: 'usd' });
  const ledger = { ...memoryLedger(), close: async () => {} };
  const scope = { businessId: `case${opened}`, workflowId: 'desk' };
  const slot = `case${opened}:desk:refund`;
  return {
    charge,
    ledger,
    scope,
    slot,
    start: (options = { approvals: always }) =>
      createOncely({ waitMs: 20_000, leaseMs: 10_000, drainOnSigterm: false, ...options, ledger, clients: clients() }),
    fingerprint: async (oncely) => (await oncely.effects.get(slot))?.approval?.fingerprint ?? '',
  };
}

export const sent = (charge: string): number =>
  fake.effects(
    ({ operation, params }) => /refund|credit_note|reversal/.test(operation) && JSON.stringify(params).includes(charge),
  ).length;
