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

it('what one case reads, while others read and write, is known to it alone', async () => {
  const world = await startWorld();
  const approvals = {
    version: 1,
    operations: { 'slack.chat.postMessage': { mustComeFrom: { paths: ['channel'], then: 'refuse' } } },
  } as const;
  const { oncely, slack } = world.process({ approvals, config: { maxRequestConcurrency: 1 } });
  const channels = ['C0A', 'C0B', 'C0C', 'C0D'];
  const run = (own: string): Promise<string[]> =>
    oncely.scope({ ...scope, businessId: `case_${own}` }, async () => {
      await slack.conversations.info({ channel: own });
      return Promise.all(
        channels.map((channel) =>
          oncely
            .effect(channel, () => slack.chat.postMessage({ channel, text: own }))
            .then(
              () => channel,
              () => '',
            ),
        ),
      );
    });
  const sent = await Promise.all(channels.map(run));
  expect(sent.map((each) => each.filter((channel) => channel !== ''))).toEqual(channels.map((each) => [each]));
  // Nothing of ours reaches Slack with a read.
  const reads = world.fake.requests.filter(({ path }) => path === '/api/conversations.info');
  expect(reads.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(reads)).not.toMatch(/oncely/i);
});
