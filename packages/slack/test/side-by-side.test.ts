import { ErrorCode, retryPolicies, WebClient, type WebClientOptions } from '@slack/web-api';
import { createOncely } from '@oncely/core';
import { oncelySlack } from '@oncely/slack';
import type { Fault } from '@oncely/testing/fakes/faults';
import { describe, expect, it } from 'vitest';

import { addressOf, startWorld, token } from './world.ts';

// The raw client with the SDK's default count of sends, and the same client under the ledger.

/** The default policy without its half hour. */
const eleven = { ...retryPolicies.tenRetriesInAboutThirtyMinutes, minTimeout: 1, maxTimeout: 1 };
const post = (slack: WebClient): ReturnType<WebClient['chat']['postMessage']> =>
  slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });

interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly options?: WebClientOptions;
  /** Sends and posts of the raw client. */
  readonly raw: readonly [sends: number, posts: number];
}

const cases: readonly Case[] = [
  { name: 'socket closed after the post', fault: { kind: 'reset_after_effect' }, raw: [11, 11] },
  { name: 'socket closed before it', fault: { kind: 'reset_before_effect' }, raw: [11, 0] },
  { name: 'timeout', fault: { kind: 'delay', ms: 60_000 }, options: { timeout: 200 }, raw: [11, 11] },
  { name: '500', fault: { kind: 'status', status: 500, after: 'after_effect' }, raw: [11, 11] },
  { name: '502 of a gateway', fault: { kind: 'gateway_502', after: 'after_effect' }, raw: [11, 11] },
  { name: 'truncated 200', fault: { kind: 'truncate' }, raw: [1, 1] },
  { name: '200 that is no JSON', fault: { kind: 'not_json' }, raw: [1, 1] },
  { name: "a gateway's 429", fault: { kind: 'gateway_429', after: 'after_effect' }, raw: [1, 1] },
];

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
