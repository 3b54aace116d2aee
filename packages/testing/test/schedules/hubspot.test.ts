import { Client } from '@hubspot/api-client';
import { oncelyHubspot } from '@oncely/hubspot';
import { expect, it } from 'vitest';

import { startHubSpotFake } from '../../src/fakes/hubspot.ts';
import { exploreSchedules, type ScheduledVendor } from '../../src/schedules/explore-schedule.ts';
import { hubspotOperations } from '../crash/operations/hubspot.ts';

/** A part of them; all 2,000 by `npm run soak:schedules`. */
const seeds = Number(process.env['ONCELY_SCHEDULES'] ?? 500);

const operations = hubspotOperations.map(({ name, effect, inputs, doubtStops, unnamed, prepare, write }) => ({
  name,
  effect,
  ...(inputs === undefined ? {} : { inputs }),
  mayStop: doubtStops !== undefined,
  ...(prepare === undefined ? {} : { before: async (raw: Client) => [await prepare(raw)] }),
  write: async (hubspot: Client, [subject = '']: readonly string[]) => {
    const answer = await write(hubspot, subject);
    return unnamed ? undefined : answer.split(' ');
  },
}));

const vendor: ScheduledVendor<Client> = {
  operations,
  start: async ({ now }) => {
    const fake = await startHubSpotFake({ now });
    for (const type of ['contacts', 'companies', 'deals', 'notes']) fake.seedProperty(type, 'oncely_key');
    const at = { accessToken: 'schedules', basePath: fake.url };
    return {
      fake,
      raw: new Client(at),
      adapter: (httpAgent) =>
        oncelyHubspot((config) => new Client({ ...at, ...config, httpAgent }), { landingBoundMs: 2_000 }),
    };
  },
  endsNothing: (error) => (error as { readonly code?: number }).code === 429,
};

it(
  `I1 I2 I3 I9: ${seeds} seeded schedules of failing lines and dying processes over ${operations.length} operations of HubSpot, one effect each`,
  { timeout: 300_000 },
  async () => {
    expect(await exploreSchedules(() => vendor, seeds)).toHaveLength(seeds);
  },
);
