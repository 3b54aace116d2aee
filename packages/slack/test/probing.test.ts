import { WebClient } from '@slack/web-api';
import { defaultSlackIdentity } from '@oncely/testing/fakes/slack';
import { describe, expect, it } from 'vitest';

import { slot, startWorld, token } from './world.ts';

const post =
  (
    message: {
      channel?: string;
      thread_ts?: string;
      metadata?: { event_type: string; event_payload: Record<string, string> };
    } = {},
  ) =>
  (slack: WebClient): ReturnType<WebClient['chat']['postMessage']> =>
    slack.chat.postMessage({ channel: 'C0DESK', text: 'hello', ...message } as Parameters<
      WebClient['chat']['postMessage']
    >[0]);

describe('the marker', () => {
  it("is a hash in the message's metadata, beside the caller's own", async () => {
    const { posts, process } = await startWorld();
    const metadata = { event_type: 'refund_done', event_payload: { order: '7' } };
    await process().effect(post({ metadata }));
    expect(posts()[0]?.metadata).toEqual({
      event_type: 'refund_done',
      event_payload: { order: '7', oncely_key: expect.stringMatching(/^oncely_[0-9a-f]{48}$/) },
    });
  });

  it('in the metadata of another app is not ours', async () => {
    const { fake, posts, process } = await startWorld();
    // Both ledgers name by one key, so that the other app shows the very marker that is looked for.
    const fingerprintKey = new Uint8Array(32).fill(7);
    await process({ fingerprintKey }).effect(post());
    const [{ metadata } = {}] = posts();
    const other = await startWorld();
    other.fake.fail({ kind: 'reset_before_effect' });
    other.fake.seedChannel({ id: 'C0DESK' });
    other.fake.postAsOtherApp('C0DESK', { text: 'hello', ...(metadata && { metadata }) });
    const result = await other.process({ fingerprintKey }).effect(post());
    expect(
      other.posts().map(({ id }) => id),
      'the forged one was not taken for it',
    ).toEqual([result.ts]);
    expect(other.posts()[0]?.metadata).toEqual(metadata);
    expect(fake.requests.length).toBeGreaterThan(0);
  });

  it('is found behind two hundred newer messages', async () => {
    const { calls, fake, later, posts, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    await expect(
      process({ maxAttempts: 1, waitMs: 4_000, landingBoundMs: 5_000 }).effect(post()),
    ).rejects.toMatchObject({
      code: 'in_doubt',
    });
    for (let count = 0; count < 250; count += 1) fake.postAsOtherApp('C0DESK', { text: `${count}` });
    later(10_000);
    const result = await process().effect(post());
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
    expect(calls('conversations.history')).toHaveLength(2);
  });
});

describe('a lost answer is looked for', () => {
  it('in the thread it was written to', async () => {
    const { calls, fake, posts, process } = await startWorld();
    fake.seedChannel({ id: 'C0DESK' });
    const thread = fake.postAsOtherApp('C0DESK', { text: 'parent' });
    fake.fail({ kind: 'reset_after_effect' });
    const result = await process().effect(post({ thread_ts: thread }));
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
    expect([calls('conversations.replies').length, calls('conversations.history').length]).toEqual([1, 0]);
  });

  it('in the direct message with a user', async () => {
    const { calls, fake, posts, process } = await startWorld();
    fake.fail({ kind: 'reset_after_effect' });
    const result = await process().effect(post({ channel: 'U0ANN' }));
    expect(result).toMatchObject({ ok: true, channel: 'D0ANN' });
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
    expect(calls('conversations.open')).toHaveLength(1);
  });

  it('by a person where the channel was given by name', async () => {
    const { fake, posts, process } = await startWorld({ strictChannels: true });
    fake.seedChannel({ id: '#desk' });
    fake.fail({ kind: 'reset_after_effect' });
    const { oncely, effect } = process();
    await expect(effect(post({ channel: '#desk' }))).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringMatching(/the channel was given by name; give its id/),
    });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'stopped' });
    expect(posts()).toHaveLength(1);
  });

  it('once the missing scope is there', async () => {
    const identity = { ...defaultSlackIdentity, scopes: ['chat:write'] };
    const tokens = { [token]: identity, 'xoxb-more': { ...identity, scopes: ['chat:write', 'channels:history'] } };
    const { calls, fake, posts, process } = await startWorld({ tokens });
    fake.fail({ kind: 'reset_after_effect' });
    const { oncely, effect } = process();
    await expect(effect(post())).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('channels:history'),
    });
    await oncely.effects.probeAgain(slot, { by: 'ann' });
    const result = await process({ token: 'xoxb-more' }).effect(post());
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
    expect(calls('chat.postMessage')).toHaveLength(1);
  });

  it('once the app is in the channel', async () => {
    const tokens = {
      [token]: { ...defaultSlackIdentity, scopes: [...defaultSlackIdentity.scopes, 'chat:write.public'] },
    };
    const { fake, posts, process } = await startWorld({ tokens });
    fake.seedChannel({ id: 'C0DESK', isMember: false });
    fake.fail({ kind: 'reset_after_effect' });
    const { oncely, effect } = process();
    await expect(effect(post())).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('not a member'),
    });
    fake.seedChannel({ id: 'C0DESK' });
    await oncely.effects.probeAgain(slot, { by: 'ann' });
    const result = await effect(post());
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
  });

  it('with patience where the history is rate limited', async () => {
    const { fake, later, posts, process } = await startWorld({ historyRateLimit: { perMinute: 1, maxItems: 15 } });
    fake.fail({ kind: 'reset_before_effect' });
    const { effect } = process();
    await expect(effect(post()), 'the second look has to wait').rejects.toMatchObject({
      code: 'in_doubt',
      retryAfterMs: expect.any(Number),
    });
    later(61_000);
    await effect(post());
    expect(posts()).toHaveLength(1);
  });
});

