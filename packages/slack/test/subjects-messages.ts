import type { Subject } from './subject.ts';
import { afterAll, desk, own, posted } from './subject-parts.ts';

const recipient = { recipient_team_id: 'T0FAKE', recipient_user_id: 'U0ANN' };
/** Messages of every kind. */
export const messages: readonly Subject[] = [
  {
    method: 'chat.postMessage',
    name: 'in a channel',
    kind: 'probed',
    found: 'look',
    scope: 'channels:history',
    write: (slack) => slack.chat.postMessage({ channel: desk, text: 'refunded: 10 € & more' }),
  },
  {
    method: 'chat.postMessage',
    name: 'in a thread, broadcast',
    kind: 'probed',
    found: 'look',
    scope: 'channels:history',
    before: posted,
    write: (slack, { ts = '' }) =>
      slack.chat.postMessage({ channel: desk, thread_ts: ts, reply_broadcast: true, text: 'reply' }),
  },
  {
    method: 'chat.postMessage',
    name: 'to a person',
    kind: 'probed',
    found: 'look',
    scope: 'im:history',
    write: (slack) => slack.chat.postMessage({ channel: 'U0ANN', text: 'hello' }),
  },
  {
    method: 'chat.postMessage',
    name: 'with blocks, attachments and metadata',
    kind: 'probed',
    found: 'look',
    scope: 'channels:history',
    write: (slack) =>
      slack.chat.postMessage({
        channel: desk,
        text: 'approve?',
        blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '*Approve?*' } }],
        attachments: [{ color: '#fff', fallback: 'approve?' }],
        metadata: { event_type: 'approval', event_payload: { order: '7' } },
      }),
  },
  {
    method: 'chat.scheduleMessage',
    name: '',
    kind: 'probed',
    found: 'look',
    write: (slack) => slack.chat.scheduleMessage({ channel: desk, text: 'tomorrow', post_at: afterAll }),
  },
  {
    method: 'chat.deleteScheduledMessage',
    name: '',
    kind: 'natural',
    found: 'look',
    before: async (raw) => {
      const { scheduled_message_id: id = '' } = await raw.chat.scheduleMessage({
        channel: desk,
        text: 'never',
        post_at: afterAll,
      });
      return { id };
    },
    write: (slack, { id = '' }) => slack.chat.deleteScheduledMessage({ channel: desk, scheduled_message_id: id }),
  },
  {
    method: 'chat.update',
    name: '',
    kind: 'natural',
    found: 'look',
    scope: 'channels:history',
    before: posted,
    write: (slack, ids) => slack.chat.update({ ...own(ids), text: 'mended' }),
  },
  {
    method: 'chat.delete',
    name: '',
    kind: 'constrained',
    found: 'repeat',
    before: posted,
    write: (slack, ids) => slack.chat.delete(own(ids)),
  },
  {
    method: 'chat.meMessage',
    name: '',
    kind: 'probed',
    found: 'look',
    scope: 'channels:history',
    write: (slack) => slack.chat.meMessage({ channel: desk, text: 'waves' }),
  },
  {
    method: 'chat.postEphemeral',
    name: '',
    kind: 'unverifiable',
    found: 'person',
    write: (slack) => slack.chat.postEphemeral({ channel: desk, user: 'U0ANN', text: 'only you' }),
  },
  {
    method: 'chat.startStream',
    name: '',
    kind: 'probed',
    found: 'look',
    scope: 'channels:history',
    before: posted,
    write: (slack, { ts = '' }) =>
      slack.chat.startStream({ channel: desk, thread_ts: ts, ...recipient, markdown_text: '**Refund** it is' }),
  },
  {
    method: 'chat.stopStream',
    name: '',
    kind: 'constrained',
    found: 'look',
    scope: 'channels:history',
    before: async (raw) => {
      const { ts: thread = '' } = await posted(raw);
      const stream = await raw.chat.startStream({
        channel: desk,
        thread_ts: thread,
        ...recipient,
        markdown_text: 'a',
      });
      return { ts: stream.ts ?? '' };
    },
    write: (slack, ids) => slack.chat.stopStream(own(ids)),
  },
];
