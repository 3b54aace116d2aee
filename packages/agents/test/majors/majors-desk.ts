/** What the programs in a fresh application share: a vendor, a ledger, and a tool with and without approval. */
import { createOncely, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { Tool } from '@oncely/core/tools';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

const name = 'stripe_refund_partial';

export interface MajorsDesk {
  readonly oncely: Oncely;
  /** Plays something about a charge of its own, in a case of its own, and gives its refunds at the vendor. */
  readonly play: (charge: string, asks: boolean, fn: (tool: Tool) => Promise<unknown>) => Promise<number>;
  readonly close: () => Promise<void>;
}

export function inputOf(charge: string): Readonly<Record<string, unknown>> {
  return { payment: charge, amount: 500, currency: 'usd', reason: null, occurrence: null };
}

export async function openMajorsDesk(): Promise<MajorsDesk> {
  const fake: StripeFake = await startStripeFake();
  const { host, port } = fake;
  const oncely = createOncely({
    ledger: memoryLedger(),
    clients: {
      stripe: oncelyStripe(
        (config) => new Stripe('sk_test_1', { host, port, protocol: 'http', telemetry: false, ...config }),
      ),
    },
    drainOnSigterm: false,
  });
  return {
    oncely,
    play: async (charge, asks, fn) => {
      fake.seedCharge({ id: charge, amount: 50_000, currency: 'usd' });
      const [tool] = stripeTools(oncely.clients.stripe, {
        allow: [name],
        ...(asks ? { approval: { [name]: 'required' as const } } : {}),
      });
      await oncely.scope({ businessId: charge, workflowId: 'refund-desk' }, () => fn(tool as Tool));
      return fake.effects('refunds.create').filter(({ params }) => params['charge'] === charge).length;
    },
    close: async () => {
      await oncely.close();
      await fake.close();
    },
  };
}
