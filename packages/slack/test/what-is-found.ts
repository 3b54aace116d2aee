import type { Look } from '../src/table.ts';

type Fields = Readonly<Record<string, unknown>>;
export type Answers = Readonly<Record<string, Fields>>;

export const sentAt = 1_800_000_000_000;
const seconds = sentAt / 1_000;
const hour = 3_600;
export const marker = 'oncely_of_ours';
export const me = 'U0ME';
const bot = 'B0ME';

export interface Case {
  readonly method: string;
  readonly asked: Fields;
  readonly before?: string;
  /** What Slack shows of the very thing that was asked for, made by us since it was sent. */
  readonly done: Answers;
  /** What of all that is something else, and no success. Each lays its answers over `done`. */
  readonly others: Readonly<Record<string, Answers>>;
  /** Slack tells no time or no maker, so the end state alone counts: the reason is in the README. */
  readonly endState?: true;
}

export const ts = `${seconds + 1}.000100`;
const old = `${seconds - hour}.000100`;
export const posted = {
  ts,
  bot_id: bot,
  user: me,
  text: 'hello',
  blocks: [{ type: 'section', block_id: 'one' }],
  metadata: { event_type: 'refund', event_payload: { order: '7', oncely_key: marker } },
};
export const history = (...messages: readonly object[]): Answers => ({
  'conversations.history': { messages },
  'conversations.replies': { messages },
});
const asked = {
  channel: 'C1',
  text: 'hello',
  blocks: [{ type: 'section', block_id: 'one' }],
  metadata: posted.metadata,
};
const metadata = (event_payload: object, event_type = 'refund'): object => ({
  ...posted,
  metadata: { event_type, event_payload },
});
const othersMessages = {
  'of another app': history({ ...posted, bot_id: 'B0OTHER' }),
  'under another marker': history(metadata({ order: '7', oncely_key: 'oncely_of_others' })),
  'without a marker': history(metadata({ order: '7' })),
  'with another payload': history(metadata({ order: '8', oncely_key: marker })),
  'of another event': history(metadata({ order: '7', oncely_key: marker }, 'payment')),
  'in a thread': history({ ...posted, thread_ts: old }),
  'with more blocks': history({ ...posted, blocks: [...posted.blocks, { type: 'divider' }] }),
  'with another block': history({ ...posted, blocks: [{ type: 'section', block_id: 'two' }] }),
};
const plain = { ts, bot_id: bot, text: 'hello' };
const alike = {
  'of another app': history({ ...plain, bot_id: 'B0OTHER' }),
  'of before': history({ ...plain, ts: old }),
  'of later': history({ ...plain, ts: `${seconds + hour}.000100` }),
  'of other words': history({ ...plain, text: 'goodbye' }),
  'of another method': history(posted),
};
const listed = (more: object): Answers => ({
  'chat.scheduledMessages.list': {
    scheduled_messages: [{ id: 'Q1', post_at: 1_900_000_000, date_created: seconds, text: 'hello', ...more }],
  },
});
const bookmarks = (more: object): Answers => ({
  'bookmarks.list': {
    bookmarks: [
      {
        id: 'Bk1',
        title: 'Docs',
        link: 'https://a.example',
        date_created: seconds,
        last_updated_by_user_id: me,
        ...more,
      },
    ],
  },
});
const channels = (more: object): Answers => ({
  'conversations.list': { channels: [{ id: 'C2', name: 'desk', creator: me, created: seconds, ...more }] },
});
const groups = (more: object): Answers => ({
  'usergroups.list': { usergroups: [{ id: 'S1', name: 'desk', created_by: me, date_create: seconds, ...more }] },
});
const canvases = (more: object): Answers => ({
  'files.list': { files: [{ id: 'F1', title: 'Plan', filetype: 'canvas', user: me, created: seconds, ...more }] },
});
const file = (more: object): Answers => ({ 'files.info': { file: { id: 'F1', user: me, created: seconds, ...more } } });
const info = (more: object): Answers => ({ 'conversations.info': { channel: { id: 'C1', ...more } } });
const note = (more: object): object => ({ value: 'new', creator: me, last_set: seconds, ...more });
const notes = (field: 'topic' | 'purpose'): Pick<Case, 'asked' | 'done' | 'others'> => ({
  asked: { channel: 'C1', [field]: 'new' },
  done: info({ [field]: note({}) }),
  others: {
    'set by another': info({ [field]: note({ creator: 'U0OTHER' }) }),
    'set before': info({ [field]: note({ last_set: seconds - hour }) }),
    'another one': info({ [field]: note({ value: 'old' }) }),
  },
});
const edited = (more: object): Answers => history({ ts, text: 'hello', edited: { user: me, ts }, ...more });
const reminders = (more: object): Answers => ({
  'reminders.list': { reminders: [{ id: 'Rm1', creator: me, user: me, text: 'call', time: 1_900_000_000, ...more }] },
});

