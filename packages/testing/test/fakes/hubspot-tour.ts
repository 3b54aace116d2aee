import { Client } from '@hubspot/api-client';

import type { HubSpotFake } from '../../src/fakes/hubspot.ts';

/** One answer, as the SDK got it. */
export interface Recorded {
  readonly verb: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
}

interface Context {
  httpStatusCode: number;
  body: { text(): Promise<string>; binary(): Promise<Buffer> };
}

interface Outgoing {
  getUrl(): string;
  getHttpMethod(): string;
}

/** A client whose every request and answer are written down. One request at a time. */
export function recordingClient(fake: HubSpotFake, accessToken = 'token'): { hubspot: Client; recorded: Recorded[] } {
  const recorded: Recorded[] = [];
  let sent: Outgoing | undefined;
  const hubspot = new Client({
    accessToken,
    basePath: fake.url,
    middleware: [
      {
        async pre(context: unknown) {
          sent = context as Outgoing;
          return context;
        },
        async post(given: unknown) {
          const context = given as Context;
          const text = await context.body.text();
          const verb = sent?.getHttpMethod() ?? '';
          const path = new URL(sent?.getUrl() ?? '').pathname;
          recorded.push({ verb, path, status: context.httpStatusCode, text });
          context.body = { text: async () => text, binary: async () => Buffer.from(text) };
          return context;
        },
      },
    ],
  });
  return { hubspot, recorded };
}

/** Passes what the SDK throws for an answer: the tour wants the refusals too. */
async function refused(call: Promise<unknown>): Promise<void> {
  await call.then(
    () => {
      throw new Error('this call was to be refused');
    },
    (error: unknown) => {
      if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') throw error;
    },
  );
}

const none = { properties: [], propertiesWithHistory: [] };

/** Calls every endpoint of the fake through the real SDK, refusals included. */
export async function tour(hubspot: Client, fake: HubSpotFake): Promise<void> {
  await tourProperties(hubspot);
  await tourRecords(hubspot, fake);
  await tourBatches(hubspot);
  await tourAssociations(hubspot, fake);
  await tourLists(hubspot, fake);
  await tourPipelines(hubspot);
  await tourFiles(hubspot);
  await tourTheRest(hubspot);
}

async function tourProperties({ crm: { properties } }: Client): Promise<void> {
  const { coreApi, groupsApi, batchApi } = properties;
  await groupsApi.create('deals', { name: 'oncely', label: 'Oncely' });
  await groupsApi.getAll('deals');
  await groupsApi.getByName('deals', 'oncely');
  await groupsApi.update('deals', 'oncely', { label: 'Own' });
  await groupsApi.create('deals', { name: 'empty', label: 'Empty' });
  await groupsApi.archive('deals', 'empty');
  const type = 'string' as never;
  const fieldType = 'text' as never;
  const key = { name: 'oncely_key', label: 'Key', type, fieldType, groupName: 'oncely', hasUniqueValue: true };
  await coreApi.create('deals', key);
  await refused(coreApi.create('deals', key));
  await coreApi.getAll('deals');
  await coreApi.getByName('deals', 'oncely_key');
  await coreApi.update('deals', 'oncely_key', { label: 'New' });
  const many = ['one', 'two'].map((name) => ({ ...key, name, hasUniqueValue: false }));
  await batchApi.create('deals', { inputs: many });
  await batchApi.create('deals', { inputs: many });
  await batchApi.read('deals', { archived: false, inputs: [{ name: 'one' }, { name: 'three' }] });
  await batchApi.archive('deals', { inputs: [{ name: 'one' }] });
  await coreApi.archive('deals', 'two');
  await coreApi.getAll('deals', true);
  await refused(coreApi.getByName('deals', 'two'));
}

async function tourRecords({ crm }: Client, fake: HubSpotFake): Promise<void> {
  const { basicApi, searchApi } = crm.contacts;
  const company = fake.seed('companies', { name: 'c' });
  const { id } = await basicApi.create({
    properties: { email: 'a@x.io', firstname: 'A' },
    associations: [
      { to: { id: company }, types: [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 279 }] },
    ],
  });
  await refused(basicApi.create({ properties: { email: 'a@x.io' } }));
  await refused(basicApi.create({ properties: { nonsense: '1' } }));
  await basicApi.update(id, { properties: { firstname: 'B' } });
  await basicApi.getById(id, ['email', 'phone'], ['firstname'], ['companies']);
  await refused(basicApi.getById('1'));
  const other = fake.seed('contacts', { email: 'b@x.io' });
  await basicApi.getPage(1);
  await searchApi.doSearch({ limit: 1, properties: ['email'] });
  await basicApi.merge({ primaryObjectId: id, objectIdToMerge: other });
  await basicApi.archive(id);
  await basicApi.getById(id, undefined, undefined, undefined, true);
  await basicApi.purge({ objectId: fake.seed('contacts', { email: 'c@x.io' }) });
  await refused(basicApi.create({ properties: { email: 'c@x.io' } }));
}

