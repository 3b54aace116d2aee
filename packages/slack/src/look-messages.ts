import { isMarked } from '@oncely/core/adapter';

import {
  answered,
  byName,
  cannotKnow,
  channelOf,
  earliest,
  isError,
  latest,
  matches,
  pagesOf,
  reached,
  type Call,
  type Looking,
  type LookUp,
  type Match,
  type Me,
} from './looking.ts';
import { differenceOf } from './message-substance.ts';
import { decoded, markerField } from './request.ts';
import { holds, sameText } from './texts.ts';

export interface Message {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text?: string;
  readonly blocks?: readonly unknown[];
  readonly attachments?: readonly unknown[];
  readonly bot_id?: string;
  readonly user?: string;
  readonly streaming_state?: string;
  readonly edited?: { readonly user?: string; readonly ts?: string };
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: Readonly<Record<string, unknown>> };
}

interface Page {
  readonly messages: readonly Message[];
}

/** Metadata can be written by anybody; only our own bot's or user's message counts. */
function isOurs(message: Message, me: Me): boolean {
  return me.bot_id === undefined ? message.user === me.user_id : message.bot_id === me.bot_id;
}

/** All messages of the channel, or of the thread, since before the first attempt. */
async function* messagesOf(looking: Looking, channel: string): AsyncGenerator<Message, void> {
  const thread = looking.fields.get('thread_ts');
  const pages = pagesOf<Page>(looking.call, thread === null ? 'conversations.history' : 'conversations.replies', {
    channel,
    ...(thread === null ? {} : { ts: thread }),
    oldest: earliest(looking).toFixed(6),
    inclusive: true,
    include_all_metadata: true,
    limit: 200,
  });
  for await (const { messages } of pages) yield* messages;
}

/** One message by its id; `undefined` where it is not there. */
export async function messageAt(call: Call, channel: string, ts: string): Promise<Message | undefined> {
  const only = { channel, oldest: ts, latest: ts, inclusive: true };
  // The history leaves the replies of a thread out, which are read by their own timestamp.
  for (const [method, options] of [
    ['conversations.history', { ...only, limit: 1 }],
    ['conversations.replies', { ...only, ts }],
  ] as const) {
    const page = (await call(method, options).catch((error: unknown) => {
      if (isError(error, 'thread_not_found', 'message_not_found')) return { messages: [] };
      throw error;
    })) as Page;
    const message = page.messages.find((each) => each.ts === ts);
    if (message) return message;
  }
  return undefined;
}

function matchOf(channel: string, message: Message, mine: boolean): Match {
  return {
    vendorId: `${channel}:${message.ts}`,
    mine,
    madeAt: Number(message.ts) * 1_000,
    response: answered({ channel, ts: message.ts, message }),
  };
}

/** By our marker in its metadata. */
export const message: LookUp = async (looking) => {
  const channel = await channelOf(looking.call, looking.fields.get('channel') ?? '');
  return channel === undefined ? byName : marked(looking, channel);
};

async function marked(looking: Looking, channel: string, others: readonly Match[] = []): ReturnType<LookUp> {
  const me = await looking.me();
  const found: Match[] = [];
  for await (const each of messagesOf(looking, channel)) {
    if (!isMarked(looking.target, each.metadata?.event_payload?.[markerField])) continue;
    const other = isOurs(each, me) ? differenceOf(looking.fields, each) : undefined;
    if (other !== undefined)
      return cannotKnow(`${channel}:${each.ts} carries our marker and is not what was asked for: its ${other} differs`);
    found.push(matchOf(channel, each, isOurs(each, me)));
  }
  return matches(...others, ...found);
}

/** By its text, since it takes no metadata. */
export const said: LookUp = async (looking) => {
  const written = looking.fields.get('text') ?? '';
  return byText(looking, (text) => sameText(text, written));
};

