import { expect, it } from 'vitest';

import { slot, startWorld } from './world.ts';

it.each(['by recovery', 'by the original call'])('an edit writes the edited properties once, %s', async (how) => {
  const world = await startWorld();
  const editable = { 'properties.amount': { max: 'asked' }, 'properties.dealname': true } as const;
  const approvals = { version: 1, operations: { 'hubspot.crm.deals.create': { editable } } };
  const create = () =>
    world
      .process({ approvals })
      .effect((hubspot) =>
        hubspot.crm.deals.basicApi.create({ properties: { dealname: 'Repair', amount: '900' }, associations: [] }),
      );
  await create().catch(() => undefined);
  const { effects } = world.process({ approvals }).oncely;
  const fingerprint = (await effects.get(slot))?.approval?.fingerprint ?? '';
  const edit = { by: 'eve', reason: 'half of it', fingerprint };
  const set = { 'properties.amount': 450 };
  const ours = await effects.approve(slot, { ...edit, set: { 'properties.oncely_key': 'x' } }).catch(String);
  expect(ours).toMatch(/not to be changed/);
  await effects.approve(slot, { ...edit, set });
  if (how === 'by recovery') await world.process({ approvals }).oncely.recover();
  const deal = await create();
  expect(deal.properties).toMatchObject({ dealname: 'Repair', amount: '450' });
  expect(world.sent()).toEqual(['POST /crm/v3/objects/deals']);
});

it('an edit never touches what the object is found again by, whatever the policy allows', async () => {
  const world = await startWorld();
  const ours = 'properties.oncely_key';
  const approvals = { version: 1, operations: { 'hubspot.crm.deals.create': { editable: { [ours]: true } } } } as const;
  const { oncely, effect } = world.process({ approvals });
  await effect((hubspot) =>
    hubspot.crm.deals.basicApi.create({ properties: { dealname: 'Repair' }, associations: [] }),
  ).catch(() => undefined);
  const asked = await oncely.effects.get(slot);
  const { fingerprint = '', preview } = asked?.approval ?? {};
  const marker = (preview as Record<string, string> | undefined)?.[ours] ?? 'unknown';
  const edit = { by: 'eve', reason: 'another', fingerprint, set: { [ours]: `${marker}x` } };
  await expect(oncely.effects.approve(slot, edit)).rejects.toThrow(/found again/);
  expect(world.sent()).toEqual([]);
});
