import { describe, expect, it } from 'vitest';

import { startWorld, type World } from './world.ts';

const emails = ['a@example.com', 'b@example.com', 'c@example.com'];
const three = { inputs: emails.map((email) => ({ properties: { email }, associations: [] })) };

const nothing = {
  status: 'COMPLETE',
  results: [],
  startedAt: '2026-01-01T00:00:00Z',
  completedAt: '2026-01-01T00:00:00Z',
};

/** Each input stands for itself then, and a 207 says which failed. */
function tracedOf({ inputs }: typeof three): typeof three {
  return { inputs: inputs.map((input, index) => ({ ...input, objectWriteTraceId: `input-${index}` })) };
}

const madeOf = ({ fake }: World): (string | undefined)[] =>
  fake.effects('contacts.create').map(({ properties }) => properties['email']);

describe('a batch of new contacts', () => {
  it('is one effect, each input under a key of its own', async () => {
    const world = await startWorld();
    const { effect, oncely } = world.process();
    const made = await effect((hubspot) => hubspot.crm.contacts.batchApi.create(three));
    expect(made.results).toHaveLength(3);
    const keys = made.results.map(({ id }) => world.fake.peek('contacts', id)?.['oncely_key']);
    expect(new Set(keys).size).toBe(3);
    expect((await oncely.effects.get('case_1:test:write'))?.attempts).toHaveLength(1);
    expect(await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.create(three))).toEqual(made);
    expect(world.sent()).toHaveLength(1);
  });

  it.each([0, 1, 2])('that broke off behind %i of its inputs makes only the missing ones', async (applied) => {
    const world = await startWorld();
    world.fake.cutBatch(applied);
    const made = await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.create(three));
    expect(madeOf(world)).toEqual(emails);
    expect(new Set(made.results.map(({ properties }) => properties['email']))).toEqual(new Set(emails));
    expect(made.status).toBe('COMPLETE');
    const sent = world.fake.requests.filter(({ path }) => path.endsWith('/batch/create'));
    expect(sent.map(({ body }) => (JSON.parse(body) as typeof three).inputs.length)).toEqual([3, 3 - applied]);
  });

  it('that broke off is finished by recover() as well, in one answer', async () => {
    const world = await startWorld();
    world.fake.cutBatch(1);
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
    await expect(
      world.process({ waitMs: 300 }).effect((hubspot) => hubspot.crm.contacts.batchApi.create(three)),
    ).rejects.toMatchObject({ code: 'in_doubt' });
    world.fake.heal();
    expect((await world.process().oncely.recover()).states).toEqual({ succeeded: 1 });
    expect(madeOf(world)).toEqual(emails);
    const replayed = await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.create(three));
    expect(replayed.results).toHaveLength(3);
  });

  it('of which some fail is recorded as the partial success that it is, and said so again', async () => {
    const world = await startWorld();
    world.fake.seed('contacts', { email: 'b@example.com' });
    const create = (): Promise<unknown> =>
      world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.create(tracedOf(three)));
    const made = await create();
    expect(made).toMatchObject({
      numErrors: 1,
      results: [{}, {}],
      errors: [{ context: { objectWriteTraceId: ['input-1'] } }],
    });
    expect(await create()).toEqual(made);
    expect(world.sent()).toHaveLength(1);
    expect(madeOf(world)).toEqual(['a@example.com', 'c@example.com']);
  });

  it('that broke off and whose rest is refused is a partial success too', async () => {
    const world = await startWorld();
    world.fake.cutBatch(1);
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { times: Infinity, match: isBatchRead });
    const create = (waitMs: number): Promise<unknown> =>
      world.process({ waitMs }).effect((hubspot) => hubspot.crm.contacts.batchApi.create(three));
    await expect(create(300)).rejects.toMatchObject({ code: 'in_doubt' });
    world.fake.heal();
    world.fake.seed('contacts', { email: 'c@example.com' });
    const made = await create(8_000);
    expect(made).toMatchObject({ numErrors: 1, results: [{ properties: { email: 'a@example.com' } }] });
    expect(madeOf(world)).toEqual(['a@example.com']);
  });

  it('whose first part shows only after the look is not taken for refused: the rest is made', async () => {
    const world = await startWorld();
    world.fake.cutBatch(1);
    // The look of the probe and the one before the second send, each of live and archived, as a replica that lags.
    world.fake.fail(
      { kind: 'status', status: 200, after: 'before_effect', body: nothing },
      { times: 4, match: isBatchRead },
    );
    const made = await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.create(three));
    expect(madeOf(world)).toEqual(emails);
    expect(made.results).toHaveLength(3);
    const sent = world.fake.requests.filter(({ path }) => path.endsWith('/batch/create'));
    expect(sent.map(({ body }) => (JSON.parse(body) as typeof three).inputs.length)).toEqual([3, 3, 2]);
  });

  it('whose first part shows only after the look is not told that this part failed', async () => {
    const world = await startWorld();
    world.fake.seed('contacts', { email: 'c@example.com' });
    world.fake.cutBatch(1);
    world.fake.fail(
      { kind: 'status', status: 200, after: 'before_effect', body: nothing },
      { times: 4, match: isBatchRead },
    );
    const made = await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.create(tracedOf(three)));
    expect(madeOf(world)).toEqual(['a@example.com', 'b@example.com']);
    expect(made).toMatchObject({ numErrors: 1, errors: [{ context: { objectWriteTraceId: ['input-2'] } }] });
    expect(new Set(made.results.map(({ properties }) => properties['email']))).toEqual(new Set(madeOf(world)));
  });

  it("that meets another's value is refused as a whole, and nothing happened", async () => {
    const world = await startWorld();
    world.fake.seed('contacts', { email: 'b@example.com' });
    await expect(
      world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.create(three)),
    ).rejects.toMatchObject({ code: 409 });
    expect(madeOf(world)).toEqual([]);
  });
});

