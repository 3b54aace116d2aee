import type { Client } from '@hubspot/api-client';
import { describe, expect, it } from 'vitest';

import { judge, look } from '../src/look.ts';
import { listed, type Kind, type Listed } from '../src/operations.ts';
import type { Read, ReadAnswer } from '../src/reading.ts';
import type { HubSpotRequest } from '../src/request.ts';
import { slot, startWorld, type World } from './world.ts';

const since = 1_800_000_000_000;
const at = (ms: number): string => new Date(ms).toISOString();
const of = (...kinds: readonly Kind[]): readonly (readonly [string, Listed])[] =>
  listed.flatMap((each) => (kinds.includes(each.kind) ? [[each.name, each] as const] : []));

const requestOf = ({ method, path }: Listed, body: unknown, more: Partial<HubSpotRequest> = {}): HubSpotRequest =>
  ({
    method,
    path: path.replaceAll(/\{(objectType|fromObjectType)\}/g, 'deals').replaceAll(/\{[^{}]+\}/g, '7'),
    text: body === undefined ? '' : JSON.stringify(body),
    encoding: 'text',
    headers: {},
    auth: 'bearer',
    since,
    ...more,
  }) as unknown as HubSpotRequest;

const reading =
  (body: unknown, status = 200): Read =>
  async () =>
    ({ status, body }) as ReadAnswer;

/** What a look makes of an answer; `cannot_know` where it says so by throwing. */
async function saidOf(each: Listed, request: HubSpotRequest, read: Read): Promise<string> {
  try {
    return judge(each.kind, request, await look(each.kind, request, read)).kind;
  } catch (error) {
    if ((error as Error).name === 'CannotTell') return 'cannot_know';
    throw error;
  }
}

describe.each(of('fields'))('C12: %s, read at its own path', (_name, each) => {
  it('is done where all that it sets stands there, and by nothing less', async () => {
    const wanted = requestOf(each, { one: 'a', two: { three: 'b' } });
    expect(await saidOf(each, wanted, reading({ id: '7', one: 'a', two: { three: 'b', four: 'c' } }))).toBe('found');
    for (const other of [{ one: 'a', two: { three: 'c' } }, { one: 'x', two: { three: 'b' } }, { one: 'a' }, {}]) {
      expect(await saidOf(each, wanted, reading({ id: '7', ...other })), JSON.stringify(other)).not.toBe('found');
    }
    expect(await saidOf(each, wanted, reading(undefined, 404))).not.toBe('found');
    expect(await saidOf(each, wanted, reading({ one: 'a' }, 500))).toBe('cannot_know');
  });
});

describe.each(of('gone'))('C12: %s, read at its own path', (_name, each) => {
  it('is done where nothing stands there: the end state alone counts', async () => {
    const request = requestOf(each, undefined);
    expect(await saidOf(each, request, reading(undefined, 404))).toBe('found');
    expect(await saidOf(each, request, reading({ id: '7', archived: false }))).toBe('absent');
    expect(await saidOf(each, request, reading({}, 500))).toBe('cannot_know');
  });
});

describe.each(of('create_listed'))('C12: %s, found in its list', (_name, each) => {
  const request = requestOf(each, { label: 'Sales', displayOrder: 1 });
  const ours = { id: '7', label: 'Sales', displayOrder: 1, createdAt: at(since) };
  const said = (...results: readonly object[]): Promise<string> => saidOf(each, request, reading({ results }));

  it('is the one that is as asked for and was made since it was sent', async () => {
    expect(await said(ours)).toBe('found');
    expect(await said({ ...ours, createdAt: at(since - 3_600_000) })).toBe('absent');
    expect(await said({ ...ours, displayOrder: 2 })).toBe('absent');
    expect(await said({ ...ours, archived: true })).toBe('absent');
    expect(await said({ id: '7', label: 'Sales', displayOrder: 1 })).toBe('cannot_know');
  });

  it('is two where two are so', async () => {
    const seen = await look(each.kind, request, reading({ results: [ours, { ...ours, id: '8' }] }));
    const answer = judge(each.kind, request, seen);
    expect(answer).toMatchObject({ kind: 'found', matches: [{ vendorId: '7' }, { vendorId: '8' }] });
  });
});

describe.each(of('create_named'))('C12: %s, found by its name', (_name, each) => {
  it('is the one that is as asked for, and none of before', async () => {
    const request = requestOf(each, { name: 'vip', label: 'Best', objectTypeId: '0-1' });
    const ours = { name: 'vip', label: 'Best', createdAt: at(since) };
    const said = (object: object): Promise<string> =>
      saidOf(each, request, reading(each.path === '/crm/v3/lists' ? { list: object } : object));
    expect(await said(ours)).toBe('found');
    expect(await said({ ...ours, label: 'Other' })).toBe('cannot_know');
    expect(await said({ ...ours, createdAt: at(since - 3_600_000) })).toBe('cannot_know');
  });
});

