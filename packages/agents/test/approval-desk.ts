import { createOncely, type MayDecide, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { Tool } from '@oncely/core/tools';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import { startStripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

import { address, toolName, type Call } from './desk.ts';

/** A vendor and a ledger, and programs over them whose refunds a person has to approve. */
export interface ApprovalDesk {
  readonly refunds: () => number;
  /** A program that was just started: its own Oncely, and its tool. */
  readonly program: (options?: { readonly approval?: 'none'; readonly mayDecide?: MayDecide }) => Program;
  readonly close: () => Promise<void>;
}

export interface Program {
  readonly oncely: Oncely;
  readonly tool: Tool;
  /** Runs something in a case; by default the one of every test. */
  readonly at: <T>(
    fn: () => Promise<T>,
    scope?: { readonly tenant?: string; readonly businessId?: string },
  ) => Promise<T>;
}

export const refund: Call = {
  id: 'call_1',
  input: { payment: 'ch_1', amount: 500, currency: 'usd', reason: null, occurrence: null },
};

/** The slot of that refund in the case of every test. */
export const slot = 'north:invoice_98342:refund-desk:stripe_refund(payment%3Dch_1)';

export async function openApprovalDesk(): Promise<ApprovalDesk> {
  const fake = await startStripeFake();
  fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  const ledger = memoryLedger();
  return {
    refunds: () => fake.effects('refunds.create').length,
    program: ({ approval, mayDecide } = {}) => {
      const oncely = createOncely({
        ledger,
        clients: { stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...address(fake), ...config })) },
        ...(mayDecide ? { approvals: { version: 1, operations: {}, mayDecide } } : {}),
        drainOnSigterm: false,
      });
      const asked = approval === 'none' ? {} : { approval: { [toolName]: 'required' as const } };
      const [tool] = stripeTools(oncely.clients.stripe, { allow: [toolName], ...asked });
      return {
        oncely,
        tool: tool as Tool,
        at: (fn, scope = {}) =>
          oncely.scope({ tenant: 'north', businessId: 'invoice_98342', workflowId: 'refund-desk', ...scope }, fn),
      };
    },
    close: () => fake.close(),
  };
}
