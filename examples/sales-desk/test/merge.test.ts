import { Client } from '@hubspot/api-client';
import { approvalText } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { provisionHubspot } from '@oncely/hubspot';
import { startHubSpotFake } from '@oncely/testing/fakes/hubspot';
import { expect, it } from 'vitest';

import { openMergeDesk } from '../src/merge.ts';

it('a merge of contacts waits for an owner of the data, and happens once', { timeout: 60_000 }, async () => {
  const fake = await startHubSpotFake();
  try {
    const portal = { accessToken: 'any', basePath: fake.url };
    const raw = new Client(portal);
    await provisionHubspot(raw, { objectTypes: ['contacts'] });
    const contact = async (email: string): Promise<string> =>
      (await raw.crm.contacts.basicApi.create({ properties: { email }, associations: [] })).id;
    const winner = await contact('ada@example.com');
    const loser = await contact('ada@example.org');
    const merges = (): number => fake.effects().filter(({ operation }) => operation.endsWith('.merge')).length;
    const ledger = memoryLedger();
    const open = () => openMergeDesk({ ...portal, landingBoundMs: 0 }, ledger);
    const agent = open();
    const desk = open();
    const slot = `contact_${winner}:merge:merge`;

    await expect(agent.merge(winner, loser)).rejects.toMatchObject({ code: 'approval_required' });
    const waiting = await desk.effects.get(slot);
    if (waiting === undefined) throw new Error('nothing waits for a person');
    expect(approvalText(waiting)).toContain(loser);
    const fingerprint = waiting.approval?.fingerprint ?? '';
    await expect(desk.effects.approve(slot, { by: 'eve', fingerprint })).rejects.toMatchObject({ code: 'not_allowed' });
    // Bob speaks for sales, so the seat of an owner stays empty.
    await desk.effects.approve(slot, { by: 'bob', fingerprint, perform: true }).catch(() => undefined);
    await expect(agent.merge(winner, loser)).rejects.toMatchObject({ code: 'approval_required' });
    expect(merges()).toBe(0);

    await desk.effects.approve(slot, { by: 'ann', fingerprint });
    expect(merges()).toBe(0);
    await Promise.all([agent.merge(winner, loser), desk.merge(winner, loser)]);
    await agent.merge(winner, loser);
    expect(merges()).toBe(1);
    await Promise.all([agent.close(), desk.close()]);
  } finally {
    await fake.close();
  }
});
