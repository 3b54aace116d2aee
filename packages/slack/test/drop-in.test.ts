import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelySlack } from '@oncely/slack';
import { defaultSlackIdentity, type SlackFake } from '@oncely/testing/fakes/slack';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import { describe, expect, it, vi } from 'vitest';

import { addressOf, scope, startWorld, token } from './world.ts';

const quick = { retries: 2, minTimeout: 1, maxTimeout: 1 };
const post = (slack: WebClient): Promise<unknown> => slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });

function wrapped(fake: SlackFake, options: WebClientOptions = {}, build?: (ours: WebClientOptions) => unknown) {
  return createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    waitMs: 2_000,
    clients: {
      slack: oncelySlack((ours) =>
        build ? (build(ours) as WebClient) : new WebClient(token, { ...addressOf(fake), ...options, ...ours }),
      ),
    },
    unscoped: 'observe',
  });
}

/** How a call ended, and how often it went out, on the SDK and on ours. */
async function beside(
  options: WebClientOptions,
  call: (slack: WebClient) => Promise<unknown>,
  break_: (fake: SlackFake) => void,
) {
  return Promise.all(
    ['raw', 'ours'].map(async (who) => {
      const { fake } = await startWorld();
      break_(fake);
      const slack =
        who === 'raw' ? new WebClient(token, { ...addressOf(fake), ...options }) : wrapped(fake, options).clients.slack;
      const end = await call(slack).then(
        () => 'ok',
        (error: Error) => `${error.constructor.name} ${error.message.replaceAll(/\d{4,5}/g, 'n')}`,
      );
      return { end, sends: fake.requests.length };
    }),
  );
}

describe('a read, and a write that is only observed, go as the SDK sends them', () => {
  const faults = {
    'a reset': { kind: 'reset_before_effect' },
    'a cut body': { kind: 'truncate' },
    'a 503': { kind: 'status', status: 503, after: 'before_effect' },
    'a limit': { kind: 'rate_limited', retryAfterS: 1 },
  } as const;
  const options = {
    'with retries': { retryConfig: quick },
    'without retries': { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  };
  it.each(
    Object.entries(faults).flatMap(([name, fault]) =>
      Object.entries(options).flatMap(([how, config]) => [
        [name, how, 'read', (slack: WebClient) => slack.users.list({}), fault, config] as const,
        [name, how, 'write', post, fault, config] as const,
      ]),
    ),
  )('%s, %s: a %s', async (_name, _how, _what, call, fault, config) => {
    const [raw, ours] = await beside(config, call, (fake) => fake.fail(fault, { match: () => true }));
    expect(ours).toEqual(raw);
  });
});

it('a write that is only observed makes no request of ours, with a token of its own either', async () => {
  const { fake } = await startWorld();
  const { slack } = wrapped(fake).clients;
  await slack.chat.postMessage({ channel: 'C0DESK', text: 'Refund', token: 'xoxb-another' }).catch(() => {});
  expect(fake.requests.map(({ path }) => path)).toEqual(['/api/chat.postMessage']);
});

describe('a client that does not send by our fetch is refused when it is built', () => {
  const builders: Record<string, (fake: SlackFake) => (ours: WebClientOptions) => unknown> = {
    'the config forgotten': (fake) => () => new WebClient(token, addressOf(fake)),
    'a fetch of its own behind ours': (fake) => (ours) =>
      new WebClient(token, { ...addressOf(fake), ...ours, fetch: (url, init) => fetch(url, init) }),
    'a stub': () => () => ({ chat: { postMessage: async () => ({ ok: true }) } }),
    nothing: () => () => undefined,
  };
  it.each(Object.entries(builders))('%s', async (_name, build) => {
    const { fake } = await startWorld();
    expect(() => wrapped(fake, {}, build(fake)).clients.slack).toThrow(
      expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining('oncelySlack: the builder') }),
    );
  });
});

it("a fetch among the user's options carries reads and writes", async () => {
  const { fake } = await startWorld();
  const carried: string[] = [];
  const oncely = wrapped(fake, {
    fetch: async (url, init) => {
      carried.push(new URL(String(url)).pathname);
      return fetch(url, init);
    },
  });
  await oncely.clients.slack.auth.test();
  await oncely.scope(scope, () => oncely.effect('tell', () => post(oncely.clients.slack)));
  expect(carried).toEqual(['/api/auth.test', '/api/chat.postMessage']);
});

it('a fetch that a test puts in place of the global one gets the writes too', async () => {
  const { fake } = await startWorld();
  const { slack } = wrapped(fake).clients;
  const oncely = wrapped(fake);
  void slack;
  const mock = vi.fn(async () => Response.json({ ok: true, channel: 'C1', ts: '1.2' }));
  vi.stubGlobal('fetch', mock);
  try {
    const sent = oncely.scope(scope, () => oncely.effect('tell', () => post(oncely.clients.slack)));
    await expect(sent).resolves.toMatchObject({ ts: '1.2' });
  } finally {
    vi.unstubAllGlobals();
  }
  expect(mock).toHaveBeenCalledTimes(1);
  expect(fake.requests).toHaveLength(0);
});

