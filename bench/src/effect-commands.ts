/** The commands that a ledger gets for one real effect, and as many pairs of them as are wanted. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';

export type WriteCommand = Parameters<Ledger['write']>[0];

export interface Vendor {
  readonly address: Stripe.StripeConfig;
  readonly stop: () => Promise<void>;
}

/** The Stripe fake in a process of its own. */
export async function startVendor(): Promise<Vendor> {
  const vendor = fork(new URL('./vendor.ts', import.meta.url), { execArgv: ['--conditions', '@oncely/source'] });
  const [{ host, port }] = (await once(vendor, 'message')) as [{ host: string; port: number }];
  return {
    address: { host, port, protocol: 'http', telemetry: false },
    stop: async () => {
      vendor.disconnect();
      await once(vendor, 'exit');
    },
  };
}

/** One customer after another is created through Oncely. */
export function creatingCustomers(
  ledger: Ledger,
  address: Stripe.StripeConfig,
): { readonly create: (number: number) => Promise<unknown>; readonly close: () => Promise<void> } {
  const oncely = createOncely({
    ledger,
    clients: { stripe: oncelyStripe((config) => new Stripe('sk_test_bench', { ...address, ...config })) },
  });
  const { stripe } = oncely.clients;
  return {
    create: (number) =>
      oncely.scope({ businessId: `case_${number}`, workflowId: 'bench' }, () =>
        oncely.effect('customer', () => stripe.customers.create({ email: `${number}@example.com` })),
      ),
    close: () => oncely.close(),
  };
}

/** The claim and the settle of one real effect, as a ledger gets them. */
export async function commandsOfOneEffect(address: Stripe.StripeConfig): Promise<readonly WriteCommand[]> {
  const commands: WriteCommand[] = [];
  const ledger = memoryLedger();
  const listening: Ledger = {
    ...ledger,
    write: (command) => {
      commands.push(command);
      return ledger.write(command);
    },
  };
  const { create, close } = creatingCustomers(listening, address);
  await create(1);
  await close();
  return commands;
}

let pairs = 0;
const run = Date.now().toString(36);

/** Gives the commands to a ledger, each time for another slot. */
export function pairsOn(ledger: Ledger, commands: readonly WriteCommand[]): () => Promise<void> {
  const opening = ledger.open();
  return async () => {
    const slot = `pair_${run}_${(pairs += 1)}:bench:customer`;
    const { epoch } = await opening;
    for (const { guard, ...command } of commands) {
      const answer = await ledger.write({ ...command, slot, ...(guard ? { guard: { ...guard, epoch } } : {}) });
      if (answer.kind !== 'written') throw new Error(`a write of a pair was answered ${answer.kind}`);
    }
  };
}
