import type { SlackUser } from './slack-users.ts';

/** Message metadata as an app attaches it. */
export interface SlackMetadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

/** The app behind a token. */
export interface SlackIdentity {
  readonly teamId: string;
  readonly botId: string;
  readonly appId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
}

export interface SlackMessage {
  readonly type: 'message';
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user: string;
  readonly bot_id: string;
  readonly app_id: string;
  readonly team: string;
  text: string;
  blocks?: readonly unknown[];
  attachments?: readonly unknown[];
  metadata?: SlackMetadata;
  edited?: { readonly user: string; readonly ts: string };
  reactions?: { name: string; users: string[]; count: number }[];
  /** Of a message that is or was streamed. */
  streaming_state?: 'in_progress' | 'completed';
}

export interface SlackPost {
  readonly text: string;
  readonly threadTs?: string;
  readonly blocks?: readonly unknown[];
  readonly attachments?: readonly unknown[];
  readonly metadata?: SlackMetadata;
  readonly streaming?: boolean;
}

export interface ScheduledPost extends SlackPost {
  readonly id: string;
  readonly channel: string;
  /** Whole seconds. */
  readonly postAt: number;
  readonly createdAt: number;
  readonly author: SlackIdentity;
}

export interface SlackNote {
  readonly value: string;
  readonly creator: string;
  /** Whole seconds. */
  readonly last_set: number;
}

export interface SlackBookmark {
  readonly id: string;
  readonly channel_id: string;
  title: string;
  link: string;
  emoji: string;
  readonly type: string;
  /** Whole seconds. */
  readonly date_created: number;
  date_updated: number;
  last_updated_by_user_id: string;
}

export interface SlackChannel {
  readonly id: string;
  name: string;
  isMember: boolean;
  isArchived: boolean;
  readonly creator: string;
  /** Whole seconds. */
  readonly created: number;
  topic: SlackNote;
  purpose: SlackNote;
  canvas?: string;
  readonly members: Set<string>;
  readonly pins: { readonly ts: string; readonly user: string; readonly created: number }[];
  readonly bookmarks: SlackBookmark[];
  /** Oldest first, with the moment each landed. */
  readonly messages: { readonly message: SlackMessage; readonly landedAt: number }[];
}

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly user: string;
  /** Whole seconds. */
  readonly created: number;
  readonly size: number;
  readonly filetype: string;
  readonly pretty_type: string;
  /** By channel: the message that shares it, and when that shows. */
  readonly shares: Map<string, { readonly ts: string; readonly threadTs?: string; readonly shownAt: number }>;
}

export interface SlackReminder {
  readonly id: string;
  readonly creator: string;
  readonly user: string;
  readonly text: string;
  readonly time: number;
  complete_ts: number;
}

export interface SlackUsergroup {
  readonly id: string;
  readonly name: string;
  readonly handle: string;
  readonly description: string;
  readonly created_by: string;
  /** Whole seconds. */
  readonly date_create: number;
  readonly is_usergroup: true;
}

export interface SlackSeed {
  readonly id: string;
  readonly name?: string;
  readonly creator?: string;
  readonly isMember?: boolean;
  readonly isArchived?: boolean;
}

/** Everything of one team. */
export interface SlackWorkspace {
  readonly scheduled: Map<string, ScheduledPost>;
  readonly files: Map<string, SlackFile>;
  /** Addresses that were given for uploads, by the file's id. */
  readonly uploads: Map<string, { readonly name: string; readonly user: string; bytes?: number }>;
  readonly reminders: Map<string, SlackReminder>;
  readonly usergroups: Map<string, SlackUsergroup>;
  readonly users: Map<string, SlackUser>;
  /** The triggers of a modal that were exchanged. */
  readonly triggers: Set<string>;
  channels(): readonly SlackChannel[];
  /** The channel, or `undefined` where nobody knows it; a direct channel exists once it was opened. */
  channel(id: string): SlackChannel | undefined;
  seed(channel: SlackSeed): SlackChannel;
  /** The direct channel with these users, opened on first use. */
  open(users: readonly string[]): { readonly channel: SlackChannel; readonly isNew: boolean };
  post(channel: SlackChannel, author: SlackIdentity, post: SlackPost): SlackMessage;
  /** Lands what was scheduled for a time that has come. */
  landScheduled(): void;
  /** A message timestamp: unique, and later than every one before. */
  nextTs(): string;
}

export function createSlackWorkspace(now: () => number, strictChannels: boolean): SlackWorkspace {
  const channels = new Map<string, SlackChannel>();
  const scheduled = new Map<string, ScheduledPost>();
  let lastMicros = 0;

  const workspace: SlackWorkspace = {
    scheduled,
    files: new Map(),
    uploads: new Map(),
    reminders: new Map(),
    usergroups: new Map(),
    users: new Map(),
    triggers: new Set(),
    channels: () => [...channels.values()],
    channel(id) {
      const known = channels.get(id);
      if (known || strictChannels || !/^[CG][A-Z0-9]+$/.test(id)) return known;
      return workspace.seed({ id });
    },
    seed({ id, name, creator = 'U0PERSON', isMember = true, isArchived = false }) {
      const known = channels.get(id);
      if (known) return Object.assign(known, { isMember, isArchived, ...(name !== undefined && { name }) });
      const note = { value: '', creator: '', last_set: 0 };
      const channel: SlackChannel = {
        id,
        name: name ?? id.toLowerCase(),
        isMember,
        isArchived,
        creator,
        created: Math.floor(now() / 1000),
        topic: note,
        purpose: note,
        members: new Set([creator]),
        pins: [],
        bookmarks: [],
        messages: [],
      };
      channels.set(id, channel);
      return channel;
    },
    open(users) {
      const id = users.length === 1 ? `D${users[0]?.slice(1)}` : `G${users.map((user) => user.slice(1)).join('')}`;
      const known = channels.get(id);
      return known ? { channel: known, isNew: false } : { channel: workspace.seed({ id }), isNew: true };
    },
    post(channel, author, post) {
      const message: SlackMessage = {
        type: 'message',
        text: post.text,
        ts: workspace.nextTs(),
        ...(post.threadTs !== undefined && { thread_ts: post.threadTs }),
        user: author.userId,
        bot_id: author.botId,
        app_id: author.appId,
        team: author.teamId,
        ...(post.blocks && { blocks: post.blocks }),
        ...(post.attachments && { attachments: post.attachments }),
        ...(post.metadata && { metadata: post.metadata }),
        ...(post.streaming === true && { streaming_state: 'in_progress' as const }),
      };
      channel.messages.push({ message, landedAt: now() });
      return message;
    },
    landScheduled() {
      for (const post of scheduled.values()) {
        if (post.postAt * 1000 > now()) continue;
        scheduled.delete(post.id);
        const channel = workspace.channel(post.channel);
        if (channel) workspace.post(channel, post.author, post);
      }
    },
    nextTs() {
      lastMicros = Math.max(Math.floor(now()) * 1000 + 100, lastMicros + 100);
      const digits = String(lastMicros).padStart(7, '0');
      return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
    },
  };
  return workspace;
}

/** A timestamp in whole microseconds, to compare by; `undefined` when it is none. */
export function microsOf(ts: string): number | undefined {
  const matched = /^(\d{1,12})(?:\.(\d{1,6})\d*)?$/.exec(ts);
  if (!matched) return undefined;
  const [, seconds = '0', fraction = ''] = matched;
  return Number(seconds) * 1_000_000 + Number(fraction.padEnd(6, '0'));
}
