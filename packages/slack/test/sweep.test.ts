import { describe, expect, it } from 'vitest';

import { scope, slot, startWorld } from './world.ts';

const text = { channel: 'C0000000001', text: 'hello' };

describe('a sweep of Slack', () => {
  it('finds messages that are there, gone and doubled, in channels and threads', async () => {
    const world = await startWorld();
    const { oncely, slack } = world.process();
    const post = (id: string, more = {}): Promise<{ ts?: string; channel?: string }> =>
      oncely.scope(scope, () => oncely.effect(id, () => slack.chat.postMessage({ ...text, ...more })));
    const first = await post('write');
    const reply = await post('reply', { thread_ts: first.ts });
    const lone = await post('lone', { text: 'soon gone' });
    await oncely.scope(scope, () =>
      oncely.effect('react', () =>
        slack.reactions.add({ channel: text.channel, timestamp: first.ts ?? '', name: 'eyes' }),
      ),
    );
    world.later(1_000);
    const clean = await oncely.sweep();
    expect(clean).toMatchObject({ examined: 3, matching: 3, missing: [], twice: [], failed: [] });
    expect(clean.cannotLookUp).toEqual({ 'slack.reactions.add': 1 });

    const history = await world.raw.conversations.history({ channel: text.channel, include_all_metadata: true });
    const metadata = history.messages?.find(({ ts }) => ts === first.ts)?.metadata;
    const double = await world.raw.chat.postMessage({ ...text, metadata: metadata as never });
    for (const { ts = '' } of [lone, reply]) await world.raw.chat.delete({ channel: text.channel, ts });
    const found = await oncely.sweep();
    expect(found.twice).toEqual([
      {
        slot,
        operation: 'slack.chat.postMessage',
        vendorId: `${text.channel}:${first.ts}`,
        vendorIds: expect.arrayContaining([`${text.channel}:${first.ts}`, `${text.channel}:${double.ts}`]),
      },
    ]);
    expect(found.missing.map(({ vendorId = '' }) => vendorId).toSorted()).toEqual(
      [lone, reply].map(({ ts }) => `${text.channel}:${ts}`).toSorted(),
    );
    expect((await oncely.effects.get(slot))?.divergence).toHaveLength(2);
  }, 60_000);
});
