import type { Tool, ToolContext, ToolResult } from '@oncely/core/tools';
import { slackToolNames, slackTools, type SlackToolName } from '@oncely/slack/tools';
import { toolProblems } from '@oncely/testing/conformance/tools';
import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';

import { startWorld, type World } from '../world.ts';

interface Desk {
  readonly world: World;
  readonly tools: ReadonlyMap<string, Tool>;
  call(name: SlackToolName, input: object, context?: ToolContext): Promise<ToolResult>;
}

function deskOver(world: World): Desk {
  const { oncely, slack } = world.process();
  const tools = new Map(slackTools(slack, { allow: slackToolNames }).map((tool) => [tool.name, tool]));
  return {
    world,
    tools,
    call: (name, input, context) =>
      oncely.scope(
        { businessId: 'invoice_98342', workflowId: 'refund-desk' },
        () => tools.get(name)?.execute(input, context) as Promise<ToolResult>,
      ),
  };
}

async function openDesk(): Promise<Desk & { ts: string }> {
  const desk = deskOver(await startWorld({ strictChannels: true }));
  desk.world.fake.seedChannel({ id: 'C0REFUNDS', name: 'refunds' });
  const { ts } = await desk.world.raw.chat.postMessage({ channel: 'C0REFUNDS', text: 'Ann asks for her money' });
  return { ...desk, ts: ts as string };
}

const channel = 'C0REFUNDS';

it('fits every framework, with ten writes and more', () => {
  const tools = slackTools(new WebClient('xoxb-1'), { allow: slackToolNames });
  expect(toolProblems(tools)).toEqual([]);
  expect(tools.filter(({ annotations }) => !annotations.readOnly)).toHaveLength(13);
});

