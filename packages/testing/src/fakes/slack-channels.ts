import {
  argument,
  isSet,
  joinedChannel,
  knownChannel,
  listArgument,
  pageOf,
  requireScope,
  scopeFor,
  seconds,
  SlackRefusal,
} from './slack-call.ts';
import type { SlackCall, SlackMethod } from './slack-call.ts';
import type { SlackChannel } from './slack-workspace.ts';

/** Methods that make channels and change what they are. */
export const channelMethods: Readonly<Record<string, SlackMethod>> = {
  'conversations.info': (call) => {
    requireScope(call, scopeFor(call, 'read'));
    return { body: { channel: shown(knownChannel(call)) } };
  },

  'conversations.list': (call) => {
    const types = (call.args['types'] ?? 'public_channel').split(',');
    for (const type of types) requireScope(call, type === 'public_channel' ? 'channels:read' : 'groups:read');
    const all = call.workspace
      .channels()
      .filter(({ id }) => types.includes(id.startsWith('C') ? 'public_channel' : 'private_channel'))
      .filter(({ isArchived }) => !isArchived || !isSet(call, 'exclude_archived'));
    const { page, next } = pageOf(call, all, 100);
    return { body: { channels: page.map(shown), response_metadata: { next_cursor: next } } };
  },

  'conversations.members': (call) => {
    requireScope(call, scopeFor(call, 'read'));
    const channel = joinedChannel(call);
    const { page, next } = pageOf(call, [...channel.members, call.caller.userId], 100);
    return { body: { members: page, response_metadata: { next_cursor: next } } };
  },

  'conversations.create': (call) => {
    requireScope(call, isSet(call, 'is_private') ? 'groups:write' : 'channels:manage');
    const name = argument(call, 'name', 'invalid_name_required');
    if (!/^[\p{Ll}\p{N}_-]+$/u.test(name)) throw new SlackRefusal('invalid_name_specials');
    if (name.length > 80) throw new SlackRefusal('invalid_name_maxlength');
    refuseTaken(call, name);
    const id = call.newId(isSet(call, 'is_private') ? 'G' : 'C');
    const channel = call.workspace.seed({ id, name, creator: call.caller.userId });
    return { body: { channel: shown(channel) }, effect: { id, channel: id, text: name } };
  },

  'conversations.archive': (call) => {
    const channel = manageable(call);
    if (channel.isArchived) throw new SlackRefusal('already_archived');
    channel.isArchived = true;
    return { effect: { id: channel.id, channel: channel.id } };
  },

  'conversations.unarchive': (call) => {
    const channel = manageable(call);
    if (!channel.isArchived) throw new SlackRefusal('not_archived');
    channel.isArchived = false;
    return { effect: { id: channel.id, channel: channel.id } };
  },

  'conversations.rename': (call) => {
    const channel = active(call);
    const name = argument(call, 'name', 'invalid_name_required');
    if (!/^[\p{Ll}\p{N}_-]+$/u.test(name)) throw new SlackRefusal('invalid_name_specials');
    if (channel.name !== name) refuseTaken(call, name);
    channel.name = name;
    return { body: { channel: shown(channel) }, effect: { id: channel.id, channel: channel.id, text: name } };
  },

  'conversations.setTopic': (call) => note(call, 'topic'),
  'conversations.setPurpose': (call) => note(call, 'purpose'),

  'conversations.invite': (call) => {
    const channel = active(call);
    const users = listArgument(call, 'users', 'no_user');
    if (users.includes(call.caller.userId)) throw new SlackRefusal('cant_invite_self');
    if (users.some((user) => channel.members.has(user))) throw new SlackRefusal('already_in_channel');
    for (const user of users) channel.members.add(user);
    return { body: { channel: shown(channel) }, effect: { id: channel.id, channel: channel.id, text: users.join() } };
  },

  'conversations.kick': (call) => {
    const channel = active(call);
    const user = argument(call, 'user', 'user_not_found');
    if (user === call.caller.userId) throw new SlackRefusal('cant_kick_self');
    if (!channel.members.delete(user)) throw new SlackRefusal('not_in_channel');
    return { body: { errors: {} }, effect: { id: channel.id, channel: channel.id, text: user } };
  },

  'conversations.join': (call) => {
    const channel = knownChannel(call);
    if (channel.isArchived) throw new SlackRefusal('is_archived');
    if (channel.isMember) return { body: { channel: shown(channel), warning: 'already_in_channel' } };
    channel.isMember = true;
    return { body: { channel: shown(channel) }, effect: { id: channel.id, channel: channel.id } };
  },

  'conversations.leave': (call) => {
    const channel = knownChannel(call);
    if (!channel.isMember) return { body: { not_in_channel: true } };
    channel.isMember = false;
    return { effect: { id: channel.id, channel: channel.id } };
  },
};

function note(call: SlackCall, field: 'topic' | 'purpose'): ReturnType<SlackMethod> {
  const channel = active(call);
  const value = call.args[field] ?? '';
  if (value.length > 250) throw new SlackRefusal('too_long');
  channel[field] = { value, creator: call.caller.userId, last_set: seconds(call) };
  return {
    body: { channel: shown(channel) },
    effect: { id: channel.id, channel: channel.id, text: value },
  };
}

function manageable(call: SlackCall): SlackChannel {
  requireScope(call, 'channels:manage');
  return joinedChannel(call);
}

function active(call: SlackCall): SlackChannel {
  const channel = manageable(call);
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  return channel;
}

function refuseTaken(call: SlackCall, name: string): void {
  if (call.workspace.channels().some((channel) => channel.name === name)) throw new SlackRefusal('name_taken');
}

function shown(channel: SlackChannel): Record<string, unknown> {
  const { id, name, isMember, isArchived, creator, created, topic, purpose, canvas } = channel;
  const kind = id[0];
  return {
    id,
    ...(kind !== 'D' && { name }),
    is_channel: kind === 'C',
    is_group: kind === 'G',
    is_im: kind === 'D',
    is_private: kind !== 'C',
    is_member: isMember,
    is_archived: isArchived,
    creator,
    created,
    topic,
    purpose,
    ...(canvas !== undefined && {
      properties: {
        tabs: [{ id: `Ct${canvas.slice(1)}`, type: 'channel_canvas', label: '', data: { file_id: canvas } }],
      },
    }),
  };
}
