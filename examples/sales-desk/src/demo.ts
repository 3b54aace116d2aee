import { Client } from '@hubspot/api-client';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { provisionHubspot } from '@oncely/hubspot';
import { startHubSpotFake } from '@oncely/testing/fakes/hubspot';

import { logOrder, type Portal } from './agent.ts';

const token = process.env['HUBSPOT_ACCESS_TOKEN'];
const fake = token === undefined ? await startHubSpotFake() : undefined;
const portal: Portal = { accessToken: token ?? 'any', ...(fake ? { basePath: fake.url, landingBoundMs: 50 } : {}) };

await provisionHubspot(new Client({ accessToken: portal.accessToken, ...(fake ? { basePath: fake.url } : {}) }), {
  objectTypes: ['contacts', 'deals'],
});
const before = fake?.effects().length ?? 0;
fake?.fail({ kind: 'reset_after_effect' });
fake?.fail({ kind: 'reset_after_effect' }, { skip: 1 });

// A ledger in a file or a database outlives the process; this one is enough to be run three times.
const ledger = memoryLedger();
const order = { id: `order_${Date.now()}`, email: 'ada@example.com', amount: '1200' };
for (const run of [1, 2, 3]) {
  const { deal, contact } = await logOrder(order, portal, ledger);
  process.stdout.write(`run ${run}: deal ${deal} of contact ${contact}\n`);
}
if (fake) {
  const made = fake.effects().slice(before);
  process.stdout.write(`in HubSpot: ${made.map(({ operation }) => operation).join(', ')}\n`);
  await fake.close();
}
