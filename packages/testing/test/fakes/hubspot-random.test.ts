import { Client } from '@hubspot/api-client';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { startHubSpotFake } from '../../src/fakes/hubspot.ts';
import type { HubSpotFake } from '../../src/fakes/hubspot.ts';

const key = fc.constantFrom('k1', 'k2', 'k3');
const pick = fc.nat(20);
const step = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), key }),
  fc.record({ kind: fc.constant('update' as const), key: fc.oneof(key, fc.constant('')), pick }),
  fc.record({ kind: fc.constant('upsert' as const), key }),
  fc.record({ kind: fc.constant('batch' as const), keys: fc.array(key, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('archive' as const), pick }),
  fc.record({ kind: fc.constant('merge' as const), pick, other: pick }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const none = { properties: [], propertiesWithHistory: [] };

/** One call; the ids of the records that it says it wrote, or none where it was refused. */
async function play({ crm }: Client, ids: readonly string[], one: Step): Promise<readonly string[]> {
  const idAt = (index: number): string => ids[index % Math.max(ids.length, 1)] ?? '1';
  const { basicApi, batchApi } = crm.contacts;
  switch (one.kind) {
    case 'create':
      return [(await basicApi.create({ properties: { oncely_key: one.key } })).id];
    case 'update':
      return [(await basicApi.update(idAt(one.pick), { properties: { oncely_key: one.key } })).id];
    case 'upsert': {
      const input = { id: one.key, idProperty: 'oncely_key', properties: { firstname: 'u' } };
      return (await batchApi.upsert({ inputs: [input] })).results.map(({ id }) => id);
    }
    case 'batch': {
      const inputs = one.keys.map((value, index) => ({
        properties: { oncely_key: value },
        associations: [],
        objectWriteTraceId: `t${index}`,
      }));
      return (await batchApi.create({ inputs })).results.map(({ id }) => id);
    }
    case 'archive': {
      const id = idAt(one.pick);
      const isLive = (await batchApi.read({ ...none, inputs: [{ id }] })).results;
      await basicApi.archive(id);
      return isLive.map((record) => record.id);
    }
    case 'merge': {
      const ends = { primaryObjectId: idAt(one.pick), objectIdToMerge: idAt(one.other) };
      return [(await basicApi.merge(ends)).id];
    }
  }
}

async function livesWith(hubspot: Client, fake: HubSpotFake, value: string): Promise<readonly string[]> {
  const page = await hubspot.crm.contacts.basicApi.getPage(100);
  expect(page.paging).toBeUndefined();
  return page.results.map(({ id }) => id).filter((id) => fake.peek('contacts', id)?.['oncely_key'] === value);
}

it('whatever happens, a value has one live record, reads find that one, and what was answered is what was counted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const fake = await startHubSpotFake();
      try {
        fake.seedProperty('contacts', 'oncely_key');
        const hubspot = new Client({ accessToken: 'token', basePath: fake.url });
        const ids: string[] = [];
        let told = 0;
        for (const one of steps) {
          const written = await play(hubspot, ids, one).catch((error: unknown) => {
            expect(error).toMatchObject({ code: expect.toSatisfy((code: unknown) => code === 400 || code === 404) });
            return [];
          });
          told += written.length;
          for (const id of written) if (!ids.includes(id)) ids.push(id);
          expect(fake.effects()).toHaveLength(told);
        }
        for (const value of ['k1', 'k2', 'k3']) {
          const holders = await livesWith(hubspot, fake, value);
          expect(holders.length).toBeLessThanOrEqual(1);
          const read = { ...none, idProperty: 'oncely_key', inputs: [{ id: value }] };
          const found = (await hubspot.crm.contacts.batchApi.read(read)).results.map(({ id }) => id);
          expect(found).toEqual(holders);
        }
      } finally {
        await fake.close();
      }
    }),
    { numRuns: 40, seed: 4 },
  );
}, 120_000);
