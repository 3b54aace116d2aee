import type { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { startWorld, type Process } from './world.ts';

// Two effects of one process whose outcomes look alike at Slack.

const soon = Math.floor(Date.now() / 1_000) + 900;
const channel = 'C0DESK';
const after = { kind: 'reset_after_effect' } as const;
const before = { kind: 'reset_before_effect' } as const;

const writes: readonly [string, (slack: WebClient) => Promise<unknown>][] = [
  ['chat.scheduleMessage', (slack) => slack.chat.scheduleMessage({ channel, text: 'later', post_at: soon })],
  ['chat.meMessage', (slack) => slack.chat.meMessage({ channel, text: 'waves' })],
  [
    'bookmarks.add',
    (slack) => slack.bookmarks.add({ channel_id: channel, title: 't', type: 'link', link: 'https://x' }),
  ],
  ['reminders.add', (slack) => slack.reminders.add({ text: 'call', time: soon })],
  ['canvases.create', (slack) => slack.canvases.create({ title: 'plan' })],
];

async function act({ oncely, slack }: Process, businessId: string, write: (slack: WebClient) => Promise<unknown>) {
  const error = await oncely
    .scope({ businessId, workflowId: 'test' }, () => oncely.effect('write', () => write(slack)))
    .then(() => undefined)
    .catch((failed: unknown) => failed);
  return { error, vendorId: (await oncely.effects.get(`${businessId}:test:write`))?.vendorId };
}

describe.each(writes)('%s', (method, write) => {
  it('is not taken for the outcome of another effect that a look has told', async () => {
    const { fake, process } = await startWorld();
    const desk = process({ landingBoundMs: 50 });
    fake.fail(after);
    const one = await act(desk, 'case_1', write);
    fake.fail(before);
    const other = await act(desk, 'case_2', write);
    expect([one.error, other.error]).toEqual([undefined, undefined]);
    expect(fake.effects(method)).toHaveLength(2);
    expect(new Set([one.vendorId, other.vendorId]).size).toBe(2);
  });
});

it.each([
  ['conversations.create', 'name_taken', (slack) => slack.conversations.create({ name: 'desk' })],
  ['usergroups.create', 'name_already_exists', (slack) => slack.usergroups.create({ name: 'desk' })],
] as [string, string, (slack: WebClient) => Promise<unknown>][])(
  '%s is Slack’s own no where another effect has made it a moment before',
  async (method, error, write) => {
    const { fake, process } = await startWorld();
    const desk = process({ landingBoundMs: 50 });
    await act(desk, 'case_1', write);
    fake.fail(after);
    expect((await act(desk, 'case_2', write)).error).toMatchObject({ data: { error } });
    expect(fake.effects(method)).toHaveLength(1);
  },
);
