import { crashTest } from '@oncely/testing';
import { startHubSpotFake } from '@oncely/testing/fakes/hubspot';
import { expect, it } from 'vitest';

it('an agent that is killed at every point of its effects makes each of them once', { timeout: 300_000 }, async () => {
  const rows = await crashTest({
    agent: new URL('./agents/order-agent.ts', import.meta.url),
    expect: { contacts: 1, stages: 1, associations: 1 },
    setup: async ({ directory }) => {
      const fake = await startHubSpotFake();
      fake.seedProperty('contacts', 'oncely_key');
      const deal = fake.seed('deals', { dealname: 'Order 1', dealstage: 'appointmentscheduled' });
      const count = (operation: string) => (): number => fake.effects(operation).length;
      return {
        env: { LEDGER: `${directory}/effects.db`, HUBSPOT_URL: fake.url, DEAL: deal },
        counts: {
          contacts: count('contacts.create'),
          stages: count('deals.update'),
          associations: count('associations.create'),
        },
        close: () => fake.close(),
      };
    },
  });
  expect(rows.filter(({ killed }) => killed === 'killed').length).toBeGreaterThanOrEqual(18);
  for (const row of rows) expect(row).toMatchObject({ end: 'returned' });
});
