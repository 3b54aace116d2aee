import { argument, findMessage, isSet, joinedChannel, requireScope, scopeFor, SlackRefusal } from './slack-call.ts';
import type { SlackCall, SlackMethod } from './slack-call.ts';
import { microsOf } from './slack-workspace.ts';
import type { SlackChannel, SlackMessage, SlackMetadata } from './slack-workspace.ts';

/** Methods that read conversations, and those that other apps' probes touch. */
export const conversationMethods: Readonly<Record<string, SlackMethod>> = {
  'conversations.history': (call) => {
    requireScope(call, scopeFor(call, 'history'));
    const channel = joinedChannel(call);
    const top = visible(call, channel).filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts);
    const page = paginate(call, within(call, top).toReversed(), 100);
    return { body: { ...page, pin_count: 0 } };
  },

  // The parent comes first whatever the range, then the replies, oldest first.
  'conversations.replies': (call) => {
    requireScope(call, scopeFor(call, 'history'));
    const channel = joinedChannel(call);
    const threadTs = argument(call, 'ts', 'thread_not_found');
    const [parent, ...replies] = visible(call, channel).filter(
      ({ ts, thread_ts }) => ts === threadTs || thread_ts === threadTs,
    );
    if (!parent) throw new SlackRefusal('thread_not_found');
    return { body: paginate(call, [parent, ...within(call, replies)], 1000) };
  },

  'conversations.open': (call) => {
    const { channel: id, users } = call.args;
    if (id !== undefined && id !== '') {
      const known = call.workspace.channel(id);
      if (!known) throw new SlackRefusal('channel_not_found');
      return { body: { no_op: true, already_open: true, channel: { id: known.id } } };
    }
    if (users === undefined || users === '') throw new SlackRefusal('users_list_not_supplied');
    const { channel, isNew } = call.workspace.open(users.split(',').map((user) => user.trim()));
    return {
      body: { ...(!isNew && { no_op: true, already_open: true }), channel: { id: channel.id } },
      ...(isNew && { effect: { id: channel.id, channel: channel.id } }),
    };
  },

  'reactions.add': (call) => {
    requireScope(call, 'reactions:write');
    const channel = joinedChannel(call);
    const name = argument(call, 'name', 'invalid_name');
    const message = findMessage(channel, argument(call, 'timestamp', 'no_item_specified'));
    const reactions = (message.reactions ??= []);
    const user = call.caller.userId;
    const known = reactions.find((reaction) => reaction.name === name);
    if (known?.users.includes(user)) throw new SlackRefusal('already_reacted');
    if (known) {
      known.users.push(user);
      known.count += 1;
    } else {
      reactions.push({ name, users: [user], count: 1 });
    }
    return { effect: { id: message.ts, channel: channel.id, text: name } };
  },

  'reactions.remove': (call) => {
    requireScope(call, 'reactions:write');
    const channel = joinedChannel(call);
    const name = argument(call, 'name', 'invalid_name');
    const message = findMessage(channel, argument(call, 'timestamp', 'no_item_specified'));
    const known = message.reactions?.find((reaction) => reaction.name === name);
    const user = call.caller.userId;
    if (!known?.users.includes(user)) throw new SlackRefusal('no_reaction');
    known.users.splice(known.users.indexOf(user), 1);
    known.count -= 1;
    message.reactions = message.reactions?.filter(({ count }) => count > 0) ?? [];
    return { effect: { id: message.ts, channel: channel.id, text: name } };
  },

  'reactions.get': (call) => {
    requireScope(call, 'reactions:read');
    const channel = joinedChannel(call);
    const message = findMessage(channel, argument(call, 'timestamp', 'no_item_specified'));
    const { metadata: _metadata, edited: _edited, ...shown } = message;
    return { body: { type: 'message', channel: channel.id, message: shown } };
  },
};

type ReadMessage = Omit<SlackMessage, 'metadata'> & { readonly metadata?: Partial<SlackMetadata> };

/** What landed long enough ago to be read; without `include_all_metadata` only the metadata's type is there. */
function visible(call: SlackCall, channel: SlackChannel): readonly ReadMessage[] {
  const until = call.now() - call.historyLagMs;
  const isWhole = isSet(call, 'include_all_metadata');
  return channel.messages
    .filter(({ landedAt }) => landedAt <= until)
    .map(({ message }) => {
      const { metadata, ...rest } = message;
      if (!metadata || isWhole) return message;
      return { ...rest, metadata: { event_type: metadata.event_type } };
    });
}

function within(call: SlackCall, messages: readonly ReadMessage[]): readonly ReadMessage[] {
  const oldest = bound(call, 'oldest') ?? -1;
  const latest = bound(call, 'latest') ?? Number.MAX_SAFE_INTEGER;
  const isInclusive = isSet(call, 'inclusive');
  return messages.filter(({ ts }) => {
    const at = microsOf(ts) ?? 0;
    return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
}

function bound(call: SlackCall, name: 'oldest' | 'latest'): number | undefined {
  const value = call.args[name];
  if (value === undefined || value === '') return undefined;
  const micros = microsOf(value);
  if (micros === undefined) throw new SlackRefusal(`invalid_ts_${name}`);
  return micros;
}

/** One page; the cursor names the last message given, so that new messages shift nothing. */
function paginate(call: SlackCall, messages: readonly ReadMessage[], standard: number): Record<string, unknown> {
  const limit = Number(call.args['limit'] ?? standard);
  if (!Number.isInteger(limit) || limit < 1) throw new SlackRefusal('invalid_limit');
  const cursor = call.args['cursor'] ?? '';
  const after = cursor === '' ? undefined : /^after:(\S+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  const position = messages.findIndex(({ ts }) => ts === after);
  if (cursor !== '' && position < 0) throw new SlackRefusal('invalid_cursor');
  const rest = messages.slice(position + 1);
  const page = rest.slice(0, Math.min(limit, 999, call.maxHistoryItems));
  const last = page.at(-1);
  const hasMore = page.length < rest.length;
  const next = hasMore && last ? Buffer.from(`after:${last.ts}`).toString('base64url') : '';
  return { messages: page, has_more: hasMore, ...(hasMore && { response_metadata: { next_cursor: next } }) };
}
