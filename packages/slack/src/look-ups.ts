import * as messages from './look-messages.ts';
import * as states from './look-states.ts';
import * as streams from './look-streams.ts';
import * as things from './look-things.ts';
import type { LookUp } from './looking.ts';
import type { Look } from './table.ts';

/** Where a look-up reads: what it calls, and which scope of the token it needs; by kind of conversation where several. */
export interface LookUpEntry {
  readonly look: LookUp;
  /** The methods that it calls, beside `auth.test` and `conversations.open`. */
  readonly reads: readonly string[];
  readonly scopes: readonly string[];
}

const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history'] as const;
const info = ['channels:read', 'groups:read', 'im:read', 'mpim:read'] as const;
const inHistory = ['conversations.history', 'conversations.replies'] as const;

export const lookUps: Readonly<Record<Exclude<Look, 'repeat'>, LookUpEntry>> = {
  message: { look: messages.message, reads: inHistory, scopes: history },
  said: { look: messages.said, reads: inHistory, scopes: history },
  scheduled: { look: messages.scheduled, reads: ['chat.scheduledMessages.list', ...inHistory], scopes: history },
  unscheduled: { look: messages.unscheduled, reads: ['chat.scheduledMessages.list', ...inHistory], scopes: history },
  updated: { look: messages.updated, reads: inHistory, scopes: history },
  stream: { look: streams.stream, reads: inHistory, scopes: history },
  appended: { look: streams.appended, reads: inHistory, scopes: history },
  stopped: { look: streams.stopped, reads: inHistory, scopes: history },
  files: { look: things.files, reads: ['files.info'], scopes: ['files:read'] },
  bookmark: { look: things.bookmark, reads: ['bookmarks.list'], scopes: ['bookmarks:read'] },
  reminder: { look: things.reminder, reads: ['reminders.list'], scopes: ['reminders:read'] },
  canvas: { look: things.canvas, reads: ['files.list'], scopes: ['files:read'] },
  channelCanvas: {
    look: things.channelCanvas,
    reads: ['conversations.info', 'files.info'],
    scopes: [...info, 'files:read'],
  },
  channel: { look: things.channel, reads: ['conversations.list'], scopes: info },
  usergroup: { look: things.usergroup, reads: ['usergroups.list'], scopes: ['usergroups:read'] },
  reaction: { look: states.reaction, reads: ['reactions.get'], scopes: ['reactions:read'] },
  name: { look: states.name, reads: ['conversations.info'], scopes: info },
  topic: { look: states.topic, reads: ['conversations.info'], scopes: info },
  purpose: { look: states.purpose, reads: ['conversations.info'], scopes: info },
  member: { look: states.member, reads: ['conversations.members', 'conversations.info'], scopes: info },
};
