import { checkSlack } from '@oncely/slack';
import { defaultSlackIdentity } from '@oncely/testing/fakes/slack';
import { expect, it } from 'vitest';

import { startWorld, token } from './world.ts';

const withScopes = (scopes: readonly string[]): object => ({ [token]: { ...defaultSlackIdentity, scopes } });
const lookUpOf = (checked: Awaited<ReturnType<typeof checkSlack>>, operation: string): unknown =>
  checked.lookUps.find((each) => each.operation === operation);

it('says who the token is, and that all can be looked up', async () => {
  const { calls, process } = await startWorld();
  const checked = await checkSlack(process().slack, { channels: ['C0DESK'] });
  expect(checked).toMatchObject({
    team: 'T0FAKE',
    bot: 'B0FAKE',
    user: 'U0FAKEBOT',
    channels: [{ channel: 'C0DESK' }],
  });
  expect(checked.channels[0]).not.toHaveProperty('problem');
  const missing = checked.lookUps.filter(({ possible }) => possible !== 'yes');
  expect(missing).toEqual([]);
  expect(checked.lookUps).toHaveLength(20);
  expect(calls('auth.test')).toHaveLength(1);
});

it('names the scopes that are missing, by kind of conversation', async () => {
  const { process } = await startWorld({ tokens: withScopes(['chat:write', 'channels:history']) as never });
  const checked = await checkSlack(process().slack, { channels: ['C0DESK', 'G0SECRET'] });
  expect(lookUpOf(checked, 'slack.chat.postMessage')).toEqual({
    operation: 'slack.chat.postMessage',
    possible: 'in_some_conversations',
    missing: ['groups:history', 'im:history', 'mpim:history'],
  });
  expect(lookUpOf(checked, 'slack.files.completeUploadExternal')).toEqual({
    operation: 'slack.files.completeUploadExternal',
    possible: 'no',
    missing: ['files:read'],
  });
  expect(checked.channels[1]?.problem).toContain('groups:history');
});

it('finds a channel that the app has not joined, and a history that is limited', async () => {
  const { fake, process } = await startWorld({ historyRateLimit: { perMinute: 1, maxItems: 15 } });
  fake.seedChannel({ id: 'C0OTHER', isMember: false });
  const { slack } = process();
  expect((await checkSlack(slack, { channels: ['C0OTHER'] })).channels[0]?.problem).toContain('not a member');
  const limited = await startWorld({ historyRateLimit: { perMinute: 1, maxItems: 15 } });
  const { channels } = await checkSlack(limited.process().slack, { channels: ['C0DESK'] });
  expect(channels[0]?.problem).toMatch(/limited: a look-up waits up to \d+ seconds/);
});

it('does nothing by itself: a client is built without a call', async () => {
  const { fake, process } = await startWorld();
  process();
  expect(fake.requests).toEqual([]);
});
