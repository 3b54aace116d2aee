import type { WebClient } from '@slack/web-api';
import { expect, it } from 'vitest';

import { createOutcomes } from '../src/outcomes.ts';
import { createOwnTokens } from '../src/own-tokens.ts';
import { probe } from '../src/probe.ts';
import { slowClock, startWorld } from './world.ts';

it("the SDK's own retries are off: a failing look-up is asked three times by us, and by nobody else", async () => {
  const { calls, fake, posts, process } = await startWorld();
  fake.fail({ kind: 'reset_after_effect' });
  fake.fail(
    { kind: 'status', status: 500, after: 'before_effect' },
    { match: ({ path }) => path === '/api/auth.test', times: 9 },
  );
  const post = (slack: WebClient): Promise<unknown> => slack.chat.postMessage({ channel: 'C0DESK', text: 'hello' });
  // Too short for a second look of ours, which comes a second after the first; long enough for retries of the SDK's.
  await expect(process({ waitMs: 1_050, maxAttempts: 1, clock: slowClock }).effect(post)).rejects.toMatchObject({
    code: 'in_doubt',
    // What lost the answer, whatever the look-up met behind it.
    cause: expect.objectContaining({ message: expect.stringContaining('socket hang up') }),
  });
  expect(calls('auth.test')).toHaveLength(3);
  expect(posts()).toHaveLength(1);
});

it('a history that goes on without a cursor is no proof of absence', async () => {
  const body = 'channel=C0DESK&text=hello';
  const request = JSON.stringify({ method: 'chat.postMessage', contentType: '', encoding: 'text', body });
  const target = { operation: 'slack.chat.postMessage', key: 'k', marker: 'k', from: 0, until: 1, request };
  const client = (hasMore: boolean): { apiCall: (method: string) => Promise<unknown> } => ({
    apiCall: async (method) => (method === 'auth.test' ? { bot_id: 'B0' } : { messages: [], has_more: hasMore }),
  });
  const known = { tokens: createOwnTokens(async () => ({})), isAnothers: createOutcomes().isAnothers };
  expect(await probe(client(false), target, known)).toEqual({ kind: 'absent' });
  expect(await probe(client(true), target, known)).toMatchObject({ kind: 'unreachable' });
});

it('I8: a secret among the arguments is sent and not kept', async () => {
  const { fake, kept, process } = await startWorld();
  fake.fail({ kind: 'reset_after_effect' });
  const uninstall = (slack: WebClient): Promise<unknown> =>
    slack.apps.uninstall({ client_id: '1.2', client_secret: 'RecognisableToo' });
  await expect(process({ maxAttempts: 1 }).effect(uninstall)).rejects.toMatchObject({ code: 'stopped' });
  expect(await kept()).not.toContain('RecognisableToo');
  expect(new URLSearchParams(fake.requests[0]?.body).get('client_secret')).toBe('RecognisableToo');
  await process({ unscoped: 'observe' }).slack.apps.uninstall({ client_id: '1.2', client_secret: 'RecognisableToo' });
  expect(new URLSearchParams(fake.requests[1]?.body).get('client_secret')).toBe('RecognisableToo');
});

it.each([
  [
    'blocks',
    (label: string) => ({ blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `*${label}* & more` } }] }),
  ],
  ['attachments', (label: string) => ({ attachments: [{ color: '#fff', text: label }] })],
  ['blocks taken away', (label: string) => ({ blocks: label === 'done' ? [] : [{ type: 'divider' }] })],
])('an update that differs from the one before in %s alone is not taken for it', async (_what, part) => {
  const { fake, process, raw } = await startWorld();
  const { ts = '' } = await raw.chat.postMessage({ channel: 'C0DESK', text: 'Refund', ...part('asked') });
  const update = (slack: WebClient, label: string): Promise<unknown> =>
    slack.chat.update({ channel: 'C0DESK', ts, text: 'Refund', ...part(label) });
  const { oncely, slack } = process();
  await oncely.scope({ businessId: 'case_1', workflowId: 'test' }, () =>
    oncely.effect('first', () => update(slack, 'half done')),
  );
  // It was lost on its way; what stands there is the update before, by the same app and with the same text.
  fake.fail({ kind: 'reset_before_effect' });
  await expect(process().effect((client) => update(client, 'done'))).rejects.toMatchObject({ code: 'stopped' });
  // The answer was lost: it stands there, and is found.
  await oncely.effects.resolve('case_1:test:write', { happened: false }, { by: 'ann' });
  fake.fail({ kind: 'reset_after_effect' });
  expect(await process().effect((client) => update(client, 'done'))).toMatchObject({ ok: true });
  expect(fake.effects('chat.update')).toHaveLength(2);
});
