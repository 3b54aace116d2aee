import { describe, expect, it, vi } from 'vitest';

import { slot, startWorld, type World } from './world.ts';

const big = { properties: { amount: '1000', dealstage: 'closedwon' } };

interface Doubt {
  readonly world: World;
  readonly deal: string;
}

/** A deal whose update was sent and never answered, and an impatient caller who left it in doubt. */
async function inDoubt(kind: 'reset_after_effect' | 'reset_before_effect', readBefore = true): Promise<Doubt> {
  const world = await startWorld();
  const deal = world.fake.seed('deals', { dealname: 'Big', amount: '1', dealstage: 'appointmentscheduled' });
  world.fake.fail({ kind });
  const impatient = world.process({ landingBoundMs: 60_000, waitMs: 500, readBefore });
  await expect(impatient.effect((hubspot) => hubspot.crm.deals.basicApi.update(deal, big))).rejects.toMatchObject({
    code: 'in_doubt',
  });
  world.later(120_000);
  return { world, deal };
}

const again = ({ world, deal }: Doubt): Promise<{ readonly id: string }> =>
  world.process().effect((hubspot) => hubspot.crm.deals.basicApi.update(deal, big));

describe('an update in doubt', () => {
  it('that happened is found done, and not sent again', async () => {
    const doubt = await inDoubt('reset_after_effect');
    expect(await again(doubt)).toMatchObject({ id: doubt.deal, properties: big.properties });
    expect(doubt.world.fake.effects('deals.update')).toHaveLength(1);
    expect(doubt.world.sent()).toHaveLength(1);
  });

  it('that did not happen, where all is as it was, is sent again', async () => {
    const doubt = await inDoubt('reset_before_effect');
    await again(doubt);
    expect(doubt.world.fake.effects('deals.update')).toHaveLength(1);
    expect(doubt.world.fake.peek('deals', doubt.deal)).toMatchObject(big.properties);
  });

  it.each(['reset_before_effect', 'reset_after_effect'] as const)(
    "never overwrites a person's later edit (%s): it stops",
    async (kind) => {
      const doubt = await inDoubt(kind);
      doubt.world.fake.edit('deals', doubt.deal, { amount: '777' });
      await expect(again(doubt)).rejects.toMatchObject({
        code: 'stopped',
        next: 'ask-a-person',
        message: expect.stringContaining('somebody changed it since'),
      });
      expect(doubt.world.fake.peek('deals', doubt.deal)).toMatchObject({ amount: '777' });
      expect(doubt.world.sent()).toHaveLength(1);
    },
  );

  it.each([
    ['ada', 'Ada'],
    ['7', '7.0'],
  ])('that did not happen and changes no more than the writing, %s to %s, is sent again', async (before, after) => {
    const world = await startWorld();
    const contact = world.fake.seed('contacts', { email: 'ada@example.com', firstname: before });
    const update = (settings: object): Promise<unknown> =>
      world
        .process(settings)
        .effect((hubspot) => hubspot.crm.contacts.basicApi.update(contact, { properties: { firstname: after } }));
    world.fake.fail({ kind: 'reset_before_effect' });
    await expect(update({ landingBoundMs: 60_000, waitMs: 500 })).rejects.toMatchObject({ code: 'in_doubt' });
    world.later(120_000);
    await update({});
    expect(world.fake.peek('contacts', contact)).toMatchObject({ firstname: after });
  });

  it('does not mind an edit of what it does not set', async () => {
    const doubt = await inDoubt('reset_before_effect');
    doubt.world.fake.edit('deals', doubt.deal, { dealname: 'Bigger' });
    await again(doubt);
    expect(doubt.world.fake.peek('deals', doubt.deal)).toMatchObject({ dealname: 'Bigger', amount: '1000' });
  });

  it('without what stood there before is found done, or waits for a person', async () => {
    expect(await again(await inDoubt('reset_after_effect', false))).toMatchObject({ properties: big.properties });
    await expect(again(await inDoubt('reset_before_effect', false))).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('not recorded'),
    });
  });

  it('is settled by recover() in a process that never saw the call', async () => {
    const { world, deal } = await inDoubt('reset_before_effect');
    const { oncely } = world.process();
    expect((await oncely.recover()).states).toEqual({ succeeded: 1 });
    expect(world.fake.peek('deals', deal)).toMatchObject(big.properties);
    expect((await oncely.effects.get(slot))?.state).toBe('succeeded');
  });
});

