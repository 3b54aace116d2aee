import {
  answered,
  cannotKnow,
  channelOf,
  earliest,
  isError,
  latest,
  matches,
  pagesOf,
  type Call,
  type Looking,
  type LookUp,
  type Match,
} from './looking.ts';
import { decoded } from './request.ts';
import { equalText } from './texts.ts';

export interface File {
  readonly id?: string;
  readonly title?: string;
  readonly user?: string;
  readonly created?: number;
  readonly filetype?: string;
  readonly pretty_type?: string;
  readonly channels?: readonly string[];
  readonly groups?: readonly string[];
  readonly ims?: readonly string[];
  readonly shares?: Readonly<Record<'public' | 'private', Readonly<Record<string, unknown>> | undefined>>;
}

/** A file by its id; `undefined` where none of it was ever completed. */
export async function fileAt(call: Call, id: string): Promise<File | undefined> {
  try {
    return ((await call('files.info', { file: id })) as { file?: File }).file;
  } catch (error) {
    if (isError(error, 'file_not_found', 'file_deleted')) return undefined;
    throw error;
  }
}

/** A file that is there was completed; Slack shares it a while after. */
export const files: LookUp = async ({ call, fields }) => {
  const asked = decoded(fields.get('files') ?? '[]') as readonly { readonly id?: string }[];
  const held = await Promise.all(asked.map(({ id = '' }) => fileAt(call, id)));
  const there = held.filter((file) => file !== undefined);
  if (there.length === 0) return matches();
  if (there.length < asked.length) return cannotKnow('some of the files are there and some are not');
  const given = fields.get('channel_id') ?? fields.get('channels');
  const channel = given === null ? undefined : await channelOf(call, given);
  if (channel !== undefined && !there.every((file) => isSharedIn(file, channel)))
    return { kind: 'later', reason: 'the file is there and not shared yet' };
  const vendorId = asked.map(({ id = '' }) => id).join(',');
  return matches({ vendorId, mine: true, response: answered({ files: there }) });
};

function isSharedIn({ shares, channels = [], groups = [], ims = [] }: File, channel: string): boolean {
  return (
    shares?.public?.[channel] !== undefined ||
    shares?.private?.[channel] !== undefined ||
    [...channels, ...groups, ...ims].includes(channel)
  );
}

/** By title and link, as our user's last change, in the time of the attempts. */
export const bookmark: LookUp = async (looking) => {
  const { channel_id: channel = '', title = '', link } = Object.fromEntries(looking.fields);
  const { user_id: user } = await looking.me();
  const { bookmarks = [] } = (await looking.call('bookmarks.list', { channel_id: channel })) as {
    bookmarks?: readonly {
      id?: string;
      title?: string;
      link?: string;
      date_created?: number;
      last_updated_by_user_id?: string;
    }[];
  };
  const found = bookmarks.flatMap((each): Match[] => {
    const vendorId = `${channel}:${each.id}`;
    const same = equalText(each.title ?? '', title) && (link === undefined || equalText(each.link ?? '', link));
    if (!same || !isInTime(looking, each.date_created) || looking.isAnothers(vendorId)) return [];
    return [{ vendorId, mine: each.last_updated_by_user_id === user, response: answered({ bookmark: each }) }];
  });
  return matches(...found);
};

/** By text, time and maker. Slack does not say when it was made, so one that was there before counts as it. */
export const reminder: LookUp = async (looking) => {
  const { text = '', time = '', user } = Object.fromEntries(looking.fields);
  if (!/^\d+$/.test(time))
    return cannotKnow('its time was given in words; give it as a number, so that it can be looked up');
  const { user_id: me } = await looking.me();
  const { reminders = [] } = (await looking.call('reminders.list')) as {
    reminders?: readonly { id?: string; creator?: string; user?: string; text?: string; time?: number }[];
  };
  const found = reminders.flatMap((each): Match[] => {
    const vendorId = each.id ?? '';
    const to = user === undefined || each.user === undefined || each.user === user;
    const same = to && each.time === Number(time) && equalText(each.text ?? '', text);
    if (!same || looking.isAnothers(vendorId)) return [];
    return [{ vendorId, mine: each.creator === me, response: answered({ reminder: each }) }];
  });
  return matches(...found);
};

