import { ErrorCode, WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { addressOf, slot, startProcess, startWorld, token } from './world.ts';

const post = (slack: WebClient): ReturnType<WebClient['chat']['postMessage']> =>
  slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });

describe("the SDK's eleven sends", () => {
  it('are there without us', async () => {
    const { fake } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' }, { times: 20 });
    const raw = new WebClient(token, {
      ...addressOf(fake),
      retryConfig: { retries: 10, minTimeout: 1, maxTimeout: 1 },
    });
    await expect(post(raw)).rejects.toMatchObject({ code: ErrorCode.RequestError });
    expect(fake.requests).toHaveLength(11);
  });

  it('are one an attempt with us', async () => {
    const { calls, fake, process } = await startWorld();
    fake.fail({ kind: 'reset_before_effect' }, { times: 20 });
    const { oncely, effect } = process({ maxAttempts: 1, waitMs: 4_000, landingBoundMs: 5_000 });
    await expect(effect(post)).rejects.toMatchObject({ code: 'in_doubt', cause: { code: 'ECONNRESET' } });
    expect(calls('chat.postMessage')).toHaveLength(1);
    expect((await oncely.effects.get(slot))?.attempts).toHaveLength(1);
  });

  it('do not come back where a call hangs', async () => {
    const { calls, fake, posts, process } = await startWorld();
    fake.fail({ kind: 'delay', ms: 30_000 });
    const result = await process({ timeoutMs: 1_000 }).effect(post);
    expect(posts().map(({ id }) => id)).toEqual([result.ts]);
    expect(calls('chat.postMessage')).toHaveLength(1);
  });
});

describe("Slack's rate limit", () => {
  it("beyond the caller's wait is the SDK's own error, and leaves the effect open", async () => {
    const { calls, fake, later, posts, process } = await startWorld();
    fake.fail({ kind: 'rate_limited', retryAfterS: 60 });
    const { oncely, effect } = process();
    await expect(effect(post)).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 60 });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'ready' });
    await expect(effect(post)).rejects.toMatchObject({ code: 'not_sent', next: 'retry' });
    later(61_000);
    await effect(post);
    expect(posts()).toHaveLength(1);
    expect(calls('chat.postMessage')).toHaveLength(2);
  });
});

describe('what an administrator mends', () => {
  it("is Slack's error, ends nothing, and the same call goes through afterwards", async () => {
    const { fake, posts, process } = await startWorld();
    fake.seedChannel({ id: 'C0DESK', isMember: false });
    const { oncely, effect } = process();
    await expect(effect(post)).rejects.toMatchObject({
      code: ErrorCode.PlatformError,
      data: { error: 'not_in_channel' },
    });
    expect(await oncely.effects.get(slot)).toMatchObject({ state: 'ready' });
    fake.seedChannel({ id: 'C0DESK' });
    await effect(post);
    expect(posts()).toHaveLength(1);
  });

  it('is a token that is no longer good', async () => {
    const { posts, process } = await startWorld();
    const dead = process({ token: 'xoxp-revoked' });
    await expect(dead.effect(post)).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
    await process().effect(post);
    expect(posts()).toHaveLength(1);
  });
});

describe('errors behind which Slack may have done it', () => {
  it.concurrent.each(['fatal_error', 'internal_error', 'service_unavailable', 'duplicate_message_not_found'])(
    '%s is looked up',
    async (error) => {
      const { calls, fake, posts, process } = await startWorld();
      fake.fail({ kind: 'status', status: 200, after: 'after_effect', body: { ok: false, error } });
      const result = await process().effect(post);
      expect(posts().map(({ id }) => id)).toEqual([result.ts]);
      expect(calls('chat.postMessage')).toHaveLength(1);
    },
  );
});

describe('what a message says', () => {
  it('is the same with its JSON in another order', async () => {
    const { posts, process } = await startWorld();
    const blocks = (swapped: boolean): object[] => [
      swapped
        ? { text: { text: 'hi', type: 'mrkdwn' }, type: 'section' }
        : { type: 'section', text: { type: 'mrkdwn', text: 'hi' } },
    ];
    const say = (swapped: boolean) => (slack: WebClient) =>
      slack.chat.postMessage({ channel: 'C0DESK', text: 'hi', blocks: blocks(swapped) as never });
    const first = await process({ drift: 'refuse' }).effect(say(false));
    expect(await process({ drift: 'refuse' }).effect(say(true))).toEqual(first);
    expect(posts()).toHaveLength(1);
  });

  it('replays the first wording, or is refused where the caller says so', async () => {
    const { posts, process } = await startWorld();
    const say = (text: string) => (slack: WebClient) => slack.chat.postMessage({ channel: 'C0DESK', text });
    const first = await process().effect(say('Refunded 10 €'));
    expect(await process().effect(say('Your 10 € are on their way'))).toEqual(first);
    const refused = process({ drift: 'refuse' }).effect(say('Your 10 € are on their way'));
    await expect(refused).rejects.toMatchObject({
      code: 'input_changed',
      message: expect.stringMatching(/differs: text\./),
    });
    expect(posts().map(({ text }) => text)).toEqual(['Refunded 10 €']);
  });
});

describe('three hundred posts at once', () => {
  it('are each an effect of their own scope', async () => {
    const { posts, process } = await startWorld();
    const { oncely, slack } = process({ leaseMs: 20_000 });
    const cases = Array.from({ length: 300 }, (_, index) => `case_${index}`);
    await Promise.all(
      cases.map((businessId) =>
        oncely.scope({ businessId, workflowId: 'test' }, () =>
          oncely.effect('write', () => slack.chat.postMessage({ channel: 'C0DESK', text: businessId })),
        ),
      ),
    );
    expect(posts()).toHaveLength(300);
    const { effects } = await oncely.effects.list({ limit: 500 });
    const landed = new Map(posts().map(({ id, text }) => [`C0DESK:${id}`, text]));
    expect(effects.map(({ vendorId }) => landed.get(vendorId ?? ''))).toEqual(
      effects.map(({ contract }) => contract.businessId),
    );
    expect(effects).toHaveLength(300);
  });
});

describe("unscoped: 'observe'", () => {
  it('changes nothing, errors included, and counts what is made twice', async () => {
    const { fake, ledger, posts } = await startWorld();
    const { oncely, slack } = startProcess(fake, ledger, { unscoped: 'observe' });
    await post(slack);
    await post(slack);
    expect(posts()).toHaveLength(2);
    await expect(slack.chat.postMessage({ channel: 'C0DESK', text: 'x'.repeat(40_001) })).rejects.toMatchObject({
      code: ErrorCode.PlatformError,
    });
    fake.fail({ kind: 'gateway_502', after: 'before_effect' });
    await expect(post(slack)).rejects.toMatchObject({ code: ErrorCode.HTTPError, statusCode: 502 });
    await fake.refuse(true);
    await expect(post(slack)).rejects.toMatchObject({ code: ErrorCode.RequestError });
    expect(await oncely.observed()).toMatchObject([{ operation: 'slack.chat.postMessage', count: 3 }]);
  });
});
