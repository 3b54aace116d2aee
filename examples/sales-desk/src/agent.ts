import { Client } from '@hubspot/api-client';
import { createOncely, type Ledger } from '@oncely/core';
import { oncelyHubspot } from '@oncely/hubspot';

export interface Portal {
  readonly accessToken: string;
  /** Of the fake; HubSpot's own where there is none. */
  readonly basePath?: string;
  /** A fake on the same machine keeps nothing on its way, HubSpot may. */
  readonly landingBoundMs?: number;
}

export interface Order {
  readonly id: string;
  readonly email: string;
  readonly amount: string;
}

/** One run of the agent: customer, deal, association. Each is an effect, so it may be run again after any crash. */
export async function logOrder(
  order: Order,
  { landingBoundMs = 30_000, ...portal }: Portal,
  ledger: Ledger,
): Promise<{ deal: string; contact: string }> {
  const oncely = createOncely({
    ledger,
    clients: { hubspot: oncelyHubspot((config) => new Client({ ...portal, ...config }), { landingBoundMs }) },
    drainOnSigterm: false,
  });
  const { hubspot } = oncely.clients;
  return oncely.scope({ businessId: order.id, workflowId: 'sales-desk' }, async () => {
    const { results } = await oncely.effect('contact', () =>
      hubspot.crm.contacts.batchApi.upsert({
        inputs: [{ id: order.email, idProperty: 'email', properties: { lifecyclestage: 'customer' } }],
      }),
    );
    const contact = results[0]?.id ?? '';
    const deal = await oncely.effect('deal', () =>
      hubspot.crm.deals.basicApi.create({
        properties: { dealname: `Order ${order.id}`, amount: order.amount },
        associations: [],
      }),
    );
    await oncely.effect('deal-contact', () =>
      hubspot.crm.associations.v4.basicApi.createDefault('deals', deal.id, 'contacts', contact),
    );
    return { deal: deal.id, contact };
  });
}
