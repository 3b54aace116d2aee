import { effectTool, type Tool, type ToolBounds } from '@oncely/core/tools';
import { z } from 'zod';

import type { SlackForTools } from './client.ts';
import { channel, placeOf, repeatable, ts } from './fields.ts';

const message = z.object({ channel: z.string(), ts: z.string() });
const emoji = z
  .string()
  .regex(/^:?[a-z0-9_+'-]+(::skin-tone-[2-6])?:?$/)
  .describe('The name of the emoji, such as white_check_mark');
const nameOf = (given: string): string => given.replace(/^:|:$/g, '');

export function addReaction(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_add_reaction',
    title: 'React to a message',
    description: 'Adds an emoji to a message, once for a message and an emoji in this case.',
    inputSchema: repeatable({ channel, ts, emoji }, 1),
    outputSchema: message,
    annotations: { destructive: false },
    operation: 'slack.reactions.add',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (input, { id }) => ({ ids: { channel: id, ts: input.ts, emoji: nameOf(input.emoji) } }),
    perform: (input, { id }) => slack.reactions.add({ channel: id, timestamp: input.ts, name: nameOf(input.emoji) }),
    output: (_made, input, { id }) => ({ channel: id, ts: input.ts }),
    say: (made, input) => `${nameOf(input.emoji)} is at the message ${made.ts}`,
  });
}

export function removeReaction(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_remove_reaction',
    title: 'Take back a reaction',
    description: "Takes this app's emoji off a message, once for a message and an emoji in this case.",
    inputSchema: repeatable({ channel, ts, emoji }, 1),
    outputSchema: message,
    operation: 'slack.reactions.remove',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (input, { id }) => ({ ids: { channel: id, ts: input.ts, emoji: nameOf(input.emoji) } }),
    perform: (input, { id }) => slack.reactions.remove({ channel: id, timestamp: input.ts, name: nameOf(input.emoji) }),
    output: (_made, input, { id }) => ({ channel: id, ts: input.ts }),
    say: (made, input) => `${nameOf(input.emoji)} was taken off the message ${made.ts}`,
  });
}

export function pinMessage(slack: SlackForTools, bounds: ToolBounds): Tool {
  return effectTool({
    ...bounds,
    name: 'slack_pin_message',
    title: 'Pin a message',
    description: 'Pins a message in its channel, for everybody there.',
    inputSchema: repeatable({ channel, ts }, 1),
    outputSchema: message,
    annotations: { destructive: false },
    operation: 'slack.pins.add',
    resolve: (input) => placeOf(slack, input.channel),
    identity: (input, { id }) => ({ ids: { channel: id, ts: input.ts } }),
    perform: (input, { id }) => slack.pins.add({ channel: id, timestamp: input.ts }),
    output: (_made, input, { id }) => ({ channel: id, ts: input.ts }),
    say: (made) => `the message ${made.ts} is pinned in ${made.channel}`,
  });
}
