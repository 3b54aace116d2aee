import type { ProbeAnswer, Target, WireResponse } from '@oncely/core';

import { ownTokenGone, type OwnTokens } from './own-tokens.ts';
import { markerField, readRequest } from './request.ts';

/** The one method of the user's client that recovery needs. */
export interface SlackLike {
  apiCall(method: string, options?: Record<string, unknown>): Promise<unknown>;
}

interface Message {
  readonly ts: string;
  readonly bot_id?: string;
  readonly user?: string;
  readonly metadata?: { readonly event_payload?: Readonly<Record<string, unknown>> };
}

interface Page {
  readonly messages: readonly Message[];
  readonly has_more?: boolean;
  readonly response_metadata?: { readonly next_cursor?: string };
}

/** Slack's clock may differ from the ledger's. */
const skewMs = 60_000;

type Call = (method: string, options?: Record<string, unknown>) => Promise<unknown>;

/** Looks for a message by our marker in its metadata, in all of the history since before the first attempt. */
export async function probe(client: SlackLike, target: Target, tokens: OwnTokens): Promise<ProbeAnswer> {
  if (target.operation !== 'slack.chat.postMessage') {
    return cannotKnow(`${target.operation} cannot be looked up at Slack yet`);
  }
  if (target.request === undefined)
    return cannotKnow('the ledger did not keep the request, so the channel is not known');
  const request = readRequest(target.request);
  const fields = new URLSearchParams(request.body);
  const call = callerFor(client, tokens, request.ownToken);
  if (!call) return cannotKnow(ownTokenGone);
  try {
    const channel = await resolveChannel(call, fields.get('channel') ?? '');
    if (channel === undefined) {
      return cannotKnow(`the channel was given by name; give its id, so that its history can be read`);
    }
    const me = (await call('auth.test')) as { bot_id?: string; user_id?: string };
    const thread = fields.get('thread_ts');
    const matches: { vendorId: string; response: WireResponse }[] = [];
    let cursor: string | undefined;
    do {
      const page = (await call(thread === null ? 'conversations.history' : 'conversations.replies', {
        channel,
        ...(thread === null ? {} : { ts: thread }),
        oldest: ((target.from - skewMs) / 1_000).toFixed(6),
        inclusive: true,
        include_all_metadata: true,
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      })) as Page;
      for (const message of page.messages) {
        if (isOurs(message, me) && message.metadata?.event_payload?.[markerField] === target.marker) {
          matches.push({ vendorId: `${channel}:${message.ts}`, response: responseOf(channel, message) });
        }
      }
      cursor = page.response_metadata?.next_cursor || undefined;
      if (page.has_more === true && cursor === undefined && matches.length === 0) {
        return { kind: 'unreachable', reason: 'the history says that it goes on, and not where' };
      }
    } while (cursor !== undefined);
    return matches.length === 0 ? { kind: 'absent' } : { kind: 'found', matches };
  } catch (error) {
    return failed(error);
  }
}

/** Reads a message again by its id. */
export async function restore(client: SlackLike, target: Target, tokens: OwnTokens): Promise<WireResponse> {
  const [channel, ts] = target.vendorId?.split(':') ?? [];
  if (channel === undefined || ts === undefined) throw new Error(`${target.operation} cannot be read again by an id`);
  const call = callerFor(
    client,
    tokens,
    target.request === undefined ? undefined : readRequest(target.request).ownToken,
  );
  if (!call) throw new Error(ownTokenGone);
  const only = { channel, oldest: ts, latest: ts, inclusive: true };
  // The history leaves the replies of a thread out, which are read by their own timestamp.
  for (const [method, options] of [
    ['conversations.history', { ...only, limit: 1 }],
    ['conversations.replies', { ...only, ts }],
  ] as const) {
    const page = (await call(method, options)) as Page;
    const message = page.messages.find((each) => each.ts === ts);
    if (message) return responseOf(channel, message);
  }
  throw new Error(`the message ${target.vendorId} is not in the channel's history`);
}

/** Calls with the token that the request was made with; `undefined` where that token is not here. */
function callerFor(client: SlackLike, tokens: OwnTokens, ownToken: string | undefined): Call | undefined {
  const access = tokens.optionsFor(ownToken);
  return access && ((method, options) => client.apiCall(method, { ...options, ...access }));
}

/** Metadata can be written by anybody; only our own bot's or user's message counts. */
function isOurs(message: Message, me: { bot_id?: string; user_id?: string }): boolean {
  return me.bot_id === undefined ? message.user === me.user_id : message.bot_id === me.bot_id;
}

/** A user's id stands for the direct message with them. */
async function resolveChannel(call: Call, channel: string): Promise<string | undefined> {
  if (/^[CGD][A-Z0-9]+$/.test(channel)) return channel;
  if (!/^[UW][A-Z0-9]+$/.test(channel)) return undefined;
  const opened = (await call('conversations.open', { users: channel })) as { channel: { id: string } };
  return opened.channel.id;
}

function responseOf(channel: string, message: Message): WireResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ok: true, channel, ts: message.ts, message }),
  };
}

function failed(error: unknown): ProbeAnswer {
  const { data, retryAfter } = error as { data?: { error?: string; needed?: string }; retryAfter?: number };
  if (retryAfter !== undefined) return { kind: 'unreachable', reason: 'ratelimited', retryAfterMs: retryAfter * 1_000 };
  const code = data?.error;
  if (code === 'missing_scope') {
    return cannotKnow(
      `the token lacks the scope ${data?.needed ?? 'to read the history'}; add it, then oncely.effects.probeAgain(...)`,
    );
  }
  if (code === 'not_in_channel' || code === 'channel_not_found') {
    return cannotKnow('the app is not a member of the channel; invite it, then oncely.effects.probeAgain(...)');
  }
  if (code === 'thread_not_found') return cannotKnow('the thread that it was written to is gone');
  return { kind: 'unreachable', reason: code ?? (error instanceof Error ? error.message : String(error)) };
}

function cannotKnow(reason: string): ProbeAnswer {
  return { kind: 'cannot_know', reason };
}
