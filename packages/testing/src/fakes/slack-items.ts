import {
  argument,
  findMessage,
  isSet,
  joinedChannel,
  jsonArgument,
  knownChannel,
  requireScope,
  seconds,
  SlackRefusal,
} from './slack-call.ts';
import type { SlackCall, SlackMethod } from './slack-call.ts';
import type { SlackBookmark, SlackChannel, SlackReminder, SlackUsergroup } from './slack-workspace.ts';

/** Pins, bookmarks, reminders, user groups and modals. */
export const itemMethods: Readonly<Record<string, SlackMethod>> = {
  'pins.add': (call) => {
    requireScope(call, 'pins:write');
    const channel = joinedChannel(call);
    const { ts } = findMessage(channel, argument(call, 'timestamp', 'no_item_specified'));
    if (channel.pins.some((each) => each.ts === ts)) throw new SlackRefusal('already_pinned');
    channel.pins.push({ ts, user: call.caller.userId, created: seconds(call) });
    return { effect: { id: ts, channel: channel.id } };
  },

  'pins.remove': (call) => {
    requireScope(call, 'pins:write');
    const channel = joinedChannel(call);
    const { ts } = findMessage(channel, argument(call, 'timestamp', 'no_item_specified'));
    const position = channel.pins.findIndex((each) => each.ts === ts);
    if (position < 0) throw new SlackRefusal('no_pin');
    channel.pins.splice(position, 1);
    return { effect: { id: ts, channel: channel.id } };
  },

  'pins.list': (call) => {
    requireScope(call, 'pins:read');
    const channel = joinedChannel(call);
    const items = channel.pins.flatMap(({ ts, user, created }) => {
      const message = channel.messages.find((landed) => landed.message.ts === ts)?.message;
      if (!message) return [];
      const { metadata: _metadata, edited: _edited, ...rest } = message;
      return [{ type: 'message', channel: channel.id, created, created_by: user, message: rest }];
    });
    return { body: { items } };
  },

  'bookmarks.add': (call) => {
    requireScope(call, 'bookmarks:write');
    const channel = bookmarked(call);
    if (argument(call, 'type', 'invalid_bookmark_type') !== 'link') throw new SlackRefusal('invalid_bookmark_type');
    const bookmark: SlackBookmark = {
      id: call.newId('Bk'),
      channel_id: channel.id,
      title: argument(call, 'title', 'missing_argument'),
      link: argument(call, 'link', 'invalid_link'),
      emoji: call.args['emoji'] ?? '',
      type: 'link',
      date_created: seconds(call),
      date_updated: 0,
      last_updated_by_user_id: call.caller.userId,
    };
    channel.bookmarks.push(bookmark);
    return { body: { bookmark }, effect: { id: bookmark.id, channel: channel.id, text: bookmark.title } };
  },

  'bookmarks.edit': (call) => {
    requireScope(call, 'bookmarks:write');
    const channel = bookmarked(call);
    const bookmark = channel.bookmarks[bookmarkAt(call, channel)] as SlackBookmark;
    for (const field of ['title', 'link', 'emoji'] as const) bookmark[field] = call.args[field] ?? bookmark[field];
    bookmark.date_updated = seconds(call);
    bookmark.last_updated_by_user_id = call.caller.userId;
    return { body: { bookmark }, effect: { id: bookmark.id, channel: channel.id, text: bookmark.title } };
  },

  'bookmarks.remove': (call) => {
    requireScope(call, 'bookmarks:write');
    const channel = bookmarked(call);
    const [removed] = channel.bookmarks.splice(bookmarkAt(call, channel), 1);
    return { effect: { id: removed?.id ?? '', channel: channel.id } };
  },

  'bookmarks.list': (call) => {
    requireScope(call, 'bookmarks:read');
    return { body: { bookmarks: bookmarked(call).bookmarks } };
  },

  'reminders.add': (call) => {
    requireScope(call, 'reminders:write');
    const time = argument(call, 'time', 'cannot_parse');
    const at = /^\d+$/.test(time) ? Number(time) : seconds(call) + 3_600;
    const reminder: SlackReminder = {
      id: call.newId('Rm'),
      creator: call.caller.userId,
      user: call.args['user'] ?? call.caller.userId,
      text: argument(call, 'text', 'cannot_parse'),
      time: at,
      complete_ts: 0,
    };
    call.workspace.reminders.set(reminder.id, reminder);
    return { body: { reminder: shownReminder(reminder) }, effect: { id: reminder.id, text: reminder.text } };
  },

  'reminders.list': (call) => {
    requireScope(call, 'reminders:read');
    const mine = [...call.workspace.reminders.values()].filter(({ creator }) => creator === call.caller.userId);
    return { body: { reminders: mine.map(shownReminder) } };
  },

  'reminders.complete': (call) => {
    requireScope(call, 'reminders:write');
    const reminder = call.workspace.reminders.get(argument(call, 'reminder', 'not_found'));
    if (!reminder) throw new SlackRefusal('not_found');
    reminder.complete_ts = seconds(call);
    return { effect: { id: reminder.id } };
  },

  'reminders.delete': (call) => {
    requireScope(call, 'reminders:write');
    const id = argument(call, 'reminder', 'not_found');
    if (!call.workspace.reminders.delete(id)) throw new SlackRefusal('not_found');
    return { effect: { id } };
  },

  'usergroups.create': (call) => {
    requireScope(call, 'usergroups:write');
    const name = argument(call, 'name', 'missing_subteam_name');
    if ([...call.workspace.usergroups.values()].some((group) => group.name === name))
      throw new SlackRefusal('name_already_exists');
    const usergroup: SlackUsergroup = {
      id: call.newId('S'),
      name,
      handle: call.args['handle'] ?? '',
      description: call.args['description'] ?? '',
      created_by: call.caller.userId,
      date_create: seconds(call),
      is_usergroup: true,
    };
    call.workspace.usergroups.set(usergroup.id, usergroup);
    return { body: { usergroup }, effect: { id: usergroup.id, text: name } };
  },

  'usergroups.list': (call) => {
    requireScope(call, 'usergroups:read');
    return { body: { usergroups: [...call.workspace.usergroups.values()] } };
  },

  // A trigger opens one modal, and for three seconds only.
  'views.open': (call) => {
    const trigger = argument(call, 'trigger_id', 'invalid_trigger_id');
    if (!/^\d+\.\d+\.\w+$/.test(trigger)) throw new SlackRefusal('invalid_trigger_id');
    if (call.workspace.triggers.has(trigger)) throw new SlackRefusal('exchanged_trigger_id');
    call.workspace.triggers.add(trigger);
    return { body: { view: viewOf(call) }, effect: { id: trigger } };
  },

  'views.publish': (call) => {
    const user = argument(call, 'user_id', 'user_not_found');
    return { body: { view: viewOf(call) }, effect: { id: user } };
  },
};

function bookmarked(call: SlackCall): SlackChannel {
  const channel = knownChannel(call, 'channel_id');
  if (!channel.isMember) throw new SlackRefusal('channel_not_found');
  return channel;
}

function bookmarkAt(call: SlackCall, { bookmarks }: SlackChannel): number {
  const position = bookmarks.findIndex(({ id }) => id === call.args['bookmark_id']);
  if (position < 0) throw new SlackRefusal('not_found');
  return position;
}

function shownReminder(reminder: SlackReminder): Record<string, unknown> {
  return { ...reminder, recurring: false };
}

function viewOf(call: SlackCall): Record<string, unknown> {
  const { type, callback_id: callbackId } = (jsonArgument(call, 'view', 'invalid_arguments') ?? {}) as {
    type?: string;
    callback_id?: string;
  };
  return {
    id: call.newId('V'),
    team_id: call.caller.teamId,
    app_id: call.caller.appId,
    bot_id: call.caller.botId,
    type: type ?? 'modal',
    callback_id: callbackId ?? '',
    hash: String(seconds(call)),
    clear_on_close: isSet(call, 'clear_on_close'),
  };
}
