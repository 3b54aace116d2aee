import type { Client } from '@hubspot/api-client';
import { describe, expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

const ann = { by: 'ann' };
const ada = { properties: { email: 'ada@example.com' }, associations: [] };
const create = (hubspot: Client): Promise<{ readonly id: string }> => hubspot.crm.contacts.basicApi.create(ada);
const archived = (sent: readonly string[]): number => sent.filter((each) => each.startsWith('DELETE')).length;

describe('taking back', () => {
  it('archives what was created, once, whoever asks', async () => {
    const world = await startWorld();
    const { oncely, effect } = world.process();
    const { id } = await effect(create);
    expect(await oncely.effects.compensate(slot, ann)).toMatchObject({ state: 'compensated' });
    await world.process().oncely.effects.compensate(slot, ann);
    expect(world.sent().filter((each) => each.startsWith('DELETE'))).toEqual([`DELETE /crm/v3/objects/contacts/${id}`]);
    expect(world.fake.effects('contacts.archive')).toHaveLength(1);
    expect(world.fake.peek('contacts', id)).toBeUndefined();
    await expect(effect(create)).rejects.toMatchObject({ code: 'compensated' });
  });

  it('goes on after a crash in the middle of it', async () => {
    const world = await startWorld();
    const first = world.process({ maxAttempts: 1, waitMs: 300, landingBoundMs: 60_000 });
    await first.effect(create);
    world.fake.fail({ kind: 'reset_after_effect' }, { match: ({ method }) => method === 'DELETE' });
    expect((await first.oncely.effects.compensate(slot, ann)).state).toBe('compensating');
    world.later(120_000);
    const other = world.process();
    await other.oncely.recover();
    await other.oncely.recover();
    expect((await other.oncely.effects.get(slot))?.state).toBe('compensated');
    expect(world.fake.effects('contacts.archive')).toHaveLength(1);
  });

  it('of what is archived already sends nothing', async () => {
    const world = await startWorld();
    const { oncely, effect } = world.process();
    const { id } = await effect(create);
    await world.raw.crm.contacts.basicApi.archive(id);
    const before = archived(world.sent());
    expect((await oncely.effects.compensate(slot, ann)).state).toBe('compensated');
    expect(archived(world.sent())).toBe(before);
  });

  it.each([
    [
      'an update',
      (hubspot: Client, id: string) => hubspot.crm.contacts.basicApi.update(id, { properties: { firstname: 'Ada' } }),
    ],
    [
      'a list',
      (hubspot: Client) =>
        hubspot.crm.lists.listsApi.create({ name: 'VIP', objectTypeId: '0-1', processingType: 'MANUAL' }),
    ],
  ] as const)('of %s is for a person', async (_title, write) => {
    const world = await startWorld();
    const { id } = await create(world.raw);
    const { oncely, effect } = world.process();
    await effect((hubspot) => write(hubspot, id) as Promise<unknown>);
    expect((await oncely.effects.compensate(slot, ann)).compensation).toMatchObject({ state: 'by_hand' });
    expect(archived(world.sent())).toBe(0);
  });
});
