import { Client } from '@hubspot/api-client';
import { describe, test, vi } from 'vitest';

import { isHubSpotWrite, startHubSpotFake } from '../../src/fakes/hubspot.ts';
import { hubspotOperations as operations } from './operations/hubspot.ts';
import { runsOf, runWide, type WideVendor } from './wide.ts';

// A run waits most of its time, for leases to be over.
vi.setConfig({ maxConcurrency: 6 });

const hubspot: WideVendor<Client> = {
  name: 'hubspot',
  operations,
  start: async () => {
    const fake = await startHubSpotFake();
    for (const type of ['contacts', 'companies', 'deals', 'notes']) fake.seedProperty(type, 'oncely_key');
    return { fake, raw: new Client({ accessToken: 'crash', basePath: fake.url }) };
  },
  isWrite: ({ method, path }) => isHubSpotWrite(method, path),
};

const runs = runsOf('hubspot');

describe.concurrent(`HubSpot: ${operations.length} operations, ${operations.length * runs.length} cells`, () => {
  for (const run of runs) {
    const { store, place, revival } = run;
    test(`on ${store}, killed at ${place}, then ${revival}: one effect each`, { timeout: 240_000 }, () =>
      runWide(hubspot, run),
    );
  }
});