it.each([0, 60_000])("the SDK's timeout of %i ms does not end a write early", async (timeout) => {
  const { fake } = await startWorld();
  const oncely = wrapped(fake, { timeout });
  await expect(
    oncely.scope(scope, () => oncely.effect('tell', () => post(oncely.clients.slack))),
  ).resolves.toMatchObject({ ok: true });
});

it('a write that is limited for longer than it may wait gets the error of the SDK, and is not repeated by it', async () => {
  const { fake } = await startWorld();
  fake.fail({ kind: 'rate_limited', retryAfterS: 600 }, { match: () => true, times: 9 });
  const oncely = wrapped(fake, { retryConfig: quick });
  await expect(
    oncely.scope(scope, () => oncely.effect('tell', () => post(oncely.clients.slack))),
  ).rejects.toMatchObject({ name: 'WebAPIRateLimitedError', retryAfter: 600 });
  expect(fake.requests).toHaveLength(1);
});

it('a replay of an upload asks Slack nothing, and one that is observed goes at once', async () => {
  const { fake } = await startWorld();
  const oncely = wrapped(fake);
  const upload = (): Promise<unknown> =>
    oncely.clients.slack.files.uploadV2({ channel_id: 'C0DESK', filename: 'r.txt', content: 'x'.repeat(1_000) });
  const run = (): Promise<unknown> => oncely.scope(scope, () => oncely.effect('receipt', upload));
  const first = await run();
  const sent = fake.requests.length;
  expect(await run()).toEqual(first);
  expect(fake.requests).toHaveLength(sent);
  expect(JSON.stringify(fake.requests.map(({ body }) => body))).not.toContain('FONCELY');
  await upload();
  expect(fake.effects('files.completeUploadExternal')).toHaveLength(2);
});

it('a changed file is changed input, and nothing of it leaves', async () => {
  const { fake } = await startWorld();
  const oncely = wrapped(fake);
  const run = (content: string): Promise<unknown> =>
    oncely.scope(scope, () =>
      oncely.effect('receipt', () =>
        oncely.clients.slack.files.uploadV2({ channel_id: 'C0DESK', filename: 'r.txt', content }),
      ),
    );
  await run('one');
  const sent = fake.requests.length;
  await expect(run('two')).rejects.toMatchObject({ code: 'input_changed' });
  expect(fake.requests).toHaveLength(sent);
});

it("a token of the call that was rotated is the same app's, and another app's is not", async () => {
  const tokens: Record<string, typeof defaultSlackIdentity> = {
    monday: defaultSlackIdentity,
    tuesday: defaultSlackIdentity,
    others: { ...defaultSlackIdentity, botId: 'B0OTHER', userId: 'U0OTHER' },
  };
  const { fake } = await startWorld({ tokens });
  const oncely = wrapped(fake);
  const tell = (own: string): Promise<unknown> =>
    oncely.scope(scope, () =>
      oncely.effect('tell', () =>
        oncely.clients.slack.chat.postMessage({ channel: 'C0DESK', text: 'hello', token: own }),
      ),
    );
  const first = await tell('monday');
  delete tokens['monday'];
  expect(await tell('tuesday')).toEqual(first);
  await expect(tell('others')).rejects.toMatchObject({ code: 'input_changed' });
  expect(fake.effects('chat.postMessage')).toHaveLength(1);
});

it.each(['chat.postMessage', 'chat.update', 'chat.scheduleMessage'])(
  '%s does not write under our name',
  async (method) => {
    const { fake } = await startWorld();
    const oncely = wrapped(fake);
    const metadata = { event_type: 'copied', event_payload: { oncely_key: 'of-another-effect' } };
    const forged = oncely.scope(scope, () =>
      oncely.effect('tell', () =>
        oncely.clients.slack.apiCall(method, { channel: 'C0DESK', ts: '1.2', post_at: 9e9, text: 'hello', metadata }),
      ),
    );
    await expect(forged).rejects.toMatchObject({ code: 'invalid_input' });
    expect(fake.requests).toHaveLength(0);
  },
);

it('the README says of each option of the SDK what becomes of it', () => {
  const sdk = dirname(createRequire(import.meta.url).resolve('@slack/web-api'));
  const types = readFileSync(join(sdk, 'WebClient.d.ts'), 'utf8');
  const options = /interface WebClientOptions \{(.*?)\n\}/s.exec(types)?.[1] ?? '';
  const names = [...options.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => name);
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const table = readme.slice(readme.indexOf('| option of the SDK'));
  expect(names.length).toBeGreaterThan(9);
  expect(names.filter((name) => !table.includes(`| \`${name}\``))).toEqual([]);
});