/** By its title among our user's files. */
export const canvas: LookUp = async (looking) => {
  const title = looking.fields.get('title');
  if (title === null) return cannotKnow('it has no title to look for');
  const { user_id: user } = await looking.me();
  const found: Match[] = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const list = (await looking.call('files.list', {
      user,
      ts_from: Math.floor(earliest(looking)),
      ts_to: Math.ceil(latest(looking)),
      count: 100,
      page,
    })) as { files?: readonly File[]; paging?: { pages?: number } };
    pages = list.paging?.pages ?? 1;
    for (const { id = '', ...file } of list.files ?? []) {
      const isCanvas = file.pretty_type === 'Canvas' || ['quip', 'canvas'].includes(file.filetype ?? '');
      if (!isCanvas || !equalText(file.title ?? '', title) || !isInTime(looking, file.created)) continue;
      if (looking.isAnothers(id)) continue;
      found.push({ vendorId: id, mine: file.user === user, response: answered({ canvas_id: id }) });
    }
  }
  return matches(...found);
};

/** A channel has one canvas: by its maker and its time. */
export const channelCanvas: LookUp = async (looking) => {
  const { channel } = (await looking.call('conversations.info', { channel: looking.fields.get('channel_id') })) as {
    channel?: {
      properties?: {
        tabs?: readonly { type?: string; data?: { file_id?: string } }[];
        canvas?: { file_id?: string };
      };
    };
  };
  const { tabs = [], canvas: older } = channel?.properties ?? {};
  const id = tabs.find(({ type }) => type === 'channel_canvas')?.data?.file_id ?? older?.file_id;
  const file = id === undefined ? undefined : await fileAt(looking.call, id);
  if (id === undefined || !file || !isInTime(looking, file.created)) return matches();
  const { user_id: user } = await looking.me();
  return matches({ vendorId: id, mine: file.user === user, response: answered({ canvas_id: id }) });
};

/** By name, creator and time: a name that is taken may be anybody's. */
export const channel: LookUp = async (looking) => {
  const { name = '', is_private: isPrivate } = Object.fromEntries(looking.fields);
  const { user_id: user } = await looking.me();
  const found: Match[] = [];
  for await (const page of pagesOf<{
    channels?: readonly { id?: string; name?: string; creator?: string; created?: number }[];
  }>(looking.call, 'conversations.list', {
    types: isPrivate === 'true' ? 'private_channel' : 'public_channel',
    limit: 1_000,
  })) {
    for (const each of page.channels ?? []) {
      if (each.name !== name || !isInTime(looking, each.created)) continue;
      found.push({ vendorId: each.id ?? '', mine: each.creator === user, response: answered({ channel: each }) });
    }
  }
  return matches(...found);
};

export const usergroup: LookUp = async (looking) => {
  const { name = '' } = Object.fromEntries(looking.fields);
  const { user_id: user } = await looking.me();
  const { usergroups = [] } = (await looking.call('usergroups.list', { include_disabled: true })) as {
    usergroups?: readonly { id?: string; name?: string; created_by?: string; date_create?: number }[];
  };
  const found = usergroups.flatMap((each): Match[] =>
    each.name === name && isInTime(looking, each.date_create)
      ? [{ vendorId: each.id ?? '', mine: each.created_by === user, response: answered({ usergroup: each }) }]
      : [],
  );
  return matches(...found);
};

function isInTime(looking: Looking, at: number | undefined): boolean {
  return at !== undefined && at >= Math.floor(earliest(looking)) && at <= Math.ceil(latest(looking));
}
