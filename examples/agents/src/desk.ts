/** What the agents of this folder share: one tool, and a ledger that outlives the process. */
import { createOncely, type Oncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import type { Tool } from '@oncely/core/tools';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import Stripe from 'stripe';

export interface Ticket {
  /** Names the case in every run of the agent. */
  readonly id: string;
  readonly text: string;
}

export interface Desk {
  readonly oncely: Pick<Oncely, 'scope' | 'effect' | 'close'>;
  readonly stripe: Stripe;
  readonly tools: readonly Tool[];
}

/** `stripeAt`: where the fake is; nothing against Stripe itself. */
export function openDesk(file: string, stripeAt: Stripe.StripeConfig = {}): Desk {
  const oncely = createOncely({
    ledger: sqliteLedger(file),
    clients: { stripe: oncelyStripe((config) => new Stripe('sk_test_desk', { ...stripeAt, ...config })) },
    // A minute by default; here what was killed is taken over at once.
    leaseMs: 1_000,
  });
  const { stripe } = oncely.clients;
  return { oncely, stripe, tools: stripeTools(stripe, { allow: ['stripe_refund_partial'] }) };
}
