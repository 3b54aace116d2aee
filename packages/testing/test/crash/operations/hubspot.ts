import type { Client } from '@hubspot/api-client';

import type { CrashOperation } from './operation.ts';

const none = { associations: [] };

let people = 0;
const contact = async (raw: Client): Promise<string> =>
  (await raw.crm.contacts.basicApi.create({ properties: { email: `grace${(people += 1)}@example.com` }, ...none })).id;
const company = async (raw: Client): Promise<string> =>
  (await raw.crm.companies.basicApi.create({ properties: { name: 'Initech' }, ...none })).id;
const deal = async (raw: Client): Promise<string> =>
  (await raw.crm.deals.basicApi.create({ properties: { dealname: 'Tea' }, ...none })).id;
const ticket = async (raw: Client): Promise<string> =>
  (await raw.crm.tickets.basicApi.create({ properties: { subject: 'Help', hs_pipeline_stage: '1' }, ...none })).id;

const idsOf = ({ results }: { readonly results: readonly { readonly id: string }[] }): string =>
  results.map(({ id }) => id).join(' ');

export const hubspotOperations: readonly CrashOperation<Client>[] = [
  {
    name: 'crm.contacts.basicApi.create',
    effect: 'contacts.create',
    write: async (hubspot) =>
      (await hubspot.crm.contacts.basicApi.create({ properties: { email: 'ada@example.com' }, ...none })).id,
  },
  {
    name: 'crm.contacts.basicApi.update',
    effect: 'contacts.update',
    prepare: contact,
    write: async (hubspot, id) =>
      (await hubspot.crm.contacts.basicApi.update(id, { properties: { firstname: 'Grace' } })).id,
  },
  {
    name: 'crm.contacts.basicApi.archive',
    unnamed: true,
    effect: 'contacts.archive',
    prepare: contact,
    write: async (hubspot, id) => {
      await hubspot.crm.contacts.basicApi.archive(id);
      return 'done';
    },
  },
  {
    name: 'crm.deals.basicApi.create',
    effect: 'deals.create',
    write: async (hubspot) =>
      (await hubspot.crm.deals.basicApi.create({ properties: { dealname: 'Tea', amount: '900' }, ...none })).id,
  },
  {
    name: 'crm.deals.basicApi.update',
    effect: 'deals.update',
    prepare: deal,
    write: async (hubspot, id) => (await hubspot.crm.deals.basicApi.update(id, { properties: { amount: '100' } })).id,
  },
  {
    name: 'crm.objects.notes.basicApi.create',
    effect: 'notes.create',
    write: async (hubspot) => {
      const properties = { hs_note_body: 'Refunded.', hs_timestamp: '2026-01-02T00:00:00.000Z' };
      return (await hubspot.crm.objects.notes.basicApi.create({ properties, ...none })).id;
    },
  },
  {
    name: 'crm.companies.batchApi.create',
    effect: 'companies.create',
    inputs: 2,
    write: async (hubspot) => {
      const inputs = ['Initech', 'Initrode'].map((name) => ({ properties: { name }, ...none }));
      return idsOf(await hubspot.crm.companies.batchApi.create({ inputs }));
    },
  },
  {
    name: 'crm.tickets.batchApi.update',
    effect: 'tickets.update',
    inputs: 2,
    prepare: async (raw) => `${await ticket(raw)} ${await ticket(raw)}`,
    write: async (hubspot, subject) => {
      const inputs = subject.split(' ').map((id) => ({ id, properties: { subject: 'Solved' } }));
      return idsOf(await hubspot.crm.tickets.batchApi.update({ inputs }));
    },
  },
  {
    name: 'crm.associations.v4.basicApi.createDefault',
    unnamed: true,
    effect: 'associations.create',
    prepare: async (raw) => `${await contact(raw)} ${await company(raw)}`,
    write: async (hubspot, subject) => {
      const [from = '', to = ''] = subject.split(' ');
      await hubspot.crm.associations.v4.basicApi.createDefault('contacts', from, 'companies', to);
      return 'done';
    },
  },
  {
    name: 'crm.properties.coreApi.create',
    effect: 'properties.create',
    write: async (hubspot) =>
      (
        await hubspot.crm.properties.coreApi.create('contacts', {
          name: 'tea',
          label: 'Tea',
          groupName: 'contactinformation',
          type: 'string',
          fieldType: 'text',
        } as never)
      ).name,
  },
  {
    name: 'crm.lists.listsApi.create',
    effect: 'lists.create',
    write: async (hubspot) =>
      (await hubspot.crm.lists.listsApi.create({ name: 'Tea', objectTypeId: '0-1', processingType: 'MANUAL' } as never))
        .list.listId,
  },
  {
    name: 'crm.lists.membershipsApi.add',
    unnamed: true,
    effect: 'list_memberships.add',
    prepare: async (raw) => {
      const made = await raw.crm.lists.listsApi.create({
        name: 'Coffee',
        objectTypeId: '0-1',
        processingType: 'MANUAL',
      } as never);
      return `${made.list.listId} ${await contact(raw)}`;
    },
    write: async (hubspot, subject) => {
      const [list = '', member = ''] = subject.split(' ');
      await hubspot.crm.lists.membershipsApi.add(list, [member]);
      return 'done';
    },
  },
  {
    name: 'marketing.transactional.singleSendApi.sendEmail',
    effect: 'transactional.send',
    doubtStops: 'later',
    write: async (hubspot) =>
      (
        await hubspot.marketing.transactional.singleSendApi.sendEmail({
          emailId: 1,
          message: { to: 'ada@example.com', sendId: 'refund-1' },
        } as never)
      ).statusId,
  },
  {
    name: 'events.send.basicApi.send',
    unnamed: true,
    effect: 'events.send',
    doubtStops: true,
    write: async (hubspot) => {
      await hubspot.events.send.basicApi.send({ eventName: 'pe1_tea', email: 'ada@example.com' } as never);
      return 'done';
    },
  },
  {
    name: 'files.filesApi.upload',
    effect: 'files.upload',
    doubtStops: true,
    write: async (hubspot) => {
      const file = { data: Buffer.from('some text'), name: 'a.txt' };
      const options = JSON.stringify({ access: 'PRIVATE' });
      return (await hubspot.files.filesApi.upload(file as never, undefined, '/tea', undefined, undefined, options)).id;
    },
  },
];