describe('absence', () => {
  it('is believed only behind the landing bound, by two looks', async () => {
    const { calls, fake, posts, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' });
    await process({ landingBoundMs: 200 }).effect(post());
    const [first = 0, second = 0] = calls('chat.postMessage');
    const looks = calls('conversations.history');
    expect(looks).toHaveLength(2);
    expect(looks[0]).toBeGreaterThanOrEqual(first + 195);
    expect(looks[1]).toBeGreaterThanOrEqual((looks[0] ?? 0) + 95);
    expect(second).toBeGreaterThanOrEqual(looks[1] ?? 0);
    expect(posts()).toHaveLength(1);
  });

  it('is not believed where a request lands late, inside the bound', async () => {
    const { calls, fake, posts, process } = await startWorld({ historyLagMs: 60 });
    fake.fail({ kind: 'late_landing', ms: 150 });
    const result = await process({ landingBoundMs: 600 }).effect(post());
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
    expect(calls('chat.postMessage')).toHaveLength(1);
  });

  it('that was wrong is found out: recovery looks for two', async () => {
    const { fake, later, posts, process } = await startWorld();
    fake.fail({ kind: 'late_landing', ms: 1_000 });
    const { oncely, effect } = process();
    await effect(post());
    await fake.settled();
    expect(posts(), 'the bound was broken').toHaveLength(2);
    later(1_000);
    expect((await oncely.recover()).diverged).toEqual([slot]);
    const both = posts().map(({ id }) => `C0DESK:${id}`);
    expect((await oncely.effects.get(slot))?.divergence?.toSorted()).toEqual(both.toSorted());
    expect((await oncely.recover()).examined).toBe(0);
  });
});

describe('a person', () => {
  it.each(['channel', 'thread'])('who names the message in a %s gives it to the replay', async (where) => {
    const { fake, posts, process } = await startWorld({
      tokens: { [token]: { ...defaultSlackIdentity, scopes: ['chat:write'] }, 'xoxb-more': defaultSlackIdentity },
    });
    fake.seedChannel({ id: 'C0DESK' });
    const write = post(where === 'thread' ? { thread_ts: fake.postAsOtherApp('C0DESK', { text: 'parent' }) } : {});
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process().effect(write)).rejects.toMatchObject({ code: 'stopped' });
    const [made] = posts();
    const { oncely, effect } = process({ token: 'xoxb-more' });
    await oncely.effects.resolve(slot, { happened: { vendorId: `C0DESK:${made?.id}` } }, { by: 'ann' });
    expect(await effect(write)).toMatchObject({ ok: true, ts: made?.id, message: { text: 'hello' } });
    expect(posts()).toHaveLength(1);
  });
});
