// oxlint-disable unicorn/no-thenable -- what a rule does then is a word, and nobody awaits it
import { expect, it } from 'vitest';

import { scope, startWorld } from './world.ts';

it('a post goes to a channel that a look-up has said, and to none that was made up or only repeated', async () => {
  const world = await startWorld();
  const approvals = {
    version: 1,
    operations: { 'slack.chat.postMessage': { mustComeFrom: { paths: ['channel'], then: 'refuse' } } },
  } as const;
  const { oncely, slack } = world.process({ approvals });
  const post = (channel: string, id: string): Promise<unknown> =>
    oncely.effect(id, () => slack.chat.postMessage({ channel, text: 'Done' }));
  const refused = await oncely.scope(scope, async () => {
    const first = await post('C0CUSTOMER', 'one').then(() => 'sent', String);
    await slack.apiCall('api.test', { channel: 'C0CUSTOMER' }).catch(() => undefined);
    const repeated = await post('C0CUSTOMER', 'one').then(() => 'sent', String);
    const { channel } = await slack.conversations.info({ channel: 'C0CUSTOMER' });
    await post(channel?.id ?? '', 'two');
    return [first, repeated, await post('C0OTHER', 'three').then(() => 'sent', String)];
  });
  for (const each of refused) expect(each).toMatch(/must come from/);
  expect(world.posts()).toHaveLength(1);
});
