import { occurrenceWords, refusal, type ToolRefusal } from '@oncely/core/tools';
import { z } from 'zod';

import type { SlackForTools } from './client.ts';

export const channel: z.ZodString = z
  .string()
  .regex(/^([CGD][A-Z0-9]{2,}|#\S+)$/)
  .describe('The id of the conversation, such as C0123456789, or a channel by its name, such as #refunds');

export const user: z.ZodString = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,}$/)
  .describe("A person's id, such as U0123456789; never made up");

export const ts: z.ZodString = z
  .string()
  .regex(/^\d+\.\d+$/)
  .describe('The ts of a message, such as 1700000000.000100, as Slack gave it');

export const text: z.ZodString = z.string().regex(/\S/).describe('What people read');

type Occurrence = z.ZodOptional<z.ZodNullable<z.ZodNumber>>;

const occurrence = (most: number): Occurrence =>
  z.number().int().min(1).max(most).nullable().optional().describe(occurrenceWords);

/** With a field for further ones where the policy allows any. */
export function repeatable<Shape extends z.ZodRawShape>(
  shape: Shape,
  maxOccurrence: number,
): z.ZodObject<Shape & { occurrence?: Occurrence }> {
  return (
    maxOccurrence > 1 ? z.object({ ...shape, occurrence: occurrence(maxOccurrence) }) : z.object(shape)
  ) as z.ZodObject<Shape & { occurrence?: Occurrence }>;
}

export interface Place {
  readonly id: string;
}

/** A conversation's id, which a name is resolved to on all pages of the list. */
export async function placeOf(slack: SlackForTools, given: string): Promise<Place | ToolRefusal> {
  if (!given.startsWith('#')) return { id: given };
  const name = given.slice(1).normalize('NFC').toLowerCase();
  let cursor: string | undefined;
  do {
    const page = await slack.conversations.list({
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    const id = page.channels?.find((each) => each.name?.normalize('NFC').toLowerCase() === name)?.id;
    if (id !== undefined) return { id };
    cursor = page.response_metadata?.next_cursor;
  } while (cursor);
  return refusal(`Nothing was sent: there is no open channel ${given} that this app can see.`);
}