/** What each look-up finds, and what it must not take for that. */
export const cases: Readonly<Record<Exclude<Look, 'repeat'>, Case>> = {
  message: { method: 'chat.postMessage', asked, done: history(posted), others: othersMessages },
  scheduled: {
    method: 'chat.scheduleMessage',
    asked: { ...asked, post_at: 1_900_000_000 },
    done: { ...listed({}), ...history() },
    others: {
      'at another time': listed({ post_at: 1_900_000_001 }),
      'made before': listed({ date_created: seconds - hour }),
      'of other words': listed({ text: 'goodbye' }),
      ...Object.fromEntries(
        Object.entries(othersMessages).map(([name, each]) => [
          `posted ${name}`,
          { ...each, 'chat.scheduledMessages.list': {} },
        ]),
      ),
    },
  },
  said: { method: 'chat.meMessage', asked: { channel: 'C1', text: 'hello' }, done: history(plain), others: alike },
  stream: {
    method: 'chat.startStream',
    asked: { channel: 'C1', thread_ts: old, markdown_text: 'hello' },
    done: history(plain),
    others: alike,
  },
  unscheduled: {
    method: 'chat.deleteScheduledMessage',
    asked: { channel: 'C1', scheduled_message_id: 'Q1' },
    done: { 'chat.scheduledMessages.list': {}, ...history() },
    others: { 'still listed': listed({}), 'posted instead': history(plain) },
    endState: true,
  },
  updated: {
    method: 'chat.update',
    asked: { channel: 'C1', ts, text: 'hello' },
    done: edited({}),
    others: {
      'edited by another': edited({ edited: { user: 'U0OTHER', ts } }),
      'edited before': edited({ edited: { user: me, ts: old } }),
      'never edited': edited({ edited: undefined }),
      'of other words': edited({ text: 'goodbye' }),
    },
  },
  appended: {
    method: 'chat.appendStream',
    asked: { channel: 'C1', ts, markdown_text: ' there' },
    before: 'hello',
    done: history({ ts, text: 'hello there' }),
    others: { 'as before': history({ ts, text: 'hello' }), 'of other words': history({ ts, text: 'hello you' }) },
    endState: true,
  },
  stopped: {
    method: 'chat.stopStream',
    asked: { channel: 'C1', ts, markdown_text: ' there' },
    before: 'hello',
    done: history({ ts, text: 'hello there', streaming_state: 'completed' }),
    others: {
      streaming: history({ ts, text: 'hello there', streaming_state: 'in_progress' }),
      'of other words': history({ ts, text: 'hello', streaming_state: 'completed' }),
    },
    endState: true,
  },
  files: {
    method: 'files.completeUploadExternal',
    asked: { files: [{ id: 'F1' }], channel_id: 'C1' },
    done: file({ channels: ['C1'] }),
    others: { 'shared elsewhere': file({ channels: ['C2'] }), 'not there': { 'files.info': {} } },
    endState: true,
  },
  bookmark: {
    method: 'bookmarks.add',
    asked: { channel_id: 'C1', title: 'Docs', link: 'https://a.example' },
    done: bookmarks({}),
    others: {
      'of before': bookmarks({ date_created: seconds - hour }),
      'of another user': bookmarks({ last_updated_by_user_id: 'U0OTHER' }),
      'to elsewhere': bookmarks({ link: 'https://b.example' }),
      'of another title': bookmarks({ title: 'Other' }),
    },
  },
  reminder: {
    method: 'reminders.add',
    asked: { text: 'call', time: '1900000000', user: me },
    done: reminders({}),
    others: {
      'of another user': reminders({ creator: 'U0OTHER' }),
      'for another user': reminders({ user: 'U0OTHER' }),
      'at another time': reminders({ time: 1_900_000_001 }),
      'of other words': reminders({ text: 'write' }),
    },
    endState: true,
  },
  canvas: {
    method: 'canvases.create',
    asked: { title: 'Plan' },
    done: canvases({}),
    others: {
      'of another user': canvases({ user: 'U0OTHER' }),
      'of another title': canvases({ title: 'Other' }),
      'of another kind': canvases({ filetype: 'pdf' }),
      'of before': canvases({ created: seconds - hour }),
    },
  },
  channelCanvas: {
    method: 'conversations.canvases.create',
    asked: { channel_id: 'C1' },
    done: { ...info({ properties: { canvas: { file_id: 'F1' } } }), ...file({}) },
    others: {
      'of before': file({ created: seconds - hour }),
      'of another user': file({ user: 'U0OTHER' }),
      none: info({}),
    },
  },
  channel: {
    method: 'conversations.create',
    asked: { name: 'desk' },
    done: channels({}),
    others: {
      'of before': channels({ created: seconds - hour }),
      'of another user': channels({ creator: 'U0OTHER' }),
      'of another name': channels({ name: 'desk-2' }),
    },
  },
  usergroup: {
    method: 'usergroups.create',
    asked: { name: 'desk' },
    done: groups({}),
    others: {
      'of before': groups({ date_create: seconds - hour }),
      'of another user': groups({ created_by: 'U0OTHER' }),
      'of another name': groups({ name: 'desk-2' }),
    },
  },
  reaction: {
    method: 'reactions.add',
    asked: { channel: 'C1', timestamp: ts, name: 'eyes' },
    done: { 'reactions.get': { message: { reactions: [{ name: 'eyes', users: ['U0OTHER', me] }] } } },
    others: {
      'of another user': { 'reactions.get': { message: { reactions: [{ name: 'eyes', users: ['U0OTHER'] }] } } },
      'of another name': { 'reactions.get': { message: { reactions: [{ name: 'tada', users: [me] }] } } },
    },
    endState: true,
  },
  name: {
    method: 'conversations.rename',
    asked: { channel: 'C1', name: 'desk' },
    done: info({ name: 'desk' }),
    others: { 'another name': info({ name: 'other' }) },
    endState: true,
  },
  topic: { method: 'conversations.setTopic', ...notes('topic') },
  purpose: { method: 'conversations.setPurpose', ...notes('purpose') },
  member: {
    method: 'conversations.invite',
    asked: { channel: 'C1', users: 'U1,U2' },
    done: { 'conversations.members': { members: ['U1', 'U2'] }, ...info({}) },
    others: { 'but one': { 'conversations.members': { members: ['U1'] } } },
    endState: true,
  },
};
