/** Several tenants, each with a Stripe account of its own, on one ledger. */
import { createOncely, type Ledger, type Oncely, type OncelyOptions } from '@oncely/core';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';

import type { VendorsAt } from './shop.ts';

export interface Platform {
  readonly oncely: Pick<Oncely, 'recover' | 'close'>;
  refund(tenant: string, invoice: string, charge: string, amount: number): Promise<Stripe.Refund>;
}

export function openPlatform(
  ledger: Ledger,
  keys: ReadonlyMap<string, string>,
  { at = {}, ...options }: { readonly at?: VendorsAt } & Pick<OncelyOptions<never>, 'waitMs'> = {},
): Platform {
  const oncely = createOncely({
    ledger,
    ...options,
    clients: {
      // `recover()` finds each tenant's client by itself, from the account that stands in the record.
      stripe: oncelyStripe(
        (config, tenant) => {
          const key = keys.get(tenant);
          if (key === undefined) throw new Error(`no Stripe key for ${tenant}`);
          return new Stripe(key, { ...at.stripe, telemetry: false, ...config });
        },
        { accounts: 'many' },
      ),
    },
  });
  return {
    oncely,
    // `tenant` comes from the session of who is logged in, never from what a model or a client wrote.
    refund: (tenant, invoice, charge, amount) =>
      oncely.scope({ tenant, businessId: invoice, workflowId: 'refund-desk' }, () =>
        oncely.effect('refund', () => oncely.clients.stripe(tenant).refunds.create({ charge, amount })),
      ),
  };
}
