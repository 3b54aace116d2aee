import type { WebClient } from '@slack/web-api';

import type { Ids, Subject } from './subject.ts';
import { afterAll, at, desk, posted } from './subject-parts.ts';
import { messages } from './subjects-messages.ts';

const made = async (raw: WebClient): Promise<Ids> => {
  const { channel } = await raw.conversations.create({ name: 'refunds' });
  return { channel: channel?.id ?? '' };
};
const channelOf = (ids: Ids): string => ids['channel'] ?? '';
/** What hangs on messages and channels. */
const things: readonly Subject[] = [
  {
    method: 'reactions.add',
    name: '',
    kind: 'constrained',
    found: 'look',
    before: posted,
    write: (slack, ids) => slack.reactions.add({ ...at(ids), name: 'eyes' }),
  },
  {
    method: 'reactions.remove',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: async (raw) => {
      const ids = await posted(raw);
      await raw.reactions.add({ ...at(ids), name: 'eyes' });
      return ids;
    },
    write: (slack, ids) => slack.reactions.remove({ ...at(ids), name: 'eyes' }),
  },
  {
    method: 'pins.add',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: posted,
    write: (slack, ids) => slack.pins.add(at(ids)),
  },
  {
    method: 'pins.remove',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: async (raw) => {
      const ids = await posted(raw);
      await raw.pins.add(at(ids));
      return ids;
    },
    write: (slack, ids) => slack.pins.remove(at(ids)),
  },
  {
    method: 'bookmarks.add',
    name: '',
    kind: 'probed',
    found: 'look',
    scope: 'bookmarks:read',
    write: (slack) =>
      slack.bookmarks.add({ channel_id: desk, title: 'Desk', type: 'link', link: 'https://example.com' }),
  },
  {
    method: 'bookmarks.remove',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: async (raw) => {
      const { bookmark } = await raw.bookmarks.add({
        channel_id: desk,
        title: 'Old',
        type: 'link',
        link: 'https://example.com/old',
      });
      return { id: bookmark?.id ?? '' };
    },
    write: (slack, { id = '' }) => slack.bookmarks.remove({ channel_id: desk, bookmark_id: id }),
  },
  {
    method: 'reminders.add',
    name: '',
    kind: 'probed',
    found: 'look',
    scope: 'reminders:read',
    write: (slack) => slack.reminders.add({ text: 'look again', time: String(afterAll) }),
  },
  {
    method: 'canvases.create',
    name: '',
    kind: 'probed',
    found: 'look',
    scope: 'files:read',
    write: (slack) => slack.canvases.create({ title: 'Plan for case 1' }),
  },
  {
    method: 'files.completeUploadExternal',
    name: 'files.uploadV2',
    kind: 'probed',
    found: 'look',
    scope: 'files:read',
    write: (slack) =>
      slack.files.uploadV2({
        channel_id: desk,
        filename: 'report.csv',
        file: Buffer.from('a,b'),
        initial_comment: 'here',
      }),
  },
  {
    method: 'views.publish',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    write: (slack) => slack.views.publish({ user_id: 'U0ANN', view: { type: 'home', blocks: [] } }),
  },
  {
    method: 'views.open',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    write: (slack) =>
      slack.views.open({
        trigger_id: '1.2.abc',
        view: { type: 'modal', title: { type: 'plain_text', text: 'Refund' }, blocks: [] },
      }),
  },
];

/** Channels, and who is in them. */
const channels: readonly Subject[] = [
  {
    method: 'conversations.create',
    name: '',
    kind: 'constrained',
    found: 'look',
    scope: 'channels:read',
    write: (slack) => slack.conversations.create({ name: 'case-1' }),
  },
  {
    method: 'usergroups.create',
    name: '',
    kind: 'constrained',
    found: 'look',
    scope: 'usergroups:read',
    write: (slack) => slack.usergroups.create({ name: 'Case 1', handle: 'case-1' }),
  },
  {
    method: 'conversations.canvases.create',
    name: '',
    kind: 'constrained',
    found: 'look',
    scope: 'channels:read',
    before: made,
    write: (slack, ids) => slack.conversations.canvases.create({ channel_id: channelOf(ids) }),
  },
  {
    method: 'conversations.setTopic',
    name: '',
    kind: 'natural',
    found: 'look',
    scope: 'channels:read',
    before: made,
    write: (slack, ids) => slack.conversations.setTopic({ channel: channelOf(ids), topic: 'refunds & more' }),
  },
  {
    method: 'conversations.rename',
    name: '',
    kind: 'natural',
    found: 'look',
    scope: 'channels:read',
    before: made,
    write: (slack, ids) => slack.conversations.rename({ channel: channelOf(ids), name: 'refunds-2' }),
  },
  {
    method: 'conversations.invite',
    name: '',
    kind: 'constrained',
    found: 'look',
    before: made,
    write: (slack, ids) => slack.conversations.invite({ channel: channelOf(ids), users: 'U0ANN' }),
  },
  {
    method: 'conversations.kick',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: async (raw) => {
      const ids = await made(raw);
      await raw.conversations.invite({ channel: channelOf(ids), users: 'U0ANN' });
      return ids;
    },
    write: (slack, ids) => slack.conversations.kick({ channel: channelOf(ids), user: 'U0ANN' }),
  },
  {
    method: 'conversations.archive',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: made,
    write: (slack, ids) => slack.conversations.archive({ channel: channelOf(ids) }),
  },
  {
    method: 'conversations.unarchive',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: async (raw) => {
      const ids = await made(raw);
      await raw.conversations.archive({ channel: channelOf(ids) });
      return ids;
    },
    write: (slack, ids) => slack.conversations.unarchive({ channel: channelOf(ids) }),
  },
];

export const subjects: readonly Subject[] = [...messages, ...things, ...channels];

export function titleOf({ method, name }: Subject): string {
  return name === '' ? method : `${method} ${name}`;
}
