import { effectTool, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { SlackForTools } from './client.ts';
import { channel, placeOf, repeatable, text, user } from './fields.ts';

const place = z.object({ channel: z.string() });
const idIn = (made: { readonly channel?: unknown }): string | undefined =>
  (made.channel as { readonly id?: string } | undefined)?.id;

export function createChannel(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_create_channel',
    title: 'Create a channel',
    description: 'Creates a channel of this name. Everybody sees a public one.',
    inputSchema: repeatable(
      {
        name: z
          .string()
          .regex(/^#?[\p{L}\p{N}_-]{1,80}$/u)
          .describe('Lower case letters, digits, hyphens and underscores'),
        is_private: z.boolean().describe('Whether only those see it who were invited'),
      },
      1,
    ),
    outputSchema: place,
    annotations: { destructive: false },
    operation: 'slack.conversations.create',
    identity: (input) => ({ values: { name: input.name.replace(/^#/, '') } }),
    perform: (input) =>
      slack.conversations.create({
        name: input.name.replace(/^#/, '').normalize('NFC').toLowerCase(),
        is_private: input.is_private,
      }),
    output: (made) => ({ channel: idIn(made) }),
    say: (made, input) => `the channel ${input.name} is ${made.channel}`,
  });
}

export function setTopic(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_set_topic',
    title: 'Set the topic of a channel',
    description: 'Replaces the topic of a channel, once for a channel in this case.',
    inputSchema: repeatable({ channel, topic: text }, bounds.maxOccurrence),
    outputSchema: place,
    operation: 'slack.conversations.setTopic',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (_input, { id }) => ({ ids: { channel: id } }),
    perform: (input, { id }) => slack.conversations.setTopic({ channel: id, topic: input.topic }),
    output: (_made, _input, { id }) => ({ channel: id }),
    say: (made) => `the topic of ${made.channel} was set`,
  });
}

export function inviteToChannel(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_invite_to_channel',
    title: 'Invite a person to a channel',
    description: 'Adds a person to a channel, by their id. They are told of it.',
    inputSchema: repeatable({ channel, user }, 1),
    outputSchema: place,
    annotations: { destructive: false },
    operation: 'slack.conversations.invite',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (input, { id }) => ({ ids: { channel: id, user: input.user } }),
    perform: (input, { id }) => slack.conversations.invite({ channel: id, users: input.user }),
    output: (_made, _input, { id }) => ({ channel: id }),
    say: (made, input) => `${input.user} is in ${made.channel}`,
  });
}

export function archiveChannel(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_archive_channel',
    title: 'Archive a channel',
    description: 'Closes a channel for everybody; what was written stays readable.',
    inputSchema: repeatable(
      {
        channel: z
          .string()
          .regex(/^[CG][A-Z0-9]{2,}$/)
          .describe('The id of the channel, such as C0123456789'),
      },
      1,
    ),
    outputSchema: place,
    operation: 'slack.conversations.archive',
    identity: (input) => ({ ids: { channel: input.channel } }),
    perform: (input) => slack.conversations.archive({ channel: input.channel }),
    output: (_made, input) => ({ channel: input.channel }),
    say: (made) => `${made.channel} is archived`,
  });
}
