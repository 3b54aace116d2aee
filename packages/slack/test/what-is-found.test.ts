import type { Target } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { lookUps } from '../src/look-ups.ts';
import { probe } from '../src/probe.ts';
import { entryNamed } from '../src/table.ts';
import { cases, history, marker, me, posted, sentAt, ts, type Answers, type Case } from './what-is-found.ts';

const bot = posted.bot_id;
const twoDays = 48 * 3_600_000;

const targetOf = ({ method, asked: given, before }: Case): Target => ({
  operation: `slack.${method}`,
  key: 'key',
  marker,
  from: sentAt - twoDays,
  since: sentAt,
  until: sentAt + 1_000,
  request: JSON.stringify({
    method,
    contentType: 'application/x-www-form-urlencoded',
    encoding: 'text',
    ...(before !== undefined && { before }),
    body: new URLSearchParams(
      Object.entries(given).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ).toString(),
  }),
});

async function saidOf(each: Case, answers: Answers): Promise<string> {
  const client = {
    apiCall: async (method: string): Promise<unknown> =>
      method === 'auth.test'
        ? { user_id: me, bot_id: bot, team_id: 'T1' }
        : { ok: true, ...(answers[method] ?? each.done[method]) },
  };
  const tokens = { optionsFor: () => ({}), changedSince: () => false };
  const known = { tokens, isAnothers: () => false } as unknown as Parameters<typeof probe>[2];
  return (await probe(client, targetOf(each), known)).kind;
}

describe.each(Object.entries(cases))('C12: Slack, looked up as %s', (look, each) => {
  it('is found where it is what was asked for, of ours and since it was sent', async () => {
    expect(entryNamed(`slack.${each.method}`).look).toBe(look);
    expect(await saidOf(each, {})).toBe('found');
  });

  it.each(Object.entries(each.others))('is none %s', async (_name, answers) => {
    expect(['absent', 'cannot_know', 'unreachable']).toContain(await saidOf(each, answers));
  });
});

it('C12: every look of every Slack operation is in the table', () => {
  expect(Object.keys(cases).toSorted()).toEqual(Object.keys(lookUps).toSorted());
});

it('C12: Slack tells no time or maker of these, so their end state alone is the effect', () => {
  expect(Object.entries(cases).flatMap(([, { method, endState }]) => (endState ? [method] : []))).toEqual([
    'chat.deleteScheduledMessage',
    'chat.appendStream',
    'chat.stopStream',
    'files.completeUploadExternal',
    'reminders.add',
    'reactions.add',
    'conversations.rename',
    'conversations.invite',
  ]);
});

it('C12: a message of ours that a person or an unfurl changed since is the one that was posted', async () => {
  const { message } = cases;
  const change = { text: 'other', blocks: [], metadata: { event_type: 'x', event_payload: { oncely_key: marker } } };
  expect(await saidOf(message, history({ ...posted, ...change, edited: { user: 'U0OTHER', ts } }))).toBe('found');
  expect(await saidOf(message, history({ ...posted, text: ':smile:', attachments: [{ from_url: 'a' }] }))).toBe(
    'found',
  );
});

it.each(['markdown', 'table'])('C12: of a %s block Slack makes others, so no block is compared', async (type) => {
  const given = { ...cases.message, asked: { ...cases.message.asked, blocks: [{ type, text: '# Hello' }] } };
  expect(await saidOf(given, history({ ...posted, blocks: [{ type: 'rich_text' }, { type: 'section' }] }))).toBe(
    'found',
  );
});
