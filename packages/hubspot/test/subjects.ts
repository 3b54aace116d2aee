import type { Client } from '@hubspot/api-client';
import type { AdapterInput, AdapterKit } from '@oncely/testing/conformance/adapter';
import type { HubSpotFake } from '@oncely/testing/fakes/hubspot';
import { expect } from 'vitest';

/** What is there before, by what the subjects call it. */
export interface Seeds {
  readonly contact: string;
  readonly other: string;
  readonly company: string;
  readonly deal: string;
  readonly list: string;
  readonly pipeline: string;
}

export interface Subject {
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
const SEND = 'transactional.send';

export const subjects: readonly Subject[] = [
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
  {
    operation: 'hubspot.crm.lists.archive',
    safety: 'natural',
    effect: 'lists.archive',
    method: 'DELETE',
    path: /^\/crm\/v3\/lists\/\w+$/,
    changed: { field: '$path', value: 'lists/1' },
    write: (hubspot, input, { list }) => hubspot.crm.lists.listsApi.remove(pick(input, list, '1', nobody)),
    verify: (_result, fake, { list }) => expect(fake.effects('lists.archive').map(({ id }) => id)).toEqual([list]),
  },
  {
    operation: 'hubspot.crm.lists.create',
    safety: 'constrained',
    effect: 'lists.create',
    method: 'POST',
    path: /^\/crm\/v3\/lists$/,
    changed: { field: 'name', value: 'Others' },
    write: (hubspot, input) =>
      hubspot.crm.lists.listsApi.create({
        name: pick(input, 'Ours', 'Others', 'There before'),
        objectTypeId: '0-1',
        processingType: 'MANUAL',
      }),
    verify: (result, fake) => {
      const [made] = fake.effects('lists.create').slice(-1);
      expect(result).toMatchObject({ list: { listId: made?.id, name: 'Ours' } });
    },
  },
  {
    operation: 'hubspot.crm.lists.memberships.add',
    safety: 'natural',
    effect: 'list_memberships.add',
    method: 'PUT',
    path: /^\/crm\/v3\/lists\/\w+\/memberships\/add$/,
    changed: { field: '$body', value: '10000004' },
    write: (hubspot, input, { list, contact, other }) =>
      hubspot.crm.lists.membershipsApi.add(pick(input, list, list, nobody), [pick(input, contact, other, contact)]),
    verify: (result, _fake, { contact }) => expect(JSON.stringify(result)).toContain(contact),
  },
  {
    operation: 'hubspot.crm.properties.create',
    safety: 'constrained',
    effect: 'properties.create',
    method: 'POST',
    path: /^\/crm\/v3\/properties\/contacts$/,
    changed: { field: 'name', value: 'shoe_colour' },
    write: (hubspot, input) =>
      hubspot.crm.properties.coreApi.create('contacts', {
        name: pick(input, 'shoe_size', 'shoe_colour', 'oncely_key'),
        label: 'Shoe size',
        type: 'string' as never,
        fieldType: 'text' as never,
        groupName: 'contactinformation',
      }),
    verify: (result) => expect(result).toMatchObject({ name: 'shoe_size', label: 'Shoe size' }),
  },
  {
    operation: 'hubspot.crm.pipelines.create',
    safety: 'probed',
    effect: 'pipelines.create',
    method: 'POST',
    path: /^\/crm\/v3\/pipelines\/deals$/,
    changed: { field: 'label', value: 'Another' },
    write: (hubspot, input) =>
      hubspot.crm.pipelines.pipelinesApi.create('deals', {
        label: pick(input, 'Ours', 'Another', 'Sales'),
        displayOrder: 2,
        stages: [{ label: 'Won', displayOrder: 0, metadata: { probability: '1.0' } }],
      }),
    verify: (result, fake) =>
      expect(result).toMatchObject({ id: fake.effects('pipelines.create').at(-1)?.id, label: 'Ours' }),
  },
  {
    operation: 'hubspot.crm.pipelines.update',
    safety: 'natural',
    effect: 'pipelines.update',
    method: 'PATCH',
    path: /^\/crm\/v3\/pipelines\/deals\/\w+$/,
    changed: { field: 'label', value: 'Another' },
    write: (hubspot, input, { pipeline }) =>
      hubspot.crm.pipelines.pipelinesApi.update('deals', pick(input, pipeline, pipeline, nobody), {
        label: pick(input, 'Renamed', 'Another', 'Renamed'),
      }),
    verify: (result, _fake, { pipeline }) => expect(result).toMatchObject({ id: pipeline, label: 'Renamed' }),
  },
  {
    operation: 'hubspot.marketing.transactional.sendEmail',
    safety: 'keyed',
    effect: SEND,
    method: 'POST',
    path: /^\/marketing\/v3\/transactional\/single-email\/send$/,
    changed: { field: 'message', value: 'other@example.com' },
    write: (hubspot, input) =>
      hubspot.marketing.transactional.singleSendApi.sendEmail({
        emailId: 7,
        message: { to: pick(input, 'a@example.com', 'other@example.com', '') },
      }),
    verify: (result, fake) => expect(result).toMatchObject({ statusId: fake.effects(SEND).at(-1)?.id }),
  },
  {
    operation: 'hubspot.events.send',
    safety: 'unverifiable',
    effect: 'events.send',
    method: 'POST',
    path: /^\/events\/v3\/send$/,
    changed: { field: 'email', value: 'other@example.com' },
    write: (hubspot, input) =>
      hubspot.events.send.basicApi.send({
        eventName: 'pe1_ordered',
        ...pick<{ email?: string }>(input, { email: 'a@example.com' }, { email: 'other@example.com' }, {}),
      }),
    verify: (_result, fake) => expect(fake.effects('events.send')).toHaveLength(1),
  },
  {
    operation: 'hubspot.files.upload',
    safety: 'unverifiable',
    effect: 'files.upload',
    method: 'POST',
    path: /^\/files\/v3\/files$/,
    changed: { field: '$content', value: 'other.txt' },
    write: (hubspot, input) =>
      hubspot.files.filesApi.upload(
        { data: Buffer.from('Zoë & Söhne'), name: pick(input, 'a.txt', 'other.txt', 'a.txt') },
        undefined,
        '/docs',
        undefined,
        undefined,
        input === 'refused' ? undefined : JSON.stringify({ access: 'PRIVATE' }),
      ),
    verify: (result, fake) => expect(result).toMatchObject({ id: fake.effects('files.upload').at(-1)?.id }),
  },
];
