import type { Client } from '@hubspot/api-client';
import {
  adapterConformance,
  httpFaultOf,
  httpFaults,
  type AdapterInput,
  type AdapterKit,
} from '@oncely/testing/conformance/adapter';
import { startHubSpotFake, type HubSpotFake } from '@oncely/testing/fakes/hubspot';
import { describe, expect, it } from 'vitest';

import { accessToken, marked, startProcess } from './world.ts';

/** What is there before, by what the subjects call it. */
interface Seeds {
  readonly contact: string;
  readonly other: string;
  readonly company: string;
  readonly deal: string;
}

interface Subject {
  readonly operation: string;
  readonly safety: AdapterKit['safety'];
  /** What the fake calls its effect, and where it is written. */
  readonly effect: string;
  readonly method: string;
  readonly path: RegExp;
  readonly changed: AdapterKit['changed'];
  readonly write: (hubspot: Client, input: AdapterInput, seeds: Seeds) => Promise<unknown>;
  /** Throws unless the result names the effect. */
  readonly verify: (result: unknown, fake: HubSpotFake, seeds: Seeds) => void;
}

const pick = <T>(input: AdapterInput, usual: T, changed: T, refused: T): T => ({ usual, changed, refused })[input];
const nobody = '999';

const subjects: readonly Subject[] = [
  {
    operation: 'hubspot.crm.contacts.create',
    safety: 'constrained',
    effect: 'contacts.create',
    method: 'POST',
    path: /^\/crm\/v3\/objects\/contacts$/,
    changed: { field: 'properties.email', value: 'other@example.com' },
    write: (hubspot, input) =>
      hubspot.crm.contacts.basicApi.create({
        properties: {
          email: pick(input, 'a@example.com', 'other@example.com', 'taken@example.com'),
          firstname: 'Zoë & Söhne',
        },
        associations: [],
      }),
    verify: (result, fake) => {
      expect(result).toMatchObject({
        id: fake.effects('contacts.create').at(-1)?.id,
        properties: { email: 'a@example.com', firstname: 'Zoë & Söhne' },
        createdAt: expect.any(Date),
      });
    },
  },
  {
    operation: 'hubspot.crm.contacts.batch.create',
    safety: 'constrained',
    effect: 'contacts.create',
    method: 'POST',
    path: /^\/crm\/v3\/objects\/contacts\/batch\/create$/,
    changed: { field: 'inputs', value: 'other@example.com' },
    write: (hubspot, input) =>
      hubspot.crm.contacts.batchApi.create({
        inputs: [
          {
            properties: { email: pick(input, 'a@example.com', 'other@example.com', 'taken@example.com') },
            associations: [],
          },
        ],
      }),
    verify: (result, fake) => {
      expect(result).toMatchObject({
        status: 'COMPLETE',
        results: [{ id: fake.effects('contacts.create').at(-1)?.id, properties: { email: 'a@example.com' } }],
      });
    },
  },
  {
    operation: 'hubspot.crm.deals.update',
    safety: 'natural',
    effect: 'deals.update',
    method: 'PATCH',
    path: /^\/crm\/v3\/objects\/deals\/\d+$/,
    changed: { field: 'properties.amount', value: '4321' },
    write: (hubspot, input, { deal }) =>
      hubspot.crm.deals.basicApi.update(pick(input, deal, deal, nobody), {
        properties: { amount: pick(input, '1000', '4321', '1000') },
      }),
    verify: (result, _fake, { deal }) => {
      expect(result).toMatchObject({ id: deal, properties: { amount: '1000' } });
    },
  },
  {
    operation: 'hubspot.crm.contacts.batch.update',
    safety: 'natural',
    effect: 'contacts.update',
    method: 'POST',
    path: /^\/crm\/v3\/objects\/contacts\/batch\/update$/,
    changed: { field: 'inputs', value: 'Lovelace' },
    write: (hubspot, input, { contact }) =>
      hubspot.crm.contacts.batchApi.update({
        inputs: [
          {
            id: contact,
            properties: pick<Record<string, string>>(
              input,
              { lastname: 'Byron' },
              { lastname: 'Lovelace' },
              { nonsense: '1' },
            ),
          },
        ],
      }),
    verify: (result, _fake, { contact }) => {
      expect(result).toMatchObject({ results: [{ id: contact, properties: { lastname: 'Byron' } }] });
    },
  },
  {
    operation: 'hubspot.crm.associations.create',
    safety: 'natural',
    effect: 'associations.create',
    method: 'PUT',
    path: /^\/crm\/v4\/objects\/deals\/\d+\/associations\/contacts\/\d+$/,
    changed: { field: '$path', value: 'contacts/10000002' },
    write: (hubspot, input, { deal, contact, other }) =>
      hubspot.crm.associations.v4.basicApi.create(
        'deals',
        pick(input, deal, deal, nobody),
        'contacts',
        pick(input, contact, other, contact),
        [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 3 }],
      ),
    verify: (result, _fake, { deal, contact }) => {
      expect(result).toMatchObject({ fromObjectId: deal, toObjectId: contact });
    },
  },
];

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
      };
      return {
        fail: (fault) => fake.fail(httpFaultOf(fault)),
        refuse: (refused) => fake.refuse(refused),
        blind: (blind) => {
          if (safety !== 'constrained') return;
          if (!blind) return fake.heal();
          const match = ({ path }: { readonly path: string }): boolean => path.endsWith('/batch/read');
          fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match });
        },
        effects: () => fake.effects(effect).length,
        sent: () => fake.requests.filter((each) => each.method === method && path.test(each.path)).length,
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

describe.concurrent.each(subjects.map(kitOf))('$operation', (kit) => {
  for (const { name, suits, run } of adapterConformance) it.runIf(suits(kit))(name, () => run(kit));
});
