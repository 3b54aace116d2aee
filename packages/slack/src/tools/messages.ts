import { effectTool, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { SlackForTools } from './client.ts';
import { channel, placeOf, repeatable, text, ts, user } from './fields.ts';

const posted = z.object({ channel: z.string(), ts: z.string() });
const once = 'Once in this case, whatever its wording; a repeat is told what was posted.';

export function postMessage(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_post_message',
    title: 'Post a message',
    description: `Posts a message to a channel. ${once}`,
    inputSchema: repeatable({ channel, text }, bounds.maxOccurrence),
    outputSchema: posted,
    annotations: { destructive: false },
    operation: 'slack.chat.postMessage',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (_input, { id }) => ({ ids: { channel: id } }),
    perform: (input, { id }) => slack.chat.postMessage({ channel: id, text: input.text }),
    output: (made) => made,
    say: (made) => `the message is in ${made.channel} (ts ${made.ts})`,
  });
}

export function replyInThread(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_reply_in_thread',
    title: 'Reply in a thread',
    description: `Posts a reply in the thread of a message. ${once}`,
    inputSchema: repeatable({ channel, thread_ts: ts, text }, bounds.maxOccurrence),
    outputSchema: posted,
    annotations: { destructive: false },
    operation: 'slack.chat.postMessage',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (input, { id }) => ({ ids: { channel: id, thread: input.thread_ts } }),
    perform: (input, { id }) => slack.chat.postMessage({ channel: id, thread_ts: input.thread_ts, text: input.text }),
    output: (made) => made,
    say: (made) => `the reply is in ${made.channel} (ts ${made.ts})`,
  });
}

export function directMessage(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_direct_message',
    title: 'Write to a person',
    description: `Posts a direct message to a person, by their id. ${once}`,
    inputSchema: repeatable({ user, text }, bounds.maxOccurrence),
    outputSchema: posted,
    annotations: { destructive: false },
    operation: 'slack.chat.postMessage',
    identity: (input) => ({ ids: { user: input.user } }),
    perform: (input) => slack.chat.postMessage({ channel: input.user, text: input.text }),
    output: (made) => made,
    say: (made, input) => `the message is with ${input.user} (ts ${made.ts})`,
  });
}

export function scheduleMessage(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_schedule_message',
    title: 'Post a message later',
    description: `Has a message posted to a channel at a time that the person gave. ${once}`,
    inputSchema: repeatable(
      { channel, text, post_at: z.number().int().min(1).describe('Seconds since 1970, in UTC') },
      bounds.maxOccurrence,
    ),
    outputSchema: z.object({ channel: z.string(), scheduled_message_id: z.string() }),
    annotations: { destructive: false },
    operation: 'slack.chat.scheduleMessage',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (_input, { id }) => ({ ids: { channel: id } }),
    perform: (input, { id }) => slack.chat.scheduleMessage({ channel: id, text: input.text, post_at: input.post_at }),
    output: (made) => made,
    say: (made, input) =>
      `the message is posted to ${made.channel} at ${new Date(input.post_at * 1_000).toISOString()} (${made.scheduled_message_id})`,
  });
}

export function updateMessage(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_update_message',
    title: 'Change a message',
    description: 'Replaces the text of a message of this app. Once for a message in this case.',
    inputSchema: repeatable({ channel, ts, text }, bounds.maxOccurrence),
    outputSchema: posted,
    operation: 'slack.chat.update',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (input, { id }) => ({ ids: { channel: id, ts: input.ts } }),
    perform: (input, { id }) => slack.chat.update({ channel: id, ts: input.ts, text: input.text }),
    output: (made) => made,
    say: (made) => `the message ${made.ts} in ${made.channel} was changed`,
  });
}

export function deleteMessage(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_delete_message',
    title: 'Delete a message',
    description: 'Deletes a message of this app. It cannot be taken back.',
    inputSchema: repeatable({ channel, ts }, 1),
    outputSchema: posted,
    operation: 'slack.chat.delete',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (input, { id }) => ({ ids: { channel: id, ts: input.ts } }),
    perform: (input, { id }) => slack.chat.delete({ channel: id, ts: input.ts }),
    output: (_made, input, { id }) => ({ channel: id, ts: input.ts }),
    say: (made) => `the message ${made.ts} in ${made.channel} was deleted`,
  });
}
