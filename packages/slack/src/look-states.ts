import {
  answered,
  cannotKnow,
  earliest,
  isError,
  matches,
  pagesOf,
  reached,
  type Call,
  type LookUp,
  type Sight,
} from './looking.ts';
import { decoded } from './request.ts';
import { equalText } from './texts.ts';

interface Reaction {
  readonly name?: string;
  readonly users?: readonly string[];
}

async function reactionsOf(call: Call, fields: URLSearchParams): Promise<readonly Reaction[]> {
  const { channel, timestamp } = Object.fromEntries(fields);
  const { message } = (await call('reactions.get', { channel, timestamp, full: true })) as {
    message?: { reactions?: readonly Reaction[] };
  };
  return message?.reactions ?? [];
}

const idOf = (fields: URLSearchParams): string => `${fields.get('channel')}:${fields.get('timestamp')}`;

/** Under another name of the same emoji it is not seen; then Slack says `already_reacted` to the repeat. */
export const reaction: LookUp = async ({ call, fields, me }) => {
  const { user_id: user = '' } = await me();
  const name = fields.get('name');
  const there = (await reactionsOf(call, fields)).find((each) => each.name === name)?.users ?? [];
  const vendorId = `${idOf(fields)}:${name}`;
  if (there.includes(user)) return reached(true, vendorId);
  return matches(...there.slice(0, 1).map(() => ({ vendorId, mine: false, response: answered({}) })));
};

interface Note {
  readonly value?: string;
  readonly creator?: string;
  readonly last_set?: number;
}

interface Channel {
  readonly id?: string;
  readonly name?: string;
  readonly is_archived?: boolean;
  readonly topic?: Note;
  readonly purpose?: Note;
}

async function infoOf(call: Call, fields: URLSearchParams): Promise<Channel> {
  const { channel } = (await call('conversations.info', { channel: fields.get('channel') })) as { channel?: Channel };
  return channel ?? {};
}

export const name: LookUp = async ({ call, fields }) => {
  const channel = await infoOf(call, fields);
  return reached(channel.name === fields.get('name'), channel.id ?? '', { channel });
};

/** We set it since and it says so; or somebody set another since, which is not to be overwritten; or it is to be set. */
function note(field: 'topic' | 'purpose'): LookUp {
  return async (looking): Promise<Sight> => {
    const { call, fields } = looking;
    const channel = await infoOf(call, fields);
    const held = channel[field];
    const isSince = (held?.last_set ?? 0) >= Math.floor(earliest(looking));
    if (equalText(held?.value ?? '', fields.get(field) ?? '')) {
      const { user_id: user } = await looking.me();
      const mine = held?.creator === user;
      return isSince ? matches({ vendorId: channel.id ?? '', mine, response: answered({ channel }) }) : matches();
    }
    return isSince ? cannotKnow(`the ${field} was set since, and says something else`) : matches();
  };
}

export const topic: LookUp = note('topic');
export const purpose: LookUp = note('purpose');

async function membersOf(call: Call, fields: URLSearchParams): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  for await (const { members = [] } of pagesOf<{ members?: readonly string[] }>(call, 'conversations.members', {
    channel: fields.get('channel'),
    limit: 1_000,
  })) {
    for (const member of members) all.add(member);
  }
  return all;
}

export const member: LookUp = async ({ call, fields }) => {
  const given = decoded(fields.get('users') ?? '');
  const users = Array.isArray(given) ? (given as string[]) : String(given).split(',');
  const members = await membersOf(call, fields);
  const channel = fields.get('channel') ?? '';
  if (!users.every((user) => members.has(user.trim()))) return matches();
  return reached(true, channel, { channel: await infoOf(call, fields).catch(withoutInfo) });
};

/** Membership may be read by a token that may not read what the channel is. */
function withoutInfo(error: unknown): Channel {
  if (isError(error, 'missing_scope')) return {};
  throw error;
}
