/**
 * Slack as tools for agents.
 * @module
 */
import { selectTools, type Tool, type ToolPolicy, type ToolRow } from '@oncely/core/tools';

import { archiveChannel, createChannel, inviteToChannel, setTopic } from './tools/channels.ts';
import type { SlackForTools } from './tools/client.ts';
import { addReaction, pinMessage, removeReaction } from './tools/marks.ts';
import {
  deleteMessage,
  directMessage,
  postMessage,
  replyInThread,
  scheduleMessage,
  updateMessage,
} from './tools/messages.ts';
import { findChannel, findPerson, readMessages } from './tools/reads.ts';

export type { SlackForTools } from './tools/client.ts';

export type SlackToolName =
  | 'slack_post_message'
  | 'slack_reply_in_thread'
  | 'slack_direct_message'
  | 'slack_schedule_message'
  | 'slack_update_message'
  | 'slack_delete_message'
  | 'slack_add_reaction'
  | 'slack_remove_reaction'
  | 'slack_pin_message'
  | 'slack_create_channel'
  | 'slack_set_topic'
  | 'slack_invite_to_channel'
  | 'slack_archive_channel'
  | 'slack_find_channel'
  | 'slack_find_person'
  | 'slack_read_messages';

const table: Readonly<Record<SlackToolName, ToolRow<SlackForTools>>> = {
  slack_post_message: { build: postMessage, maxOccurrence: 3 },
  slack_reply_in_thread: { build: replyInThread, maxOccurrence: 3 },
  slack_direct_message: { build: directMessage, maxOccurrence: 3 },
  slack_schedule_message: { build: scheduleMessage },
  slack_update_message: { build: updateMessage, maxOccurrence: 3 },
  slack_delete_message: { build: deleteMessage },
  slack_add_reaction: { build: addReaction },
  slack_remove_reaction: { build: removeReaction },
  slack_pin_message: { build: pinMessage },
  slack_create_channel: { build: createChannel },
  slack_set_topic: { build: setTopic, maxOccurrence: 3 },
  slack_invite_to_channel: { build: inviteToChannel },
  slack_archive_channel: { build: archiveChannel },
  slack_find_channel: { build: findChannel },
  slack_find_person: { build: findPerson },
  slack_read_messages: { build: readMessages },
};

/** Every tool that there is. */
export const slackToolNames: readonly SlackToolName[] = Object.keys(table) as SlackToolName[];

/**
 * The allowed tools over a Slack client of `oncely.clients`. A message's identity is where it goes, never its text; a
 * channel's name is resolved to its id first.
 *
 * @throws OncelyError `invalid_config` for a name that there is not.
 * @example
 * const tools = slackTools(oncely.clients.slack, { allow: ['slack_find_channel', 'slack_post_message'] });
 */
export function slackTools(slack: SlackForTools, policy: ToolPolicy<SlackToolName>): readonly Tool[] {
  return selectTools(table, slack, policy);
}
