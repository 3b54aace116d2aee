import { Client } from '@hubspot/api-client';
import { createOncely } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { oncelyHubspot } from '@oncely/hubspot';

/** One order: contact, the deal's new stage, and the one at the other. */
export async function agent(): Promise<void> {
  const { LEDGER = '', HUBSPOT_URL = '', DEAL = '' } = process.env;
  const oncely = createOncely({
    ledger: sqliteLedger(LEDGER),
    clients: {
      hubspot: oncelyHubspot((config) => new Client({ accessToken: 'any', basePath: HUBSPOT_URL, ...config }), {
        landingBoundMs: 50,
      }),
    },
    leaseMs: 1_000,
    waitMs: 20_000,
  });
  const { hubspot } = oncely.clients;
  await oncely.scope({ businessId: 'order_1', workflowId: 'sales-desk' }, async () => {
    const contact = await oncely.effect('contact', () =>
      hubspot.crm.contacts.basicApi.create({ properties: { email: 'ada@example.com' }, associations: [] }),
    );
    await oncely.effect('stage', () =>
      hubspot.crm.deals.basicApi.update(DEAL, { properties: { dealstage: 'closedwon' } }),
    );
    await oncely.effect('association', () =>
      hubspot.crm.associations.v4.basicApi.createDefault('deals', DEAL, 'contacts', contact.id),
    );
  });
  await oncely.close();
}
