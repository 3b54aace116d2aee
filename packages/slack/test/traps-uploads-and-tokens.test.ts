import { defaultSlackIdentity } from '@oncely/testing/fakes/slack';
import type { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { slot, startWorld, token } from './world.ts';

const post = (slack: WebClient): ReturnType<WebClient['chat']['postMessage']> =>
  slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });
const after = { kind: 'reset_after_effect' } as const;
const before = { kind: 'reset_before_effect' } as const;
const hasty = { maxAttempts: 1, waitMs: 1_000, landingBoundMs: 5_000 };

describe('trap: a file is shared a while after it was completed', () => {
  const upload = (slack: WebClient): Promise<unknown> =>
    slack.files.uploadV2({ channel_id: 'C0DESK', filename: 'a.csv', file: Buffer.from('a,b') });

  it('so that what is there and not shared yet is waited for', async () => {
    const { fake, later, process } = await startWorld({ fileShareLagMs: 60_000 });
    fake.fail(after);
    const { effect, oncely } = process({ waitMs: 3_000 });
    await expect(effect(upload)).rejects.toMatchObject({ code: 'in_doubt' });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'in_doubt' });
    later(61_000);
    expect(await process().effect(upload)).toMatchObject({ ok: true });
    expect(fake.effects('files.completeUploadExternal')).toHaveLength(1);
  });

  it.each([
    ['files.getUploadURLExternal', '/api/files.getUploadURLExternal'],
    ['the bytes', '/upload/'],
  ])('and a lost step before it is made again: %s', async (_step, path) => {
    const { fake, process } = await startWorld();
    fake.fail(after, { match: (request) => request.path.startsWith(path) });
    expect(await process().effect(upload)).toMatchObject({ ok: true });
    expect(fake.effects('files.completeUploadExternal')).toHaveLength(1);
    expect(fake.requests.filter((request) => request.path.startsWith(path)).length).toBeGreaterThan(1);
  });

  it.each([
    ['an empty file', '', defaultSlackIdentity.scopes, 'invalid_arguments'],
    ['a token without files:write', 'a,b', ['chat:write'], 'missing_scope'],
  ])(
    'and what Slack refuses before it is its own error, as from the SDK: %s',
    async (_what, content, scopes, error) => {
      const { fake, raw, process } = await startWorld({ tokens: { [token]: { ...defaultSlackIdentity, scopes } } });
      const send = (slack: WebClient): Promise<unknown> =>
        slack.files.uploadV2({ channel_id: 'C0DESK', filename: 'a.csv', content });
      const { effect, oncely } = process();
      const said = { code: 'slack_webapi_platform_error', data: { ok: false, error } };
      await expect(send(raw)).rejects.toMatchObject(said);
      await expect(effect(send)).rejects.toMatchObject(said);
      expect([await oncely.effects.get(slot), fake.effects()]).toEqual([undefined, []]);
    },
  );

  it('and an upload that is lost whole begins anew with another id', async () => {
    const { fake, process } = await startWorld();
    fake.fail(before);
    expect(await process().effect(upload)).toMatchObject({ ok: true });
    expect(fake.effects('files.completeUploadExternal')).toHaveLength(1);
  });
});

describe('trap: two bots on one effect', () => {
  const other = { ...defaultSlackIdentity, botId: 'B0SECOND', userId: 'U0SECOND', appId: 'A0SECOND' };
  const tokens = { [token]: defaultSlackIdentity, 'xoxb-second': other, 'xoxb-rotated': defaultSlackIdentity };

  it("a client with another app's token does not post what the first may have posted", async () => {
    const { fake, later, posts, process } = await startWorld({ tokens });
    fake.fail(after);
    await expect(process(hasty).effect(post)).rejects.toMatchObject({ code: 'in_doubt' });
    later(20_000);
    await expect(process({ token: 'xoxb-second' }).effect(post)).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('the token of this client is another one'),
    });
    expect(posts()).toHaveLength(1);
  });

  it('a token of the same bot that was rotated finds its message', async () => {
    const { fake, later, posts, process } = await startWorld({ tokens });
    fake.fail(after);
    await expect(process(hasty).effect(post)).rejects.toMatchObject({ code: 'in_doubt' });
    later(20_000);
    const result = await process({ token: 'xoxb-rotated' }).effect(post);
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
  });

  it('a call with another token of its own is other input', async () => {
    const { calls, posts, process } = await startWorld({ tokens });
    const by = (own: string) => (slack: WebClient) =>
      slack.chat.postMessage({ channel: 'C0DESK', text: 'hello', token: own });
    await process().effect(by(token));
    await expect(process().effect(by('xoxb-second'))).rejects.toMatchObject({
      code: 'input_changed',
      message: expect.stringContaining('token'),
    });
    expect(posts()).toHaveLength(1);
    expect(calls('chat.postMessage')).toHaveLength(1);
  });
});