describe('what stands there before an update', () => {
  it('is read once, before the first send, and not for a replay', async () => {
    const world = await startWorld();
    const deal = world.fake.seed('deals', { dealname: 'Big', amount: '1' });
    const reads = (): number => world.fake.requests.filter(({ path }) => path.endsWith('/batch/read')).length;
    await world.process().effect((hubspot) => hubspot.crm.deals.basicApi.update(deal, big));
    expect(reads()).toBe(1);
    await world.process().effect((hubspot) => hubspot.crm.deals.basicApi.update(deal, big));
    expect(reads()).toBe(1);
    expect(world.sent()).toHaveLength(1);
  });

  it('is kept as a digest, so that nobody else is in the ledger', async () => {
    const world = await startWorld();
    const contact = world.fake.seed('contacts', { email: 'a@example.com', firstname: 'Recognisable Person' });
    world.fake.fail({ kind: 'reset_after_effect' });
    const { effect } = world.process({ landingBoundMs: 60_000, waitMs: 500 });
    await expect(
      effect((hubspot) => hubspot.crm.contacts.basicApi.update(contact, { properties: { firstname: 'New' } })),
    ).rejects.toMatchObject({ code: 'in_doubt' });
    expect(await world.kept()).toContain('before');
    expect(await world.kept()).not.toContain('Recognisable');
  });

  it('that cannot be read sends nothing, and the next call goes on', async () => {
    const world = await startWorld();
    const deal = world.fake.seed('deals', { dealname: 'Big', amount: '1' });
    const match = ({ path }: { readonly path: string }): boolean => path.endsWith('/batch/read');
    world.fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { match });
    const update = (): Promise<unknown> =>
      world.process().effect((hubspot) => hubspot.crm.deals.basicApi.update(deal, big));
    await expect(update()).rejects.toMatchObject({ code: 'not_sent', next: 'retry' });
    expect(world.sent()).toEqual([]);
    await update();
    expect(world.fake.effects('deals.update')).toHaveLength(1);
  });
});

describe('an update that was only refused for a moment', () => {
  it.each([true, false])('is sent all the same (readBefore: %s)', async (readBefore) => {
    const world = await startWorld();
    const deal = world.fake.seed('deals', { dealname: 'Big', amount: '1' });
    world.fake.fail({ kind: 'rate_limited', retryAfterS: 0.05 });
    await world.process({ readBefore }).effect((hubspot) => hubspot.crm.deals.basicApi.update(deal, big));
    expect(world.fake.effects('deals.update')).toHaveLength(1);
    expect(world.sent()).toHaveLength(2);
  });

  it('does not overwrite what a person set in that moment', async () => {
    const world = await startWorld();
    const deal = world.fake.seed('deals', { dealname: 'Big', amount: '1' });
    const update = (): Promise<unknown> =>
      world.process({ waitMs: 300 }).effect((hubspot) => hubspot.crm.deals.basicApi.update(deal, big));
    world.fake.fail({ kind: 'rate_limited', retryAfterS: 2 });
    await expect(update()).rejects.toMatchObject({ code: 429 });
    world.fake.edit('deals', deal, { amount: '777' });
    world.later(5_000);
    await expect(update()).rejects.toMatchObject({
      code: 'not_sent',
      next: 'fix-code',
      message: expect.stringMatching(/somebody changed it since[^]*fix: .*occurrence/),
    });
    expect(world.fake.peek('deals', deal)).toMatchObject({ amount: '777' });
  });
});

describe('an archive in doubt', () => {
  it.each(['reset_before_effect', 'reset_after_effect'] as const)('ends archived, once (%s)', async (kind) => {
    const world = await startWorld();
    const deal = world.fake.seed('deals', { dealname: 'Big' });
    world.fake.fail({ kind });
    await world.process().effect((hubspot) => hubspot.crm.deals.basicApi.archive(deal));
    expect(world.fake.effects('deals.archive')).toHaveLength(1);
    expect(world.sent()).toHaveLength(kind === 'reset_after_effect' ? 1 : 2);
  });
});

