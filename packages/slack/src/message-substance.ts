import type { Message } from './look-messages.ts';
import { decoded, markerField } from './request.ts';
import { holds } from './texts.ts';

interface Block {
  readonly type?: string;
  readonly block_id?: string;
}

/**
 * In what a message differs from what was asked for, as far as Slack gives it back as it was written; `undefined` where
 * in nothing. Slack rewrites text, the texts in blocks, links and emoji, and unfurls add attachments, so those are not
 * compared. An edit since may have changed everything but the thread.
 */
export function differenceOf(fields: URLSearchParams, held: Message): string | undefined {
  const isReply = held.thread_ts !== undefined && held.thread_ts !== held.ts;
  if (isReply !== Boolean(fields.get('thread_ts'))) return 'thread';
  if (held.edited !== undefined) return undefined;
  if (!sameMetadata(fields.get('metadata'), held)) return 'metadata';
  return sameBlocks(fields.get('blocks'), held) ? undefined : 'blocks';
}

/** By the event and what else its payload says; another marker of the same effect is no difference. */
function sameMetadata(given: string | null, { metadata }: Message): boolean {
  if (given === null) return true;
  const { event_type: type, event_payload: payload = {} } = decoded(given) as NonNullable<Message['metadata']>;
  const { [markerField]: _, ...own } = payload;
  return (type === undefined || metadata?.event_type === type) && holds(metadata?.event_payload, own);
}

/** Of Markdown Slack makes blocks of its own, and a table it shows at the end: with another than these none is compared. */
const keptAsWritten: ReadonlySet<string> = new Set([
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
]);

/** By their number, types and the ids that the caller gave. */
function sameBlocks(given: string | null, held: Message): boolean {
  const written = given === null ? [] : decoded(given);
  if (!Array.isArray(written) || written.length === 0) return true;
  const asked = written as readonly Block[];
  if (!asked.every(({ type = '' }) => keptAsWritten.has(type))) return true;
  const shown = (held.blocks ?? []) as readonly Block[];
  return (
    shown.length === asked.length &&
    asked.every(({ type, block_id: id }, index) => {
      const there = shown[index];
      return there?.type === type && (id === undefined || there?.block_id === id);
    })
  );
}
