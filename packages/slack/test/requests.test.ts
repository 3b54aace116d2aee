import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelySlack } from '@oncely/slack';
import { defaultSlackIdentity } from '@oncely/testing/fakes/slack';
import { WebClient } from '@slack/web-api';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { addressOf, scope, slot, startWorld, token } from './world.ts';

const ownToken = 'xoxb-OwnTokenOfOneCall';
const post = (slack: WebClient): ReturnType<WebClient['chat']['postMessage']> =>
  slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });

/** A text as it looks inside of base64, wherever it begins there. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((lead) =>
    Buffer.from(`${'_'.repeat(lead)}${text}`)
      .toString('base64')
      .slice(lead === 0 ? 0 : 4, -4),
  );
}

describe("a call's own token", () => {
  const other = { ...defaultSlackIdentity, teamId: 'T0OTHER', botId: 'B0OWN' };
  const tokens = { [token]: defaultSlackIdentity, [ownToken]: other };
  const own = (slack: WebClient): ReturnType<WebClient['chat']['postMessage']> =>
    slack.chat.postMessage({ channel: 'C0DESK', text: 'hello', token: ownToken });

  it('is used and not kept, and a lost answer is looked up with it', async () => {
    const { fake, kept, later, posts, process } = await startWorld({ tokens });
    fake.fail({ kind: 'reset_after_effect' });
    const hasty = process({ maxAttempts: 1, waitMs: 4_000, landingBoundMs: 5_000 });
    await expect(hasty.effect(own)).rejects.toMatchObject({ code: 'in_doubt' });
    expect(await kept()).not.toContain(ownToken);
    later(10_000);
    const result = await process().effect(own);
    expect(posts().map(({ id, team }) => [id, team])).toEqual([[result.ts, 'T0OTHER']]);
  });

  it('is used again where the call is proven not to have happened', async () => {
    const { fake, posts, process } = await startWorld({ tokens });
    fake.fail({ kind: 'reset_before_effect' });
    await process().effect(own);
    expect(posts().map(({ team }) => team)).toEqual(['T0OTHER']);
  });

  it('is missing elsewhere: nobody looks or sends with another', async () => {
    const { fake, later, posts, process } = await startWorld({ tokens });
    fake.fail({ kind: 'reset_after_effect' });
    await expect(process({ maxAttempts: 1, waitMs: 4_000, landingBoundMs: 5_000 }).effect(own)).rejects.toMatchObject({
      code: 'in_doubt',
    });
    later(10_000);
    const { oncely } = process();
    expect(await oncely.recover()).toMatchObject({ states: { stopped: 1 } });
    expect((await oncely.effects.get(slot))?.stopped).toContain("accounts: 'many'");
    await oncely.effects.probeAgain(slot, { by: 'ann' });
    await process().effect(own);
    expect(posts()).toHaveLength(1);
  });

  it('is not kept with a body of bytes either', async () => {
    const { fake, kept, process } = await startWorld({ tokens });
    fake.fail({ kind: 'reset_after_effect' });
    const photo = (slack: WebClient): Promise<unknown> =>
      slack.users.setPhoto({ image: Buffer.from([137, 80, 0, 255]), token: ownToken });
    await expect(process().effect(photo)).rejects.toMatchObject({ code: 'stopped' });
    const text = await kept();
    expect(text).toContain('base64');
    for (const form of [ownToken, ...inBase64(ownToken)]) expect(text).not.toContain(form);
    expect(fake.requests.at(0)?.headers.authorization).toBe(`Bearer ${ownToken}`);
  });
});

describe('a token in an answer', () => {
  it('is given to the caller and not kept', async () => {
    const { fake, kept, process } = await startWorld();
    const body = { ok: true, token: 'xoxe-brandnew', refresh_token: 'xoxe-1-brandnew' };
    fake.fail({ kind: 'status', status: 200, after: 'before_effect', body });
    const rotate = (slack: WebClient): Promise<unknown> => slack.tooling.tokens.rotate({ refresh_token: 'xoxe-old' });
    expect(await process().effect(rotate)).toMatchObject({ token: 'xoxe-brandnew' });
    expect(await kept()).not.toContain('brandnew');
    await expect(process().effect(rotate)).rejects.toMatchObject({ code: 'result_unavailable' });
  });
});

describe('bytes', () => {
  it('are one input in every process, whatever the boundary', async () => {
    const { fake, process } = await startWorld();
    const photo = (slack: WebClient): Promise<unknown> =>
      slack.users.setPhoto({ image: Buffer.from([137, 80, 0, 255]) });
    const first = await process().effect(photo);
    expect(await process().effect(photo)).toEqual(first);
    expect(fake.effects('users.setPhoto')).toHaveLength(1);
    const other = (slack: WebClient): Promise<unknown> => slack.users.setPhoto({ image: Buffer.from([1]) });
    await expect(process().effect(other)).rejects.toMatchObject({ code: 'input_changed' });
  });

  it('uploaded as a file are shared once, and a repeat replays although the file has a new id', async () => {
    const { fake, process } = await startWorld();
    const upload =
      (content: string) =>
      (slack: WebClient): Promise<unknown> =>
        slack.files.uploadV2({
          channel_id: 'C0DESK',
          filename: 'report.csv',
          file: Buffer.from(content),
          initial_comment: 'here',
        });
    const first = await process().effect(upload('a,b'));
    expect(await process().effect(upload('a,b'))).toEqual(first);
    expect(fake.effects('files.completeUploadExternal')).toHaveLength(1);
    await expect(process().effect(upload('other')), 'other content is another input').rejects.toMatchObject({
      code: 'input_changed',
      message: expect.stringContaining('files'),
    });
  });
});

describe('what passes', () => {
  it('are reads, outside of any scope and without a row', async () => {
    const { fake, kept, process } = await startWorld();
    fake.seedChannel({ id: 'C0DESK' });
    for (let count = 0; count < 12; count += 1) fake.postAsOtherApp('C0DESK', { text: `${count}` });
    const { slack } = process();
    let seen = 0;
    for await (const page of slack.paginate('conversations.history', { channel: 'C0DESK', limit: 5 })) {
      seen += (page as { messages?: unknown[] }).messages?.length ?? 0;
    }
    expect(seen).toBe(12);
    expect(await slack.auth.test()).toMatchObject({ ok: true, bot_id: 'B0FAKE' });
    expect(await slack.conversations.open({ users: 'U0ANN' })).toMatchObject({ channel: { id: 'D0ANN' } });
    expect(await kept()).toBe('[[],[]]');
  });

  it("is repeated as the client's own retryConfig says", async () => {
    const { fake, process } = await startWorld();
    fake.fail({ kind: 'gateway_502', after: 'before_effect' }, { match: () => true });
    const { slack } = process({ config: { retryConfig: { retries: 1, minTimeout: 1 } } });
    expect(await slack.auth.test()).toMatchObject({ ok: true });
  });
});

describe('what is caught', () => {
  it('is any method that is not known to read', async () => {
    const { fake, process } = await startWorld();
    const strange = (slack: WebClient): Promise<unknown> => slack.apiCall('something.new', { value: 1 });
    await expect(strange(process().slack)).rejects.toMatchObject({ code: 'unscoped' });
    expect(await process().effect(strange)).toEqual(await process().effect(strange));
    expect(fake.effects('something.new')).toHaveLength(1);
  });

  it('is a write under any address: another path, or an absolute one', async () => {
    const { fake, ledger, process } = await startWorld();
    const oncely = createOncely({
      ledger,
      clients: {
        slack: oncelySlack(
          (config) => new WebClient(token, { ...addressOf(fake), slackApiUrl: `${fake.url}/proxy/`, ...config }),
        ),
      },
    });
    await expect(post(oncely.clients.slack)).rejects.toMatchObject({ code: 'unscoped' });
    const absolute = process().slack.apiCall(`${fake.url}/hooks/chat.postMessage`, { channel: 'C0DESK', text: 'x' });
    await expect(absolute).rejects.toMatchObject({ code: 'unscoped' });
    expect(fake.requests).toEqual([]);
  });
});

describe("accounts: 'many'", () => {
  it('gives the account to the builder, in recovery too', async () => {
    const tokens = {
      'xoxb-a': { ...defaultSlackIdentity, teamId: 'T0A' },
      'xoxb-b': { ...defaultSlackIdentity, teamId: 'T0B' },
    };
    const { fake, later, ledger, posts } = await startWorld({ tokens });
    const start = (waitMs: number) =>
      createOncely({
        ledger,
        clients: {
          slack: oncelySlack((config, account) => new WebClient(`xoxb-${account}`, { ...addressOf(fake), ...config }), {
            accounts: 'many',
            landingBoundMs: 5_000,
          }),
        },
        waitMs,
        drainOnSigterm: false,
      });
    const { clients, ...oncely } = start(4_000);
    fake.fail({ kind: 'reset_after_effect' });
    const lost = oncely.scope(scope, () => oncely.effect('write', () => post(clients.slack('b'))));
    await expect(lost).rejects.toMatchObject({ code: 'in_doubt' });
    later(10_000);
    expect(await start(8_000).recover()).toMatchObject({ states: { succeeded: 1 } });
    expect(posts().map(({ team }) => team)).toEqual(['T0B']);
  });
});

it("keeps the user's own client type", () => {
  const one = createOncely({
    ledger: memoryLedger(),
    clients: { slack: oncelySlack((config) => new WebClient('x', config)) },
  });
  expectTypeOf(one.clients.slack).toEqualTypeOf<WebClient>();
  const many = createOncely({
    ledger: memoryLedger(),
    clients: { slack: oncelySlack((config, account) => new WebClient(account, config), { accounts: 'many' }) },
  });
  expectTypeOf(many.clients.slack).toEqualTypeOf<(account: string) => WebClient>();
});