describe('an association in doubt', () => {
  it.each(['reset_before_effect', 'reset_after_effect'] as const)('ends there, once (%s)', async (kind) => {
    const world = await startWorld();
    const deal = world.fake.seed('deals', { dealname: 'Big' });
    const contact = world.fake.seed('contacts', { email: 'a@example.com' });
    world.fake.fail({ kind });
    const made = await world
      .process()
      .effect((hubspot) => hubspot.crm.associations.v4.basicApi.createDefault('deals', deal, 'contacts', contact));
    expect(made.results[0]).toMatchObject({
      _from: { id: deal },
      to: { id: contact },
      associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 },
    });
    expect(world.fake.effects('associations.create')).toHaveLength(1);
    expect(world.sent()).toHaveLength(kind === 'reset_after_effect' ? 1 : 2);
  });

  it('that was to end is gone, once', async () => {
    const world = await startWorld();
    const deal = world.fake.seed('deals', { dealname: 'Big' });
    const contact = world.fake.seed('contacts', { email: 'a@example.com' });
    await world.raw.crm.associations.v4.basicApi.createDefault('deals', deal, 'contacts', contact);
    world.fake.fail({ kind: 'reset_after_effect' });
    await world
      .process()
      .effect((hubspot) => hubspot.crm.associations.v4.basicApi.archive('deals', deal, 'contacts', contact));
    expect(world.fake.effects('associations.archive')).toHaveLength(1);
  });
});

describe('a list of a name that may be there once', () => {
  const list = { name: 'Ours', objectTypeId: '0-1', processingType: 'MANUAL' };
  const lists = ({ fake }: World): number => fake.effects('lists.create').length;

  it("stops where another's took the name while ours was in doubt", async () => {
    const world = await startWorld();
    world.fake.fail({ kind: 'reset_before_effect' });
    world.fake.fail(
      { kind: 'gateway_502', after: 'before_effect' },
      { times: Infinity, match: ({ method }) => method === 'GET' },
    );
    const create = (settings: object): Promise<unknown> =>
      world.process(settings).effect((hubspot) => hubspot.crm.lists.listsApi.create(list));
    await expect(create({ waitMs: 300 })).rejects.toMatchObject({ code: 'in_doubt' });
    world.fake.heal();
    await world.raw.crm.lists.listsApi.create({ ...list, processingType: 'SNAPSHOT' });
    await expect(create({})).rejects.toMatchObject({ code: 'stopped', message: expect.stringContaining('this name') });
    expect(lists(world)).toBe(1);
  });

  it.each([-3_600_000, 3_600_000])("is found by a worker whose clock is %i ms off the ledger's", async (ms) => {
    const world = await startWorld();
    world.fake.fail({ kind: 'reset_after_effect' });
    const real = Date.now.bind(Date);
    // Only the worker's: ledger and vendor have theirs.
    world.later(-ms);
    vi.spyOn(Date, 'now').mockImplementation(() => real() + ms);
    await world.process().effect((hubspot) => hubspot.crm.lists.listsApi.create(list));
    expect(lists(world)).toBe(1);
  });

  it("is not taken for ours where a first attempt was refused for a moment, and somebody's took the name", async () => {
    const world = await startWorld();
    const create = (): Promise<unknown> =>
      world.process({ waitMs: 300 }).effect((hubspot) => hubspot.crm.lists.listsApi.create(list));
    world.fake.fail({ kind: 'rate_limited', retryAfterS: 2 });
    await expect(create()).rejects.toMatchObject({ code: 429 });
    await world.raw.crm.lists.listsApi.create(list);
    world.later(5_000);
    await expect(create()).rejects.toMatchObject({ code: 400 });
    expect(lists(world)).toBe(1);
  });

  it("is rejected where it was there before, by HubSpot's own error", async () => {
    const world = await startWorld();
    await world.raw.crm.lists.listsApi.create(list);
    await expect(world.process().effect((hubspot) => hubspot.crm.lists.listsApi.create(list))).rejects.toMatchObject({
      code: 400,
    });
    expect(lists(world)).toBe(1);
  });
});

describe('what only a GET of the same path shows', () => {
  const lost = async (fields: object): Promise<{ readonly world: World; readonly outcome: Promise<unknown> }> => {
    const world = await startWorld();
    world.fake.fail({ kind: 'reset_after_effect' });
    const patch = { method: 'PATCH', path: '/crm/v3/properties/contacts/oncely_key', body: fields };
    return { world, outcome: world.process().effect((hubspot) => hubspot.apiRequest(patch)) };
  };

  it('is found done by the fields that were set', async () => {
    const { world, outcome } = await lost({ label: 'Key' });
    expect(await outcome).toMatchObject({ status: 200 });
    expect(world.fake.effects('properties.update')).toHaveLength(1);
    expect(world.sent()).toHaveLength(1);
  });

  it('stops where a field is never shown: nobody could tell whether somebody changed it', async () => {
    const { world, outcome } = await lost({ label: 'Key', unseen: 'x' });
    await expect(outcome).rejects.toMatchObject({ code: 'stopped', message: expect.stringContaining('unseen') });
    expect(world.sent()).toHaveLength(1);
  });
});