/** Our messages in the time of the attempts; one with a marker was posted by another method. */
export async function byText(looking: Looking, isIt: (text: string) => boolean): ReturnType<LookUp> {
  const channel = await channelOf(looking.call, looking.fields.get('channel') ?? '');
  if (channel === undefined) return byName;
  const me = await looking.me();
  const found: Match[] = [];
  for await (const each of messagesOf(looking, channel)) {
    const at = Number(each.ts);
    if (at < earliest(looking) || at > latest(looking) || !isIt(each.text ?? '')) continue;
    if (each.metadata?.event_payload?.[markerField] !== undefined) continue;
    if (!looking.isAnothers(`${channel}:${each.ts}`)) found.push(matchOf(channel, each, isOurs(each, me)));
  }
  return matches(...found);
}

interface Scheduled {
  readonly id?: string;
  readonly post_at?: number;
  readonly date_created?: number;
  readonly text?: string;
}

/** By channel, time and text while it waits, by our marker once it was posted. */
export const scheduled: LookUp = async (looking) => {
  const { call, fields } = looking;
  const channel = await channelOf(call, fields.get('channel') ?? '');
  if (channel === undefined) return byName;
  const at = Number(fields.get('post_at'));
  const written = fields.get('text') ?? fields.get('markdown_text');
  const found: Match[] = [];
  // The list first: what is posted in between is in the history after it.
  for await (const page of pagesOf<{ scheduled_messages?: readonly Scheduled[] }>(call, 'chat.scheduledMessages.list', {
    channel,
    limit: 100,
  })) {
    for (const { id = '', post_at: postAt, date_created: created = 0, text = '' } of page.scheduled_messages ?? []) {
      const inTime = created >= Math.floor(earliest(looking)) && created <= Math.ceil(latest(looking));
      if (postAt !== at || !inTime || (written !== null && !sameText(text, written))) continue;
      const vendorId = `${channel}:${id}`;
      if (looking.isAnothers(vendorId)) continue;
      const body = { channel, scheduled_message_id: id, post_at: at, message: { text } };
      found.push({ vendorId, mine: true, response: answered(body) });
    }
  }
  return marked(looking, channel, found);
};

/** No longer listed, and nothing of ours was posted since: it did not go out instead. */
export const unscheduled: LookUp = async (looking) => {
  const { call, fields } = looking;
  const channel = await channelOf(call, fields.get('channel') ?? '');
  const id = fields.get('scheduled_message_id') ?? '';
  if (channel === undefined) return byName;
  for await (const page of pagesOf<{ scheduled_messages?: readonly Scheduled[] }>(call, 'chat.scheduledMessages.list', {
    channel,
    limit: 100,
  })) {
    if (page.scheduled_messages?.some((each) => each.id === id) === true) return matches();
  }
  const me = await looking.me();
  for await (const each of messagesOf(looking, channel)) {
    if (isOurs(each, me))
      return cannotKnow('it is no longer scheduled, and messages of this app were posted since: it may be one of them');
  }
  return reached(true, `${channel}:${id}`);
};

export const updated: LookUp = async ({ call, fields, me, ...looking }) => {
  const { channel = '', ts = '' } = Object.fromEntries(fields);
  const written = fields.get('text') ?? fields.get('markdown_text');
  const held = await messageAt(call, channel, ts);
  if (!held) return matches();
  const since = Number(held.edited?.ts ?? 0) >= earliest({ call, fields, me, ...looking });
  if (!since) return matches();
  const { user_id: user, bot_id: bot } = await me();
  const ours = held.edited?.user === user || held.edited?.user === bot;
  // By the text alone another update of ours could be taken for it, of a minute before or after.
  const parts = (['blocks', 'attachments'] as const).every((name) => {
    const given = fields.get(name);
    if (given === null) return true;
    const written = decoded(given) as readonly unknown[];
    // A text of its own Slack shows as a block of this type.
    const shown = (held[name] ?? []).filter((each) => (each as { type?: unknown }).type !== 'rich_text');
    return written.length === 0 ? shown.length === 0 : holds(held[name], written);
  });
  if (ours && parts && written !== null && sameText(held.text ?? '', written)) {
    const body = { channel, ts, text: held.text, message: held };
    return matches({ vendorId: `${channel}:${ts}`, mine: true, response: answered(body) });
  }
  return cannotKnow('the message was edited since, and does not say what it was to say');
};
