import { Client } from '@hubspot/api-client';
import { adapterConformance, httpFaultOf, httpFaults, type AdapterKit } from '@oncely/testing/conformance/adapter';
import { startHubSpotFake, type HubSpotFake } from '@oncely/testing/fakes/hubspot';
import { describe, it } from 'vitest';

import { subjects, type Seeds, type Subject } from './subjects.ts';
import { accessToken, marked, startProcess } from './world.ts';

function kitOf({ operation, safety, effect, method, path, changed, write, verify }: Subject): AdapterKit {
  return {
    operation,
    safety,
    faults: httpFaults,
    secret: accessToken,
    changed,
    async open() {
      const fake = await startHubSpotFake();
      for (const type of marked) fake.seedProperty(type, 'oncely_key');
      const seeds: Seeds = {
        contact: fake.seed('contacts', { email: 'one@example.com', firstname: 'One' }),
        other: fake.seed('contacts', { email: 'taken@example.com' }),
        company: fake.seed('companies', { name: 'Acme' }),
        deal: fake.seed('deals', { dealname: 'Big', amount: '1' }),
        ...(await seedMore(fake)),
      };
      const before = fake.effects(effect).length;
      const seeded = fake.requests.length;
      return {
        fail: (fault) => fake.fail(httpFaultOf(fault)),
        refuse: (refused) => fake.refuse(refused),
        blind: (blind) => {
          if (safety !== 'constrained') return;
          if (!blind) return fake.heal();
          const match = ({ method: verb, path: at }: { readonly method: string; readonly path: string }): boolean =>
            verb === 'GET' || at.endsWith('/batch/read');
          fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match });
        },
        effects: () => fake.effects(effect).length - before,
        sent: () => fake.requests.slice(seeded).filter((each) => each.method === method && path.test(each.path)).length,
        verify: (result) => verify(result, fake, seeds),
        start: (ledger, settings) => {
          const { oncely, hubspot } = startProcess(fake, ledger, settings);
          return {
            oncely,
            write: (input) => write(hubspot, input, seeds),
            read: () => hubspot.crm.contacts.basicApi.getById(seeds.contact),
          };
        },
        close: () => fake.close(),
      };
    },
  };
}

/** What has no seed of its own in the fake is made by the SDK without us. */
async function seedMore(fake: HubSpotFake): Promise<Pick<Seeds, 'list' | 'pipeline'>> {
  const raw = new Client({ accessToken, basePath: fake.url });
  const make = async (name: string): Promise<string> => {
    const { list } = await raw.crm.lists.listsApi.create({ name, objectTypeId: '0-1', processingType: 'MANUAL' });
    return list.listId;
  };
  await make('There before');
  const { id } = await raw.crm.pipelines.pipelinesApi.create('deals', {
    label: 'Sales',
    displayOrder: 1,
    stages: [{ label: 'Won', displayOrder: 0, metadata: { probability: '1.0' } }],
  });
  return { list: await make('Members'), pipeline: id };
}

describe.concurrent.each(subjects.map(kitOf))('$operation', (kit) => {
  for (const { name, suits, run } of adapterConformance) it.runIf(suits(kit))(name, () => run(kit));
});
