import { LogLevel, WebClient } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';

import { defaultSlackIdentity, startSlackFake } from '../../src/fakes/slack.ts';
import type { SlackFake, SlackFakeOptions } from '../../src/fakes/slack.ts';

const open: SlackFake[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

let nowMs = 0;
async function start(options: SlackFakeOptions = {}): Promise<{ fake: SlackFake; slack: WebClient }> {
  nowMs = 1_700_000_000_000;
  const fake = await startSlackFake({ now: () => nowMs, ...options });
  open.push(fake);
  const slack = new WebClient('xoxb-1', {
    slackApiUrl: fake.apiUrl,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  return { fake, slack };
}

const refused = (error: string, more: object = {}): object =>
  expect.objectContaining({ data: expect.objectContaining({ error, ...more }) });
const metadata = { event_type: 'oncely', event_payload: { k: 'hash' } };

async function postMany(slack: WebClient, count: number, threadTs?: string): Promise<string[]> {
  const made: string[] = [];
  for (let index = 0; index < count; index += 1) {
    nowMs += 1000;
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    made.push((await slack.chat.postMessage({ channel: 'C1', text: `m${index}`, ...thread })).ts ?? '');
  }
  return made;
}

describe('conversations.history', () => {
  it('is newest first, by cursor, and a new message shifts nothing', async () => {
    const { slack } = await start();
    const made = (await postMany(slack, 5)).toReversed();
    const first = await slack.conversations.history({ channel: 'C1', limit: 2 });
    expect([first.has_more, first.messages?.map(({ ts }) => ts)]).toEqual([true, made.slice(0, 2)]);
    await postMany(slack, 1);
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await slack.conversations.history({ channel: 'C1', limit: 3, cursor });
    expect([second.has_more, second.messages?.map(({ ts }) => ts)]).toEqual([false, made.slice(2)]);
    expect(second.response_metadata?.next_cursor).toBeUndefined();
    await expect(slack.conversations.history({ channel: 'C1', cursor: 'nonsense' })).rejects.toEqual(
      refused('invalid_cursor'),
    );
  });

  it('is bounded by oldest and latest, the bounds themselves only when inclusive', async () => {
    const { slack } = await start();
    const made = await postMany(slack, 4);
    const read = async (range: object): Promise<(string | undefined)[] | undefined> =>
      (await slack.conversations.history({ channel: 'C1', ...range })).messages?.map(({ text }) => text);
    const range = { oldest: made[1] ?? '', latest: made[3] ?? '' };
    expect(await read(range)).toEqual(['m2']);
    expect(await read({ ...range, inclusive: true })).toEqual(['m3', 'm2', 'm1']);
    expect(await read({ oldest: '1700000003' })).toEqual(['m3', 'm2']);
  });

  it('shows what metadata holds only when asked, forged metadata too', async () => {
    const { fake, slack } = await start();
    await slack.chat.postMessage({ channel: 'C1', text: 'a', metadata });
    fake.postAsOtherApp('C1', { text: 'b', metadata });
    const plain = await slack.conversations.history({ channel: 'C1' });
    expect(plain.messages?.map((message) => message.metadata)).toEqual([
      { event_type: 'oncely' },
      { event_type: 'oncely' },
    ]);
    const whole = await slack.conversations.history({ channel: 'C1', include_all_metadata: true });
    expect(whole.messages?.map((message) => [message.metadata, message.bot_id])).toEqual([
      [metadata, 'B0OTHER'],
      [metadata, 'B0FAKE'],
    ]);
    expect(fake.effects()).toHaveLength(1);
  });

  it('lags behind what landed', async () => {
    const { slack } = await start({ historyLagMs: 3000 });
    await slack.chat.postMessage({ channel: 'C1', text: 'a' });
    nowMs += 2999;
    expect((await slack.conversations.history({ channel: 'C1' })).messages).toEqual([]);
    nowMs += 1;
    expect((await slack.conversations.history({ channel: 'C1' })).messages).toHaveLength(1);
  });

  it('needs the scope of the kind of channel, and membership', async () => {
    const { fake, slack } = await start({
      tokens: { 'xoxb-1': { ...defaultSlackIdentity, scopes: ['channels:history', 'im:write'] } },
    });
    fake.seedChannel({ id: 'C2', isMember: false });
    await slack.conversations.open({ users: 'U1' });
    const read = (channel: string): Promise<unknown> => slack.conversations.history({ channel });
    await expect(read('C2')).rejects.toEqual(refused('not_in_channel'));
    const provided = 'channels:history,im:write';
    await expect(read('G1')).rejects.toEqual(refused('missing_scope', { needed: 'groups:history', provided }));
    await expect(read('D1')).rejects.toEqual(refused('missing_scope', { needed: 'im:history', provided }));
    await expect(read('U1')).rejects.toEqual(refused('channel_not_found'));
  });

  it('is limited for apps outside the Marketplace', async () => {
    const { slack } = await start({ historyRateLimit: { perMinute: 1, maxItems: 15 } });
    await postMany(slack, 16);
    const page = await slack.conversations.history({ channel: 'C1', limit: 100 });
    expect([page.messages?.length, page.has_more]).toEqual([15, true]);
    nowMs += 20_000;
    await expect(slack.conversations.history({ channel: 'C1' })).rejects.toMatchObject({ retryAfter: 40 });
    nowMs += 40_000;
    expect((await slack.conversations.history({ channel: 'C1' })).ok).toBe(true);
  });
});

describe('conversations.replies', () => {
  it('has the parent first, then the replies in order, which history leaves out', async () => {
    const { slack } = await start();
    const [parent = ''] = await postMany(slack, 1);
    const replies = await postMany(slack, 3, parent);
    expect((await slack.conversations.history({ channel: 'C1' })).messages).toHaveLength(1);
    const thread = { channel: 'C1', ts: parent };
    const first = await slack.conversations.replies({ ...thread, limit: 3 });
    expect(first.messages?.map(({ ts }) => ts)).toEqual([parent, ...replies.slice(0, 2)]);
    const cursor = first.response_metadata?.next_cursor ?? '';
    const rest = await slack.conversations.replies({ ...thread, cursor });
    expect([rest.has_more, rest.messages?.map(({ ts }) => ts)]).toEqual([false, replies.slice(2)]);
    const late = await slack.conversations.replies({ ...thread, oldest: replies[1] ?? '' });
    expect(late.messages?.map(({ ts }) => ts)).toEqual([parent, replies[2]]);
    await expect(slack.conversations.replies({ channel: 'C1', ts: '1.000000' })).rejects.toEqual(
      refused('thread_not_found'),
    );
  });
});