async function tourBatches({ crm }: Client): Promise<void> {
  const { batchApi } = crm.deals;
  const input = (key: string, trace?: string) => ({
    properties: { oncely_key: key },
    associations: [],
    ...(trace !== undefined && { objectWriteTraceId: trace }),
  });
  const made = await batchApi.create({ inputs: [input('k1'), input('k2')] });
  await refused(batchApi.create({ inputs: [input('k3'), input('k2')] }));
  await batchApi.create({ inputs: [input('k3', 't1'), input('k2', 't2')] });
  const [first, second] = made.results;
  const change = (id: string | undefined) => ({ id: id ?? '', properties: { dealname: 'd' } });
  await batchApi.update({ inputs: [change(first?.id), change(second?.id)] });
  await batchApi.update({ inputs: [change(first?.id), change('1')] });
  const upsert = (id: string, trace: string) => ({
    id,
    idProperty: 'oncely_key',
    objectWriteTraceId: trace,
    properties: { oncely_key: id, dealname: 'u' },
  });
  await batchApi.upsert({ inputs: [upsert('k1', 'u1'), upsert('k9', 'u2')] });
  const wrong = { ...upsert('k8', 'u3'), properties: { nonsense: '1' } };
  await batchApi.upsert({ inputs: [wrong, upsert('k7', 'u4')] });
  const read = { ...none, idProperty: 'oncely_key' };
  await batchApi.read({ ...read, inputs: [{ id: 'k1' }] });
  await batchApi.read({ ...read, inputs: [{ id: 'k1' }, { id: 'nobody' }] });
  await batchApi.archive({ inputs: [{ id: first?.id ?? '' }] });
}

async function tourAssociations({ crm }: Client, fake: HubSpotFake): Promise<void> {
  const { basicApi, batchApi, schema } = crm.associations.v4;
  const [contact, company] = [fake.seed('contacts', { email: 'd@x.io' }), fake.seed('companies', { name: 'd' })];
  const usual = { associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 279 };
  await basicApi.create('contacts', contact, 'companies', company, [usual]);
  await basicApi.createDefault('contacts', contact, 'companies', company);
  await basicApi.getPage('contacts', contact, 'companies');
  await basicApi.archive('contacts', contact, 'companies', company);
  await refused(basicApi.create('contacts', '1', 'companies', company, [usual]));
  const pair = { _from: { id: contact }, to: { id: company } };
  const { definitionsApi } = schema;
  const label = { name: 'boss', label: 'Boss', inverseLabel: 'Firm' };
  const { results } = await definitionsApi.create('contacts', 'companies', label);
  const associationTypeId = results[0]?.typeId ?? 0;
  await definitionsApi.getAll('contacts', 'companies');
  await definitionsApi.update('contacts', 'companies', { associationTypeId, label: 'Chief' });
  const own = { associationCategory: 'USER_DEFINED' as never, associationTypeId };
  await batchApi.create('contacts', 'companies', { inputs: [{ ...pair, types: [usual, own] }] });
  await batchApi.createDefault('contacts', 'companies', { inputs: [pair] });
  await batchApi.getPage('contacts', 'companies', { inputs: [{ id: contact }] });
  await batchApi.getPage('contacts', 'companies', { inputs: [{ id: contact }, { id: '1' }] });
  await batchApi.archiveLabels('contacts', 'companies', { inputs: [{ ...pair, types: [own] }] });
  await batchApi.archive('contacts', 'companies', { inputs: [{ _from: { id: contact }, to: [{ id: company }] }] });
  await definitionsApi.remove('contacts', 'companies', associationTypeId);
  const named = { inputs: [{ ...pair, type: 'contact_to_company' }] };
  const old = crm.associations.batchApi;
  await old.create('contacts', 'companies', named);
  await old.read('contacts', 'companies', { inputs: [{ id: contact }, { id: '1' }] });
  await old.archive('contacts', 'companies', named);
}

