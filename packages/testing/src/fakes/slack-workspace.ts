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
  readonly subtype: 'bot_message';
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
}

export interface SlackPost {
  readonly text: string;
  readonly threadTs?: string;
  readonly blocks?: readonly unknown[];
  readonly attachments?: readonly unknown[];
  readonly metadata?: SlackMetadata;
}

export interface ScheduledPost extends SlackPost {
  readonly id: string;
  readonly channel: string;
  /** Whole seconds. */
  readonly postAt: number;
  readonly createdAt: number;
  readonly author: SlackIdentity;
}

export interface SlackChannel {
  readonly id: string;
  readonly isMember: boolean;
  readonly isArchived: boolean;
  /** Oldest first, with the moment each landed. */
  readonly messages: { readonly message: SlackMessage; readonly landedAt: number }[];
}

/** Everything of one team. */
export interface SlackWorkspace {
  readonly scheduled: Map<string, ScheduledPost>;
  /** The channel, or `undefined` where nobody knows it; a direct channel exists once it was opened. */
  channel(id: string): SlackChannel | undefined;
  seed(channel: { id: string; isMember?: boolean; isArchived?: boolean }): SlackChannel;
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
    channel(id) {
      const known = channels.get(id);
      if (known || strictChannels || !/^[CG][A-Z0-9]+$/.test(id)) return known;
      return workspace.seed({ id });
    },
    seed({ id, isMember = true, isArchived = false }) {
      const channel = { id, isMember, isArchived, messages: channels.get(id)?.messages ?? [] };
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
        subtype: 'bot_message',
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
