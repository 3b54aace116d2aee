import { ErrorCode, retryPolicies, WebClient } from '@slack/web-api';
import { createOncely } from '@oncely/core';
import { oncelySlack } from '@oncely/slack';
import { describe, expect, it } from 'vitest';

import { cases } from './side-by-side-cases.ts';
import { addressOf, startWorld, token } from './world.ts';

// The raw client with the SDK's default count of sends, and the same client under the ledger.

/** The default policy without its half hour. */
const eleven = { ...retryPolicies.tenRetriesInAboutThirtyMinutes, minTimeout: 1, maxTimeout: 1 };
const post = (slack: WebClient): ReturnType<WebClient['chat']['postMessage']> =>
  slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });

describe.each(cases)('$name', ({ fault, options, raw }) => {
  it(`the raw client: ${raw[0]} sends, ${raw[1]} posts, and an error`, async () => {
    const { calls, fake, posts } = await startWorld();
    fake.fail(fault, { times: 20 });
    const slack = new WebClient(token, { ...addressOf(fake), retryConfig: eleven, ...options });
    await expect(post(slack)).rejects.toThrow();
    await expect.poll(() => posts().length).toBe(raw[1]);
    expect(calls('chat.postMessage')).toHaveLength(raw[0]);
  });

  it('the same under the ledger: one send, one post at most, whichever configuration comes last', async () => {
    const { calls, fake, ledger, posts } = await startWorld();
    fake.fail(fault, { times: 20 });
    const theirs = { retryConfig: eleven, rejectRateLimitedCalls: false, maxRequestConcurrency: 3, ...options };
    const oncely = createOncely({
      ledger,
      clients: {
        slack: oncelySlack((ours) => new WebClient(token, { ...addressOf(fake), ...ours, ...theirs }), {
          landingBoundMs: 30_000,
          timeoutMs: 1_000,
        }),
      },
      waitMs: 3_000,
      maxAttempts: 1,
      drainOnSigterm: false,
    });
    const call = oncely.scope({ businessId: 'case_1', workflowId: 'test' }, () =>
      oncely.effect('write', () => post(oncely.clients.slack)),
    );
    await expect(call).rejects.toThrow();
    expect(calls('chat.postMessage')).toHaveLength(1);
    expect(posts()).toHaveLength(Math.min(1, raw[1]));
    expect(await oncely.effects.get('case_1:test:write')).toMatchObject({ state: 'in_doubt' });
  });
});

describe('a socket closed after the post, and then all is well', () => {
  it('the raw client posts twice and reports one clean success; under the ledger it is one post', async () => {
    const lost = { kind: 'reset_after_effect' } as const;
    const bare = await startWorld();
    bare.fake.fail(lost);
    const raw = new WebClient(token, { ...addressOf(bare.fake), retryConfig: eleven });
    expect(await post(raw)).toMatchObject({ ok: true });
    expect(bare.posts()).toHaveLength(2);

    const { calls, fake, posts, process } = await startWorld();
    fake.fail(lost);
    expect(await process().effect(post)).toMatchObject({ ok: true, ts: posts()[0]?.id });
    expect(posts()).toHaveLength(1);
    expect(calls('chat.postMessage')).toHaveLength(1);
  });
});

describe("Slack's own rate limit", () => {
  it('the raw client waits and sends again; the ledger says when it may be', async () => {
    const { calls, fake, process } = await startWorld();
    fake.fail({ kind: 'rate_limited', retryAfterS: 60 });
    await expect(process().effect(post)).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 60 });
    await expect(process().effect(post)).rejects.toMatchObject({
      code: 'not_sent',
      next: 'retry',
      retryAfterMs: expect.any(Number),
    });
    expect(calls('chat.postMessage')).toHaveLength(1);
  });
});

describe('an error', () => {
  it.each<[string, string, (slack: WebClient) => Promise<unknown>]>([
    [
      'a text that is too long',
      'msg_too_long',
      (slack) => slack.chat.postMessage({ channel: 'C0DESK', text: 'x'.repeat(40_001) }),
    ],
    [
      'a message that is not there',
      'message_not_found',
      (slack) => slack.chat.update({ channel: 'C0DESK', ts: '1.000100', text: 'x' }),
    ],
    [
      'a trigger that is none',
      'invalid_trigger_id',
      (slack) => slack.apiCall('views.open', { trigger_id: 'none', view: {} }),
    ],
  ])('is of the same class, code and data as without us, on replay too: %s', async (_name, told, call) => {
    const { process, raw } = await startWorld();
    const wanted = await call(raw).catch((error: unknown) => error as Error);
    expect(wanted).toMatchObject({ data: { error: told } });
    for (const each of [process(), process()]) {
      const got = await each.effect(call).catch((error: unknown) => error as Error);
      expect((got as Error).constructor).toBe((wanted as Error).constructor);
      expect((got as Error).message).toBe((wanted as Error).message);
      expect(Object.entries(got as Error)).toEqual(Object.entries(wanted as Error));
    }
  });
});