describe('a message that a model writes', () => {
  it('is posted once, whatever its wording, its call id and the way its channel is named', async () => {
    const desk = await openDesk();
    const first = await desk.call('slack_post_message', { channel: '#Refunds', text: 'Refunded.' });
    expect(first).toMatchObject({ status: 'succeeded', output: { channel } });
    const again = await deskOver(desk.world).call(
      'slack_post_message',
      { channel, text: 'The money is on its way!', occurrence: null },
      { toolCallId: 'another' },
    );
    expect(again).toMatchObject({ status: 'already_done', output: first.output, at: first.at, differs: ['text'] });
    expect(again.text).toContain('What was sent first stands (what differs: text)');
    expect(desk.world.posts().map(({ params }) => params['text'])).toEqual(['Ann asks for her money', 'Refunded.']);
  });

  it('goes to another channel, thread or person beside it', async () => {
    const desk = await openDesk();
    desk.world.fake.seedChannel({ id: 'C0OTHER', name: 'other' });
    const text = 'Refunded.';
    for (const result of [
      await desk.call('slack_post_message', { channel, text }),
      await desk.call('slack_post_message', { channel: '#other', text }),
      await desk.call('slack_reply_in_thread', { channel, thread_ts: desk.ts, text }),
      await desk.call('slack_post_message', { channel, text, occurrence: 2 }),
    ]) {
      expect(result).toMatchObject({ status: 'succeeded' });
    }
    expect(desk.world.posts()).toHaveLength(5);
  });

  it('names no channel that is not there', async () => {
    const desk = await openDesk();
    const nowhere = await desk.call('slack_post_message', { channel: '#refnds', text: 'Refunded.' });
    expect(nowhere).toMatchObject({ status: 'rejected', reason: 'invalid_input' });
    expect(desk.world.posts()).toHaveLength(1);
  });

  it('twice in parallel is one', async () => {
    const desk = await openDesk();
    const results = await Promise.all([
      desk.call('slack_post_message', { channel, text: 'Refunded.' }),
      desk.call('slack_post_message', { channel, text: 'Refunded.' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['already_done', 'succeeded']);
    expect(desk.world.posts()).toHaveLength(2);
  });

  it('whose answer is lost is looked for, and not posted again', async () => {
    const desk = await openDesk();
    desk.world.fake.fail({ kind: 'reset_after_effect' });
    expect(await desk.call('slack_post_message', { channel, text: 'Refunded.' })).toMatchObject({
      output: { channel },
    });
    expect(desk.world.posts()).toHaveLength(2);
  });
});

const later = Math.floor(Date.now() / 1_000) + 86_400;
const writes: readonly (readonly [SlackToolName, (ts: string) => object, object])[] = [
  ['slack_post_message', () => ({ channel, text: 'Hello' }), { channel }],
  ['slack_reply_in_thread', (ts) => ({ channel, thread_ts: ts, text: 'Hello' }), { channel }],
  ['slack_direct_message', () => ({ user: 'U0ANN', text: 'Hello' }), {}],
  ['slack_schedule_message', () => ({ channel, text: 'Hello', post_at: later }), { channel }],
  ['slack_update_message', (ts) => ({ channel, ts, text: 'Ann asks' }), { channel }],
  ['slack_delete_message', (ts) => ({ channel, ts }), { channel }],
  ['slack_add_reaction', (ts) => ({ channel, ts, emoji: ':eyes:' }), { channel }],
  ['slack_pin_message', (ts) => ({ channel, ts }), { channel }],
  ['slack_create_channel', () => ({ name: '#tea-room', is_private: false }), {}],
  ['slack_set_topic', () => ({ channel, topic: 'Refunds only' }), { channel }],
  ['slack_invite_to_channel', () => ({ channel, user: 'U0BOB' }), { channel }],
  ['slack_archive_channel', () => ({ channel }), { channel }],
];

describe('each write', () => {
  it.each(writes)('%s happens once over two runs, and says what was done', async (name, inputOf, output) => {
    const desk = await openDesk();
    if (name === 'slack_direct_message') desk.world.fake.seedChannel({ id: 'U0ANN' });
    const before = desk.world.fake.effects().length;
    const first = await desk.call(name, inputOf(desk.ts));
    expect(first).toMatchObject({ status: 'succeeded', output });
    expect(first.text).toMatch(/^Done at 20\S+Z: \S.*\.$/);
    const again = await deskOver(desk.world).call(name, inputOf(desk.ts), { toolCallId: 'another' });
    expect(again).toMatchObject({ status: 'already_done', output: first.output, at: first.at });
    expect(desk.world.fake.effects()).toHaveLength(before + 1);
    expect((await desk.tools.get(name)?.outputSchema['~standard'].validate(first))?.issues).toBeUndefined();
  });

  it('slack_remove_reaction takes back what is there, once', async () => {
    const desk = await openDesk();
    const there = { channel, ts: desk.ts, emoji: 'eyes' };
    await desk.call('slack_add_reaction', there);
    expect(await desk.call('slack_remove_reaction', there)).toMatchObject({ status: 'succeeded' });
    expect(await desk.call('slack_remove_reaction', there)).toMatchObject({ status: 'already_done' });
    expect(desk.world.fake.effects('reactions.remove')).toHaveLength(1);
  });
});

it('the reads tell what is there, by name and by id', async () => {
  const desk = await openDesk();
  expect(await desk.call('slack_find_channel', { channel: '#refunds' })).toMatchObject({ output: { id: channel } });
  expect(await desk.call('slack_read_messages', { channel: '#refunds' })).toMatchObject({
    output: { channel, found: [{ ts: desk.ts, text: 'Ann asks for her money' }] },
  });
  expect(await desk.call('slack_read_messages', { channel, thread_ts: desk.ts })).toMatchObject({
    output: { found: [{ ts: desk.ts }] },
  });
});

it('finds a person by their address, and nobody who is not there or has left', async () => {
  const desk = await openDesk();
  desk.world.fake.seedUser({ id: 'U0ANN', email: 'Ann@example.com', name: 'Ann' });
  desk.world.fake.seedUser({ id: 'U0BOB', email: 'bob@example.com', name: 'Bob', deleted: true });
  const find = (email: string): Promise<ToolResult> => desk.call('slack_find_person', { email });
  expect(await find('ann@example.com')).toMatchObject({ status: 'succeeded', output: { id: 'U0ANN', name: 'Ann' } });
  for (const email of ['bob@example.com', 'carl@example.com', 'no address']) {
    expect(await find(email)).toMatchObject({ status: 'rejected', reason: 'invalid_input' });
  }
  desk.world.fake.fail({ kind: 'status', status: 500, after: 'before_effect' }, { match: () => true, times: 9 });
  expect(await find('ann@example.com')).toMatchObject({ status: 'rejected', reason: 'not_sent' });
});
