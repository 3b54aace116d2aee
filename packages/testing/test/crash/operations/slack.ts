import type { WebClient } from '@slack/web-api';

import type { CrashOperation } from './operation.ts';

const desk = 'C0DESK';
const link = { channel_id: desk, title: 'Desk', type: 'link', link: 'https://example.com' } as const;
const modal = { type: 'modal', title: { type: 'plain_text', text: 'Refund' }, blocks: [] } as const;
const recipient = { recipient_team_id: 'T0FAKE', recipient_user_id: 'U0ANN' };
/** Further ahead than a run goes, and the same in every process. */
const later = Math.ceil(Date.now() / 86_400_000) * 86_400 + 30 * 86_400;

const message = async (raw: WebClient): Promise<string> =>
  (await raw.chat.postMessage({ channel: desk, text: 'parent' })).ts ?? '';
let channels = 0;
const channel = async (raw: WebClient): Promise<string> =>
  (await raw.conversations.create({ name: `refunds-${(channels += 1)}` })).channel?.id ?? '';

/** Looked up by a marker, by what they say, by what is there; done again where Slack arbitrates; in several steps. */
export const slackOperations: readonly CrashOperation<WebClient>[] = [
  {
    name: 'chat.postMessage in a channel',
    effect: 'chat.postMessage',
    isOwn: ({ channel, params }) => channel === desk && !('thread_ts' in (params ?? {})),
    write: async (slack) => (await slack.chat.postMessage({ channel: desk, text: 'refunded' })).ts ?? '',
  },
  {
    name: 'chat.postMessage in a thread',
    effect: 'chat.postMessage',
    isOwn: ({ params }) => 'thread_ts' in (params ?? {}),
    prepare: message,
    write: async (slack, ts) =>
      (await slack.chat.postMessage({ channel: desk, thread_ts: ts, text: 'reply', blocks: [{ type: 'divider' }] }))
        .ts ?? '',
  },
  {
    name: 'chat.postMessage to a person',
    effect: 'chat.postMessage',
    isOwn: ({ channel }) => channel?.startsWith('D') === true,
    write: async (slack) => (await slack.chat.postMessage({ channel: 'U0ANN', text: 'hello' })).ts ?? '',
  },
  {
    name: 'chat.scheduleMessage',
    effect: 'chat.scheduleMessage',
    write: async (slack) =>
      (await slack.chat.scheduleMessage({ channel: desk, text: 'tomorrow', post_at: later })).scheduled_message_id ??
      '',
  },
  {
    name: 'chat.update',
    effect: 'chat.update',
    prepare: message,
    write: async (slack, ts) => (await slack.chat.update({ channel: desk, ts, text: 'mended' })).ts ?? '',
  },
  {
    name: 'chat.delete',
    effect: 'chat.delete',
    prepare: message,
    write: async (slack, ts) => (await slack.chat.delete({ channel: desk, ts })).ts ?? '',
  },
  {
    name: 'chat.startStream',
    effect: 'chat.startStream',
    prepare: message,
    write: async (slack, ts) =>
      (await slack.chat.startStream({ channel: desk, thread_ts: ts, ...recipient, markdown_text: '**It** is' })).ts ??
      '',
  },
  {
    name: 'chat.stopStream',
    effect: 'chat.stopStream',
    prepare: async (raw) => {
      const thread = await message(raw);
      const started = { channel: desk, thread_ts: thread, ...recipient, markdown_text: 'a' };
      return (await raw.chat.startStream(started)).ts ?? '';
    },
    write: async (slack, ts) => (await slack.chat.stopStream({ channel: desk, ts })).ts ?? '',
  },
  {
    name: 'files.uploadV2',
    effect: 'files.completeUploadExternal',
    write: async (slack) => {
      const sent = await slack.files.uploadV2({ channel_id: desk, filename: 'a.csv', file: Buffer.from('a,b') });
      return (sent as unknown as { files: { files: { id: string }[] }[] }).files[0]?.files[0]?.id ?? '';
    },
  },
  {
    name: 'reactions.add',
    effect: 'reactions.add',
    prepare: message,
    unnamed: true,
    write: async (slack, ts) => {
      await slack.reactions.add({ channel: desk, timestamp: ts, name: 'eyes' });
      return 'done';
    },
  },
  {
    name: 'pins.add',
    effect: 'pins.add',
    prepare: message,
    unnamed: true,
    write: async (slack, ts) => {
      await slack.pins.add({ channel: desk, timestamp: ts });
      return 'done';
    },
  },
  {
    name: 'bookmarks.add',
    effect: 'bookmarks.add',
    write: async (slack) => (await slack.bookmarks.add(link)).bookmark?.id ?? '',
  },
  {
    name: 'reminders.add',
    effect: 'reminders.add',
    write: async (slack) => (await slack.reminders.add({ text: 'look', time: String(later) })).reminder?.id ?? '',
  },
  {
    name: 'canvases.create',
    effect: 'canvases.create',
    write: async (slack) => (await slack.canvases.create({ title: 'Plan' })).canvas_id ?? '',
  },
  {
    name: 'conversations.create',
    effect: 'conversations.create',
    write: async (slack) => (await slack.conversations.create({ name: 'case-1' })).channel?.id ?? '',
  },
  {
    name: 'conversations.setTopic',
    effect: 'conversations.setTopic',
    prepare: channel,
    unnamed: true,
    write: async (slack, id) => {
      await slack.conversations.setTopic({ channel: id, topic: 'refunds' });
      return 'done';
    },
  },
  {
    name: 'conversations.invite',
    effect: 'conversations.invite',
    prepare: channel,
    unnamed: true,
    write: async (slack, id) => {
      await slack.conversations.invite({ channel: id, users: 'U0ANN' });
      return 'done';
    },
  },
  {
    name: 'conversations.archive',
    effect: 'conversations.archive',
    prepare: channel,
    unnamed: true,
    write: async (slack, id) => {
      await slack.conversations.archive({ channel: id });
      return 'done';
    },
  },
  {
    name: 'views.open',
    effect: 'views.open',
    unnamed: true,
    write: async (slack) => {
      await slack.views.open({ trigger_id: '1.2.abc', view: { ...modal, blocks: [] } });
      return 'done';
    },
  },
  {
    name: 'chat.postEphemeral',
    effect: 'chat.postEphemeral',
    doubtStops: true,
    write: async (slack) =>
      (await slack.chat.postEphemeral({ channel: desk, user: 'U0ANN', text: 'only you' })).message_ts ?? '',
  },
];