describe('a batch of updates', () => {
  it.each([0, 1, 2])('that broke off behind %i of its inputs sends only the missing ones', async (applied) => {
    const world = await startWorld();
    const ids = emails.map((email) => world.fake.seed('contacts', { email, lastname: 'Old' }));
    const update = { inputs: ids.map((id) => ({ id, properties: { lastname: 'New' } })) };
    world.fake.cutBatch(applied);
    const changed = await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.update(update));
    expect(changed.results.map(({ id }) => id).toSorted()).toEqual(ids);
    expect(world.fake.effects('contacts.update')).toHaveLength(3);
    expect(ids.map((id) => world.fake.peek('contacts', id)?.['lastname'])).toEqual(['New', 'New', 'New']);
  });

  it('of which a person changed one since is stopped, naming it, and overwrites nothing', async () => {
    const world = await startWorld();
    const ids = emails.map((email) => world.fake.seed('contacts', { email, lastname: 'Old' }));
    const update = { inputs: ids.map((id) => ({ id, properties: { lastname: 'New' } })) };
    world.fake.cutBatch(1);
    const write = (settings: object): Promise<unknown> =>
      world.process(settings).effect((hubspot) => hubspot.crm.contacts.batchApi.update(update));
    await expect(write({ waitMs: 500, landingBoundMs: 60_000 })).rejects.toMatchObject({ code: 'in_doubt' });
    world.fake.edit('contacts', ids[2] ?? '', { lastname: 'Person' });
    world.later(120_000);
    await expect(write({})).rejects.toMatchObject({ code: 'stopped', message: expect.stringContaining('input 2') });
    expect(ids.map((id) => world.fake.peek('contacts', id)?.['lastname'])).toEqual(['New', 'Old', 'Person']);
  });
});

it('a batch of upserts that broke off sends only the missing ones, and says which are new', async () => {
  const world = await startWorld();
  world.fake.seed('contacts', { email: 'a@example.com', lastname: 'Old' });
  const upsert = {
    inputs: emails.map((email) => ({ id: email, idProperty: 'email', properties: { lastname: 'New' } })),
  };
  world.fake.cutBatch(2);
  const done = await world.process().effect((hubspot) => hubspot.crm.contacts.batchApi.upsert(upsert));
  expect(madeOf(world)).toHaveLength(2);
  expect(world.fake.effects('contacts.update')).toHaveLength(1);
  expect(done.results).toHaveLength(3);
  expect(done.results.map((each) => (each as { readonly _new?: boolean })._new)).toEqual([false, true, true]);
});

it('a batch of associations that broke off makes only the missing ones', async () => {
  const world = await startWorld();
  const deal = world.fake.seed('deals', { dealname: 'Big' });
  const ids = emails.map((email) => world.fake.seed('contacts', { email }));
  const types = [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 3 }];
  const batch = { inputs: ids.map((id) => ({ _from: { id: deal }, to: { id }, types })) };
  world.fake.cutBatch(1);
  await world.process().effect((hubspot) => hubspot.crm.associations.v4.batchApi.create('deals', 'contacts', batch));
  expect(world.fake.effects('associations.create')).toHaveLength(3);
  const sent = world.fake.requests.filter(({ path }) => path.endsWith('/batch/create'));
  expect(sent.map(({ body }) => (JSON.parse(body) as { inputs: unknown[] }).inputs.length)).toEqual([3, 2]);
});

it('a batch of archives that broke off ends with all of them archived, each once', async () => {
  const world = await startWorld();
  const ids = emails.map((email) => world.fake.seed('contacts', { email }));
  world.fake.cutBatch(2);
  await world
    .process()
    .effect((hubspot) => hubspot.crm.contacts.batchApi.archive({ inputs: ids.map((id) => ({ id })) }));
  expect(world.fake.effects('contacts.archive').map(({ id }) => id)).toEqual(ids);
});

function isBatchRead({ path }: { readonly path: string }): boolean {
  return path.endsWith('/batch/read');
}
