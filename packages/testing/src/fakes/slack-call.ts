import type {
  SlackChannel,
  SlackIdentity,
  SlackMessage,
  SlackMetadata,
  SlackPost,
  SlackWorkspace,
} from './slack-workspace.ts';

/** One authenticated call of a Web API method. */
export interface SlackCall {
  readonly method: string;
  readonly args: Readonly<Record<string, string>>;
  readonly caller: SlackIdentity;
  readonly workspace: SlackWorkspace;
  /** Where this fake is reached, for upload addresses. */
  readonly url: string;
  /** How long after it landed a message shows in history and replies. */
  readonly historyLagMs: number;
  readonly maxHistoryItems: number;
  /** How long after it was completed a file shows where it is shared. */
  readonly fileShareLagMs: number;
  now(): number;
  newId(prefix: string): string;
}

/** What a method answers beside `ok: true`, and the effect that happened, if any. */
export interface SlackOutcome {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly effect?: SlackEffectDetail;
}

export interface SlackEffectDetail {
  /** A message's `ts`, a scheduled message's id, a file's id; empty where the method makes none. */
  readonly id?: string;
  readonly channel?: string;
  readonly text?: string;
  readonly metadata?: SlackMetadata;
}

export type SlackMethod = (call: SlackCall) => SlackOutcome;

/** A refusal as Slack answers it: 200 with `ok: false`, nothing happened. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(error: string, detail: Readonly<Record<string, unknown>> = {}) {
    super(error);
    this.detail = detail;
  }
}

export function requireScope(call: SlackCall, scope: string): void {
  const { scopes } = call.caller;
  if (!scopes.includes(scope)) throw new SlackRefusal('missing_scope', { needed: scope, provided: scopes.join(',') });
}

/** A required argument, refused by the error that the method has for its absence. */
export function argument(call: SlackCall, name: string, error = 'invalid_arguments'): string {
  const value = call.args[name];
  if (value === undefined || value === '') throw new SlackRefusal(error);
  return value;
}

/** An argument that the SDK sends as JSON text. */
export function jsonArgument(call: SlackCall, name: string, error: string): unknown {
  const value = call.args[name];
  if (value === undefined || value === '') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackRefusal(error);
  }
}

export function isSet(call: SlackCall, name: string): boolean {
  return call.args[name] === 'true' || call.args[name] === '1';
}

/** The channel of a read, which must be known and joined. */
export function joinedChannel(call: SlackCall): SlackChannel {
  const channel = call.workspace.channel(argument(call, 'channel', 'channel_not_found'));
  if (!channel) throw new SlackRefusal('channel_not_found');
  if (!channel.isMember) throw new SlackRefusal('not_in_channel');
  return channel;
}

/** A channel that is known, joined or not. */
export function knownChannel(call: SlackCall, name = 'channel'): SlackChannel {
  const channel = call.workspace.channel(argument(call, name, 'channel_not_found'));
  if (!channel) throw new SlackRefusal('channel_not_found');
  return channel;
}

/** The scope of a read, by the kind of conversation. */
export function scopeFor(call: SlackCall, verb: 'history' | 'read', name = 'channel'): string {
  const kind = argument(call, name, 'channel_not_found')[0];
  if (kind === 'D') return `im:${verb}`;
  return kind === 'G' ? `groups:${verb}` : `channels:${verb}`;
}

/** Whole seconds. */
export function seconds(call: SlackCall): number {
  return Math.floor(call.now() / 1000);
}

/** A list given with commas or as JSON. */
export function listArgument(call: SlackCall, name: string, error: string): readonly string[] {
  const value = argument(call, name, error);
  const list: unknown = value.startsWith('[') ? JSON.parse(value) : value.split(',');
  return (list as string[]).map((each) => each.trim());
}

/** A page of what is listed, by a cursor that counts. */
export function pageOf<T>(call: SlackCall, all: readonly T[], standard: number): { page: readonly T[]; next: string } {
  const limit = Number(call.args['limit'] ?? standard);
  const from = Number(call.args['cursor'] ?? 0);
  if (!Number.isInteger(limit) || limit < 1) throw new SlackRefusal('invalid_limit');
  if (!Number.isInteger(from)) throw new SlackRefusal('invalid_cursor');
  return { page: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : '' };
}

export function findMessage(channel: SlackChannel, ts: string): SlackMessage {
  const found = channel.messages.find(({ message }) => message.ts === ts);
  if (!found) throw new SlackRefusal('message_not_found');
  return found.message;
}

const maxTextLength = 40_000;

/** The content of a message, checked as chat.* does. */
export function readPost(call: SlackCall): SlackPost {
  const text = call.args['text'] ?? call.args['markdown_text'] ?? '';
  const blocks = jsonArgument(call, 'blocks', 'invalid_blocks_format');
  const attachments = jsonArgument(call, 'attachments', 'invalid_attachments');
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0;
  const hasAttachments = Array.isArray(attachments) && attachments.length > 0;
  if (text === '' && !hasBlocks && !hasAttachments) throw new SlackRefusal('no_text');
  if (text.length > maxTextLength) throw new SlackRefusal('msg_too_long');
  const metadata = readMetadata(call);
  const threadTs = call.args['thread_ts'];
  return {
    text,
    ...(threadTs !== undefined && threadTs !== '' && { threadTs }),
    ...(hasBlocks && { blocks }),
    ...(hasAttachments && { attachments }),
    ...(metadata && { metadata }),
  };
}

function readMetadata(call: SlackCall): SlackMetadata | undefined {
  const value = jsonArgument(call, 'metadata', 'invalid_metadata_format') as Partial<SlackMetadata> | undefined;
  if (value === undefined) return undefined;
  if (typeof value?.event_type !== 'string' || typeof value.event_payload !== 'object') {
    throw new SlackRefusal('invalid_metadata_format');
  }
  return { event_type: value.event_type, event_payload: value.event_payload };
}
