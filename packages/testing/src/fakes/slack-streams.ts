import { argument, joinedChannel, jsonArgument, readPost, requireScope, SlackRefusal } from './slack-call.ts';
import type { SlackCall, SlackMethod } from './slack-call.ts';
import { channelToPost, effectOf, ownMessage } from './slack-chat.ts';
import type { SlackChannel, SlackMessage } from './slack-workspace.ts';

/** Messages that grow while they are read, and those that no metadata goes with. */
export const streamMethods: Readonly<Record<string, SlackMethod>> = {
  'chat.startStream': (call) => {
    requireScope(call, 'chat:write');
    const channel = channelToPost(call);
    const threadTs = argument(call, 'thread_ts', 'invalid_thread_ts');
    if (!channel.id.startsWith('D')) {
      argument(call, 'recipient_user_id', 'missing_recipient_user_id');
      argument(call, 'recipient_team_id', 'missing_recipient_team_id');
    }
    const text = streamedText(call);
    const { ts } = call.workspace.post(channel, call.caller, { text, threadTs, streaming: true });
    return { body: { channel: channel.id, ts }, effect: { id: ts, channel: channel.id, text } };
  },

  'chat.appendStream': (call) => {
    const { channel, message } = streaming(call);
    const text = streamedText(call);
    message.text += text;
    return { body: { channel: channel.id, ts: message.ts }, effect: { id: message.ts, channel: channel.id, text } };
  },

  'chat.stopStream': (call) => {
    const { channel, message } = streaming(call);
    const text = streamedText(call);
    message.text += text;
    message.streaming_state = 'completed';
    return {
      body: { channel: channel.id, ts: message.ts, message: withoutMetadata(message) },
      effect: { id: message.ts, channel: channel.id, text },
    };
  },

  'chat.postEphemeral': (call) => {
    requireScope(call, 'chat:write');
    const channel = channelToPost(call);
    argument(call, 'user', 'user_not_found');
    const post = readPost(call);
    const ts = call.workspace.nextTs();
    return { body: { message_ts: ts }, effect: effectOf(ts, channel.id, post) };
  },

  'chat.meMessage': (call) => {
    requireScope(call, 'chat:write');
    const channel = channelToPost(call);
    const { text } = readPost(call);
    const { ts } = call.workspace.post(channel, call.caller, { text });
    return { body: { channel: channel.id, ts }, effect: { id: ts, channel: channel.id, text } };
  },
};

function streaming(call: SlackCall): { channel: SlackChannel; message: SlackMessage } {
  requireScope(call, 'chat:write');
  const channel = joinedChannel(call);
  const message = ownMessage(call, channel, 'message_not_owned_by_app');
  if (message.streaming_state !== 'in_progress') throw new SlackRefusal('message_not_in_streaming_state');
  return { channel, message };
}

function streamedText(call: SlackCall): string {
  const chunks = jsonArgument(call, 'chunks', 'invalid_chunks') ?? [];
  if (!Array.isArray(chunks)) throw new SlackRefusal('invalid_chunks');
  const texts = chunks.map(({ type, text }: { type?: string; text?: string }) =>
    type === 'markdown_text' ? (text ?? '') : '',
  );
  return (call.args['markdown_text'] ?? '') + texts.join('');
}

function withoutMetadata({ metadata: _metadata, ...message }: SlackMessage): object {
  return message;
}
