import { argument, findMessage, joinedChannel, readPost, requireScope, SlackRefusal } from './slack-call.ts';
import type { SlackCall, SlackEffectDetail, SlackMethod } from './slack-call.ts';
import type { SlackChannel, SlackMessage, SlackMetadata } from './slack-workspace.ts';

const maxScheduleAheadS = 120 * 24 * 60 * 60;

/** Methods that write messages. None of them knows an idempotency key: every call that gets through is an effect. */
export const chatMethods: Readonly<Record<string, SlackMethod>> = {
  'chat.postMessage': (call) => {
    requireScope(call, 'chat:write');
    const channel = channelToPost(call);
    const post = readPost(call);
    const message = call.workspace.post(channel, call.caller, post);
    return {
      body: { channel: channel.id, ts: message.ts, message },
      effect: effectOf(message.ts, channel.id, post),
    };
  },

  'chat.update': (call) => {
    requireScope(call, 'chat:write');
    const channel = joinedChannel(call);
    const message = ownMessage(call, channel, 'cant_update_message');
    if (message.streaming_state === 'in_progress') throw new SlackRefusal('streaming_state_conflict');
    const post = readPost(call);
    message.text = post.text;
    // An empty list takes away what was there.
    if (call.args['blocks'] !== undefined) message.blocks = post.blocks ?? [];
    if (call.args['attachments'] !== undefined) message.attachments = post.attachments ?? [];
    if (post.metadata) message.metadata = post.metadata;
    message.edited = { user: call.caller.userId, ts: call.workspace.nextTs() };
    return {
      body: { channel: channel.id, ts: message.ts, text: message.text, message: changed(message) },
      effect: effectOf(message.ts, channel.id, post),
    };
  },

  'chat.delete': (call) => {
    requireScope(call, 'chat:write');
    const channel = joinedChannel(call);
    const message = ownMessage(call, channel, 'cant_delete_message');
    const position = channel.messages.findIndex((landed) => landed.message === message);
    channel.messages.splice(position, 1);
    return {
      body: { channel: channel.id, ts: message.ts },
      effect: { id: message.ts, channel: channel.id },
    };
  },

  'chat.scheduleMessage': (call) => {
    requireScope(call, 'chat:write');
    const channel = channelToPost(call);
    const post = readPost(call);
    const postAt = Number(argument(call, 'post_at', 'invalid_time'));
    const nowS = Math.floor(call.now() / 1000);
    if (!Number.isInteger(postAt)) throw new SlackRefusal('invalid_time');
    if (postAt <= nowS) throw new SlackRefusal('time_in_past');
    if (postAt > nowS + maxScheduleAheadS) throw new SlackRefusal('time_too_far');
    const id = call.newId('Q');
    call.workspace.scheduled.set(id, {
      ...post,
      id,
      channel: channel.id,
      postAt,
      createdAt: nowS,
      author: call.caller,
    });
    return {
      body: { channel: channel.id, scheduled_message_id: id, post_at: postAt, message: { text: post.text } },
      effect: effectOf(id, channel.id, post),
    };
  },

  'chat.deleteScheduledMessage': (call) => {
    requireScope(call, 'chat:write');
    const id = argument(call, 'scheduled_message_id');
    if (!call.workspace.scheduled.delete(id)) throw new SlackRefusal('invalid_scheduled_message_id');
    return { effect: { id, channel: argument(call, 'channel') } };
  },

  // Without metadata, as at Slack: a scheduled message is known by channel, time and text.
  'chat.scheduledMessages.list': (call) => {
    const { channel, oldest, latest } = call.args;
    const posts = [...call.workspace.scheduled.values()]
      .filter((post) => post.author.botId === call.caller.botId)
      .filter((post) => channel === undefined || post.channel === channel)
      .filter((post) => oldest === undefined || post.postAt >= Number(oldest))
      .filter((post) => latest === undefined || post.postAt <= Number(latest))
      .map(({ id, channel: channelId, postAt, createdAt, text }) => ({
        id,
        channel_id: channelId,
        post_at: postAt,
        date_created: createdAt,
        text,
      }));
    const limit = Number(call.args['limit'] ?? 100);
    const from = Number(call.args['cursor'] ?? 0);
    if (!Number.isInteger(limit) || limit < 1 || !Number.isInteger(from)) throw new SlackRefusal('invalid_arguments');
    const next = from + limit < posts.length ? String(from + limit) : '';
    return { body: { scheduled_messages: posts.slice(from, from + limit), response_metadata: { next_cursor: next } } };
  },
};

/** Where a post goes: a channel by id, or the direct channel with a user. */
export function channelToPost(call: SlackCall): SlackChannel {
  const id = argument(call, 'channel', 'channel_not_found');
  const channel = /^[UW]/.test(id) ? call.workspace.open([id]).channel : call.workspace.channel(id);
  if (!channel) throw new SlackRefusal('channel_not_found');
  if (channel.isArchived) throw new SlackRefusal('is_archived');
  const mayPostUnjoined = channel.id.startsWith('C') && call.caller.scopes.includes('chat:write.public');
  if (!channel.isMember && !mayPostUnjoined) throw new SlackRefusal('not_in_channel');
  return channel;
}

export function ownMessage(call: SlackCall, channel: SlackChannel, error: string): SlackMessage {
  const message = findMessage(channel, argument(call, 'ts'));
  if (message.bot_id !== call.caller.botId) throw new SlackRefusal(error);
  return message;
}

/** A changed message as it is answered: what it says, under the `ts` beside it. */
function changed({ ts: _ts, thread_ts: _thread, reactions: _reactions, ...message }: SlackMessage): object {
  return message;
}

export function effectOf(
  id: string,
  channel: string,
  post: { text: string; metadata?: SlackMetadata },
): SlackEffectDetail {
  return { id, channel, text: post.text, ...(post.metadata && { metadata: post.metadata }) };
}