async function tourLists({ crm }: Client, fake: HubSpotFake): Promise<void> {
  const { listsApi, membershipsApi } = crm.lists;
  const contact = fake.seed('contacts', { email: 'e@x.io' });
  const wanted = { name: 'l', objectTypeId: '0-1', processingType: 'MANUAL' };
  const { listId } = (await listsApi.create(wanted)).list;
  await refused(listsApi.create(wanted));
  await listsApi.getById(listId);
  await listsApi.getByName('l', '0-1');
  await listsApi.getAll([listId]);
  await listsApi.doSearch({ query: 'l' });
  await listsApi.updateName(listId, 'm');
  await membershipsApi.add(listId, [contact, '1']);
  await membershipsApi.getPage(listId);
  await membershipsApi.getLists('0-1', contact);
  await membershipsApi.addAndRemove(listId, { recordIdsToAdd: [contact], recordIdsToRemove: [contact] });
  await membershipsApi.remove(listId, [contact]);
  await membershipsApi.removeAll(listId);
  await listsApi.remove(listId);
  await listsApi.restore(listId);
  const dynamic = (await listsApi.create({ ...wanted, name: 'd', processingType: 'DYNAMIC' })).list;
  await listsApi.updateListFilters(dynamic.listId, { filterBranch: undefined as never });
}

async function tourPipelines({ crm }: Client): Promise<void> {
  const { pipelinesApi, pipelineStagesApi } = crm.pipelines;
  const stage = (label: string) => ({ label, displayOrder: 0, metadata: { probability: '0.5' } });
  const made = await pipelinesApi.create('deals', { label: 'p', displayOrder: 1, stages: [stage('s')] });
  await pipelinesApi.getAll('deals');
  await pipelinesApi.getById('deals', made.id);
  await pipelinesApi.update('deals', made.id, { label: 'q' });
  await pipelinesApi.replace('deals', made.id, { label: 'r', displayOrder: 1, stages: [stage('t')] });
  const { id } = await pipelineStagesApi.create('deals', made.id, stage('u'));
  await pipelineStagesApi.getAll('deals', made.id);
  await pipelineStagesApi.getById('deals', made.id, id);
  await pipelineStagesApi.update('deals', made.id, id, { label: 'v', metadata: {} });
  await pipelineStagesApi.replace('deals', made.id, id, stage('w'));
  await pipelineStagesApi.archive('deals', made.id, id);
  await pipelinesApi.archive('deals', made.id);
}

async function tourFiles({ files }: Client): Promise<void> {
  const file = { data: Buffer.from([0, 255, 1]), name: 'a.bin' };
  const options = JSON.stringify({ access: 'PRIVATE' });
  const upload = (): Promise<{ id: string }> =>
    files.filesApi.upload(file, undefined, '/docs', 'a.bin', undefined, options) as Promise<{ id: string }>;
  const { id } = await upload();
  await files.filesApi.getById(id);
  await files.filesApi.doSearch(undefined, undefined, undefined, 10);
  await files.filesApi.updateProperties(id, { name: 'b' });
  await files.filesApi.replace(id, file, undefined, options);
  await files.filesApi.archive(id);
  await files.filesApi._delete((await upload()).id);
  const folder = await files.foldersApi.create({ name: 'f' });
  await refused(files.foldersApi.create({ name: 'f' }));
  await files.foldersApi.getById(folder.id);
  await files.foldersApi.archive(folder.id);
  const wanted = { url: 'https://x.example/a.pdf', access: 'PRIVATE' as never, folderPath: '/docs' };
  await files.filesApi.checkImport((await files.filesApi.importFromUrl(wanted)).id);
}

async function tourTheRest({ crm, events, marketing, oauth, ...client }: Client): Promise<void> {
  await events.send.basicApi.send({ eventName: 'pe1_login', email: 'a@x.io', uuid: 'u' });
  await events.send.batchApi.send({ inputs: [{ eventName: 'pe1_login', objectId: '1' }] });
  const send = { emailId: 1, message: { to: 'a@x.io', sendId: 's' }, contactProperties: {}, customProperties: {} };
  await marketing.transactional.singleSendApi.sendEmail(send);
  await marketing.transactional.singleSendApi.sendEmail(send);
  await crm.owners.ownersApi.getPage();
  await crm.owners.ownersApi.getById(101);
  await oauth.accessTokensApi.get('token');
  const { coreApi } = crm.schemas;
  await coreApi.create({
    name: 'cars',
    labels: { singular: 'Car', plural: 'Cars' },
    requiredProperties: ['vin'],
    primaryDisplayProperty: 'vin',
    associatedObjects: [],
    properties: [{ name: 'vin', label: 'VIN', type: 'string' as never, fieldType: 'text', hasUniqueValue: true }],
  });
  await coreApi.getAll();
  await coreApi.getById('cars');
  await coreApi.archive('cars');
  void client;
}
