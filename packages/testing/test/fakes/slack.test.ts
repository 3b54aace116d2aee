import { LogLevel, WebClient } from '@slack/web-api';
import type { WebClientOptions } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';

import type { Fault } from '../../src/fakes/faults.ts';
import { defaultSlackIdentity, startSlackFake } from '../../src/fakes/slack.ts';
import type { SlackFake, SlackFakeOptions } from '../../src/fakes/slack.ts';

const open: SlackFake[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

async function start(options: SlackFakeOptions = {}): Promise<{ fake: SlackFake; slack: WebClient }> {
  const fake = await startSlackFake(options);
  open.push(fake);
  return { fake, slack: clientOf(fake) };
}

const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

function clientOf(fake: SlackFake, options: WebClientOptions = {}, token = 'xoxb-1'): WebClient {
  return new WebClient(token, {
    slackApiUrl: fake.apiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    ...options,
  });
}

const refused = (error: string, more: object = {}): object =>
  expect.objectContaining({ data: expect.objectContaining({ ok: false, error, ...more }) });
const metadata = { event_type: 'oncely', event_payload: { k: 'hash' } };
const app = (changes: object): Record<string, typeof defaultSlackIdentity> => ({
  'xoxb-1': { ...defaultSlackIdentity, ...changes },
});

describe('chat.postMessage', () => {
  it('posts, with blocks and metadata, and counts each call that gets through', async () => {
    let nowMs = 1_700_000_000_000;
    const { fake, slack } = await start({ now: () => nowMs });
    const blocks = [{ type: 'divider' }];
    const posted = await slack.chat.postMessage({ channel: 'C1', text: 'hé', metadata, blocks });
    expect(posted).toMatchObject({
      ok: true,
      channel: 'C1',
      ts: '1700000000.000100',
      message: { type: 'message', text: 'hé', bot_id: 'B0FAKE', app_id: 'A0FAKE', user: 'U0FAKEBOT', metadata, blocks },
    });
    expect((await slack.chat.postMessage({ channel: 'C1', text: 'hé' })).ts).toBe('1700000000.000200');
    nowMs -= 5;
    expect((await slack.chat.postMessage({ channel: 'C1', text: 'hé' })).ts).toBe('1700000000.000300');
    expect(fake.effects()).toHaveLength(3);
    expect(fake.effects()[0]).toMatchObject({
      operation: 'chat.postMessage',
      channel: 'C1',
      text: 'hé',
      metadata,
      id: posted.ts,
    });
  });

  it('is refused with Slack’s words, and then nothing happened', async () => {
    const { fake, slack } = await start({ strictChannels: true });
    fake.seedChannel({ id: 'C1' });
    fake.seedChannel({ id: 'C2', isMember: false });
    fake.seedChannel({ id: 'C3', isArchived: true });
    const post = (channel: string, text = 'x'): Promise<unknown> => slack.chat.postMessage({ channel, text });
    await expect(post('C9')).rejects.toEqual(refused('channel_not_found'));
    await expect(post('C2')).rejects.toEqual(refused('not_in_channel'));
    await expect(post('C3')).rejects.toEqual(refused('is_archived'));
    await expect(post('C1', '')).rejects.toEqual(refused('no_text'));
    await expect(post('C1', 'x'.repeat(40_001))).rejects.toEqual(refused('msg_too_long'));
    await expect(clientOf(fake, {}, 'bad').chat.postMessage({ channel: 'C1', text: 'x' })).rejects.toEqual(
      refused('invalid_auth'),
    );
    expect(fake.effects()).toHaveLength(0);
    expect(fake.requests).toHaveLength(6);
  });

  it('needs its scope, and chat:write.public where it has not joined', async () => {
    const { fake, slack } = await start({
      tokens: {
        ...app({ scopes: ['im:read'] }),
        'xoxb-2': { ...defaultSlackIdentity, scopes: ['chat:write', 'chat:write.public'] },
      },
    });
    fake.seedChannel({ id: 'C2', isMember: false });
    await expect(slack.chat.postMessage({ channel: 'C1', text: 'x' })).rejects.toEqual(
      refused('missing_scope', { needed: 'chat:write', provided: 'im:read' }),
    );
    const second = clientOf(fake, {}, 'xoxb-2');
    await second.chat.postMessage({ channel: 'C2', text: 'x' });
    await expect(second.conversations.history({ channel: 'C2' })).rejects.toEqual(
      refused('missing_scope', { needed: 'channels:history' }),
    );
  });

  it('accepts the token as a form field', async () => {
    const { fake } = await start();
    const body = new URLSearchParams({ token: 'xoxb-1', channel: 'C1', text: 'x' });
    expect(await (await fetch(`${fake.apiUrl}chat.postMessage`, { method: 'POST', body })).json()).toMatchObject({
      ok: true,
    });
    expect(fake.effects()[0]?.params).toEqual({ channel: 'C1', text: 'x' });
  });
});

describe('other chat methods', () => {
  it('update and delete what is one’s own', async () => {
    const { fake, slack } = await start();
    const { ts = '' } = await slack.chat.postMessage({ channel: 'C1', text: 'a' });
    expect(await slack.chat.update({ channel: 'C1', ts, text: 'b' })).toMatchObject({ ts, text: 'b' });
    const foreign = fake.postAsOtherApp('C1', { text: 'z' });
    await expect(slack.chat.update({ channel: 'C1', ts: foreign, text: 'b' })).rejects.toEqual(
      refused('cant_update_message'),
    );
    await expect(slack.chat.delete({ channel: 'C1', ts: foreign })).rejects.toEqual(refused('cant_delete_message'));
    await slack.chat.delete({ channel: 'C1', ts });
    await expect(slack.chat.delete({ channel: 'C1', ts })).rejects.toEqual(refused('message_not_found'));
    expect((await slack.conversations.history({ channel: 'C1' })).messages?.map(({ text }) => text)).toEqual(['z']);
    expect(fake.effects().map(({ operation }) => operation)).toEqual([
      'chat.postMessage',
      'chat.update',
      'chat.delete',
    ]);
  });

  it('schedule: listed without metadata, posted when the time has come', async () => {
    let nowMs = 1_700_000_000_000;
    const { fake, slack } = await start({ now: () => nowMs });
    const post_at = 1_700_000_060;
    const made = await slack.chat.scheduleMessage({ channel: 'C1', text: 'later', post_at, metadata });
    const gone = await slack.chat.scheduleMessage({ channel: 'C1', text: 'never', post_at });
    await expect(slack.chat.scheduleMessage({ channel: 'C1', text: 'x', post_at: 1 })).rejects.toEqual(
      refused('time_in_past'),
    );
    await slack.chat.deleteScheduledMessage({ channel: 'C1', scheduled_message_id: gone.scheduled_message_id ?? '' });
    expect((await slack.chat.scheduledMessages.list({ channel: 'C1' })).scheduled_messages).toEqual([
      { id: made.scheduled_message_id, channel_id: 'C1', post_at, date_created: 1_700_000_000, text: 'later' },
    ]);
    nowMs += 60_000;
    expect((await slack.chat.scheduledMessages.list()).scheduled_messages).toEqual([]);
    expect((await slack.conversations.history({ channel: 'C1' })).messages).toMatchObject([{ text: 'later' }]);
    expect(fake.effects()).toHaveLength(3);
  });

  it('reactions are added once, direct channels opened once, and a method without a model counts by its name', async () => {
    const { fake, slack } = await start();
    const { ts = '' } = await slack.chat.postMessage({ channel: 'U7', text: 'a' });
    const { channel } = await slack.conversations.open({ users: 'U7' });
    expect(channel?.id).toBe('D7');
    const reaction = { channel: 'D7', timestamp: ts, name: 'eyes' };
    await slack.reactions.add(reaction);
    await expect(slack.reactions.add(reaction)).rejects.toEqual(refused('already_reacted'));
    await slack.pins.add({ channel: 'D7', timestamp: ts });
    await slack.apiCall('future.method');
    await slack.users.list({});
    await slack.bookmarks.list({ channel_id: 'C1' });
    await slack.users.profile.get({});
    expect((await slack.conversations.info({ channel: 'C5' })).channel).toMatchObject({ id: 'C5', is_member: true });
    expect((await slack.conversations.open({ users: 'U8' })).channel?.id).toBe('D8');
    expect(fake.effects().map(({ operation }) => operation)).toEqual([
      'chat.postMessage',
      'reactions.add',
      'pins.add',
      'future.method',
      'conversations.open',
    ]);
  });

  it('auth.test says who the token is', async () => {
    const { slack } = await start({ tokens: app({ teamId: 'T9', botId: 'B9' }) });
    expect(await slack.auth.test()).toMatchObject({
      team_id: 'T9',
      bot_id: 'B9',
      user_id: 'U0FAKEBOT',
      url: expect.any(String),
    });
  });

  it('files.uploadV2 is one effect', async () => {
    const { fake, slack } = await start();
    await slack.filesUploadV2({ channel_id: 'C1', filename: 'a.txt', content: 'bytes', initial_comment: 'see' });
    expect(fake.effects()).toMatchObject([{ operation: 'files.completeUploadExternal', channel: 'C1', text: 'see' }]);
  });
});

describe('faults, as @slack/web-api shows them', () => {
  const cases: [Fault, code: string | undefined, effects: number][] = [
    [{ kind: 'reset_after_effect' }, 'slack_webapi_request_error', 1],
    [{ kind: 'reset_before_effect' }, 'slack_webapi_request_error', 0],
    [{ kind: 'status', status: 500, after: 'after_effect' }, 'slack_webapi_http_error', 1],
    [{ kind: 'status', status: 503, after: 'before_effect' }, 'slack_webapi_http_error', 0],
    [
      { kind: 'status', status: 200, after: 'after_effect', body: { ok: false, error: 'fatal_error' } },
      'slack_webapi_platform_error',
      1,
    ],
    [{ kind: 'rate_limited', retryAfterS: 30 }, 'slack_webapi_rate_limited_error', 0],
    [{ kind: 'gateway_429' }, undefined, 0],
    [{ kind: 'truncate' }, undefined, 1],
    [{ kind: 'not_json' }, 'slack_webapi_platform_error', 1],
    [{ kind: 'gateway_502', after: 'after_effect' }, 'slack_webapi_http_error', 1],
  ];
  it.each(cases)('%o', async (fault, code, effects) => {
    const { fake, slack } = await start();
    fake.fail(fault);
    await slack.conversations.history({ channel: 'C1' });
    const error = await slack.chat.postMessage({ channel: 'C1', text: 'x' }).catch((failure: unknown) => failure);
    expect((error as { code?: string }).code).toBe(code);
    expect(fake.effects()).toHaveLength(effects);
    expect(fake.requests).toHaveLength(2);
  });
});

describe('how often @slack/web-api sends one call', () => {
  // The default count of retries, without its half hour.
  const retryConfig = { retries: 10, minTimeout: 0, maxTimeout: 1 };
  const cases: { fault: Fault; options?: WebClientOptions; sends: number }[] = [
    { fault: { kind: 'reset_after_effect' }, sends: 11 },
    { fault: { kind: 'delay', ms: 60_000 }, options: { timeout: 600 }, sends: 11 },
    { fault: { kind: 'status', status: 500, after: 'after_effect' }, sends: 11 },
    { fault: { kind: 'truncate' }, sends: 1 },
  ];
  it.each(cases)('$fault.kind: $sends, and as many effects', async ({ fault, options, sends }) => {
    const { fake } = await start();
    fake.fail(fault, { times: 20 });
    const slack = clientOf(fake, { retryConfig, ...options });
    await expect(slack.chat.postMessage({ channel: 'C1', text: 'x' })).rejects.toThrow();
    // The last one may still be on its way when the SDK gives it up.
    await expect.poll(() => fake.effects().length).toBe(sends);
    expect(fake.requests).toHaveLength(sends);
  });

  it('after one close: a clean answer and an invisible duplicate', async () => {
    const { fake } = await start();
    fake.fail({ kind: 'reset_after_effect' });
    const answer = await clientOf(fake, { retryConfig }).chat.postMessage({ channel: 'C1', text: 'x' });
    expect(answer.ok).toBe(true);
    expect(fake.effects()).toHaveLength(2);
  });

  it('after a 429: it waits and sends again', async () => {
    const { fake } = await start();
    fake.fail({ kind: 'rate_limited', retryAfterS: 0 });
    await clientOf(fake, { retryConfig, rejectRateLimitedCalls: false }).chat.postMessage({ channel: 'C1', text: 'x' });
    expect([fake.requests.length, fake.effects().length]).toEqual([2, 1]);
  });
});