describe.each(of('associate', 'dissociate'))('C12: %s, by the associations of the first', (_name, each) => {
  it('is told by the other object and by all the labels', async () => {
    const types = [{ associationCategory: 'USER_DEFINED', associationTypeId: 9 }];
    const labelled = !each.path.includes('default') && each.kind === 'associate';
    const request = requestOf(each, labelled ? types : undefined);
    const ends = each.kind === 'dissociate';
    const link = { toObjectId: 7, associationTypes: [{ category: 'USER_DEFINED', typeId: 9, label: 'Payer' }] };
    const said = (...results: readonly object[]): Promise<string> => saidOf(each, request, reading({ results }));
    expect(await said(link)).toBe(ends ? 'absent' : 'found');
    expect(await said({ ...link, toObjectId: 8 })).toBe(ends ? 'found' : 'absent');
    if (labelled)
      expect(await said({ ...link, associationTypes: [{ category: 'USER_DEFINED', typeId: 8 }] })).toBe('absent');
  });
});

describe.each(of('update', 'update_batch', 'upsert_batch'))('C12: %s, compared', (_name, each) => {
  it('is done by all that it sets, and what stands there otherwise is not overwritten', async () => {
    const properties = { amount: '1', dealname: 'A' };
    const body = each.kind === 'update' ? { properties } : { inputs: [{ id: '7', properties }] };
    const said = (held: object): Promise<string> =>
      saidOf(each, requestOf(each, body, { before: ['x'] }), reading({ results: [{ id: '7', properties: held }] }));
    expect(await said(properties)).toBe('found');
    expect(await said({ amount: '2', dealname: 'A' })).toBe('cannot_know');
  });
});

it('C12: every kind that is looked for is in a table here, or in the tests of creates', () => {
  const here = ['fields', 'gone', 'create_listed', 'create_named', 'associate', 'dissociate', 'update', 'update_batch'];
  const others = ['upsert_batch', 'create', 'create_batch', 'archive_batch', 'associate_batch', 'dissociate_batch'];
  const alone = ['members', 'send_once', 'none'];
  expect([...new Set(listed.map(({ kind }) => kind))].toSorted()).toEqual([...here, ...others, ...alone].toSorted());
});

const creates: Readonly<Record<string, readonly [Record<string, string>, Record<string, string>]>> = {
  notes: [
    { hs_note_body: '<p>Called, will <b>pay</b></p>', hs_timestamp: '2026-01-02T00:00:00Z' },
    { hs_note_body: 'Will not pay', hs_timestamp: '2026-01-02T00:00:00Z' },
  ],
  tasks: [
    { hs_task_subject: 'Call Ann', hs_timestamp: '1767312000000' },
    { hs_task_subject: 'Call Bob', hs_timestamp: '1767312000000' },
  ],
  deals: [
    { dealname: 'A', dealstage: 'appointmentscheduled' },
    { dealname: 'A', dealstage: 'closedwon' },
  ],
};

describe.concurrent.each(Object.entries(creates))('C12: %s that carry our key', (type, [asked, other]) => {
  const create = ({ crm }: Client): Promise<{ readonly id: string }> =>
    crm.objects.basicApi.create(type, { properties: asked, associations: [] });

  it('and are of other substance prove nothing: a person looks', async () => {
    const { world, key } = await lost(type, create);
    world.fake.seed(type, { ...other, oncely_key: key });
    await expect(world.process().effect(create)).rejects.toThrow(/never was what was asked for/);
    expect(await world.process().oncely.effects.get(slot)).toMatchObject({ state: 'stopped' });
  });

  it('and are as asked for are the effect', async () => {
    const { world, key } = await lost(type, create);
    const id = world.fake.seed(type, { ...asked, oncely_key: key });
    await expect(world.process().effect(create)).resolves.toMatchObject({ id });
  });
});

it('C12: an object of long before, onto which somebody put our key, is not what was made', async () => {
  const create = ({ crm }: Client): Promise<{ readonly id: string }> =>
    crm.deals.basicApi.create({ properties: { dealname: 'A' }, associations: [] });
  const world = await startWorld();
  const id = world.fake.seed('deals', { dealname: 'A' });
  world.later(3_600_000);
  const { key } = await lost('deals', create, world);
  world.fake.edit('deals', id, { oncely_key: key });
  await expect(world.process().effect(create)).rejects.toThrow(/was made before this effect was sent/);
  expect(world.fake.effects('deals.create')).toEqual([]);
});

/** A create whose request was lost, with the key that it carried. */
async function lost(
  type: string,
  create: (hubspot: Client) => Promise<unknown>,
  given?: World,
): Promise<{ readonly world: World; readonly key: string }> {
  const world = given ?? (await startWorld());
  if (type === 'tasks') world.fake.seedProperty('tasks', 'oncely_key');
  world.fake.fail({ kind: 'reset_before_effect' });
  world.fake.fail(
    { kind: 'gateway_502', after: 'before_effect' },
    { times: Infinity, match: ({ path }) => path.endsWith('/batch/read') },
  );
  await world
    .process({ waitMs: 300 })
    .effect(create)
    .catch(() => undefined);
  world.fake.heal();
  const sent = world.fake.requests.find(({ path }) => path === `/crm/v3/objects/${type}`);
  const { properties } = JSON.parse(sent?.body ?? '{}') as { properties: { oncely_key: string } };
  return { world, key: properties.oncely_key };
}
