import type { ProbeAnswer, Target, WireResponse } from '@oncely/core';

import { messageAt } from './look-messages.ts';
import { fileAt } from './look-things.ts';
import { lookUps } from './look-ups.ts';
import { answered, isError, type Call, type Looking, type Me, type Sight, type SlackLike } from './looking.ts';
import { ownTokenGone, type OwnToken, type OwnTokens } from './own-tokens.ts';
import { fieldsOf, ownTokenOf, readRequest, type SlackRequest } from './request.ts';
import { entryNamed, type Entry } from './table.ts';

/** What a process knows beside the ledger. */
export interface Knowledge {
  readonly tokens: OwnTokens;
  readonly isAnothers: (vendorId: string, marker: string) => boolean;
}

/** Asks Slack whether a write in doubt happened, in the way that its method allows. */
export async function probe(client: SlackLike, target: Target, known: Knowledge): Promise<ProbeAnswer> {
  const entry = entryNamed(target.operation);
  if (entry.look === undefined) return cannotKnow(`${target.operation} cannot be looked up at Slack`);
  if (entry.look === 'repeat') {
    return target.refused === true
      ? cannotKnow('Slack refused to do it again, which says nothing of the first time')
      : { kind: 'absent' };
  }
  if (target.request === undefined)
    return cannotKnow('the ledger did not keep the request, so what to look for is not known');
  const request = readRequest(target.request);
  const call = callerFor(client, known.tokens, ownTokenOf(request));
  if (!call) return cannotKnow(ownTokenGone);
  let who: Promise<Me> | undefined;
  const looking: Looking = {
    call,
    me: () => (who ??= call('auth.test') as Promise<Me>),
    fields: fieldsOf(request),
    request,
    target,
    isAnothers: (vendorId) => known.isAnothers(vendorId, target.marker),
  };
  try {
    return answerOf(await lookUps[entry.look].look(looking), request, known.tokens);
  } catch (error) {
    return failed(error, entry, target);
  }
}

/**
 * Looks for a settled message, whose request is gone, in the channel or thread that its id says, by our marker: not
 * there, once or twice. Of other methods only what needs no request is looked up.
 */
export async function lookAgain(client: SlackLike, target: Target, known: Knowledge): Promise<ProbeAnswer> {
  const [, channel, ts] = /^([CGD][A-Z0-9]+):(\d+\.\d+)$/.exec(target.vendorId ?? '') ?? [];
  if (entryNamed(target.operation).look !== 'message' || channel === undefined || ts === undefined) {
    return probe(client, target, known);
  }
  try {
    const held = await messageAt((method, options) => client.apiCall(method, options), channel, ts);
    const thread = held?.thread_ts === undefined || held.thread_ts === ts ? {} : { thread_ts: held.thread_ts };
    const where: SlackRequest = {
      method: 'chat.postMessage',
      contentType: 'application/x-www-form-urlencoded',
      encoding: 'text',
      body: new URLSearchParams({ channel, ...thread }).toString(),
    };
    const answer = await probe(client, { ...target, request: JSON.stringify(where) }, known);
    // One whose marker went with an edit is there all the same.
    const unmarked = held && answer.kind === 'absent';
    return unmarked ? { kind: 'found', matches: [{ vendorId: `${channel}:${ts}` }] } : answer;
  } catch (error) {
    return failed(error, entryNamed(target.operation), target);
  }
}

function answerOf(sight: Sight, request: SlackRequest, tokens: OwnTokens): ProbeAnswer {
  if (sight.kind === 'cannot_know') return sight;
  if (sight.kind === 'later') return { kind: 'unreachable', reason: sight.reason, retryAfterMs: 2_000 };
  const mine = sight.matches.filter((match) => match.mine);
  if (mine.length > 0)
    return {
      kind: 'found',
      matches: mine.map(({ vendorId, response, madeAt }) => ({
        vendorId,
        response,
        ...(madeAt !== undefined && { madeAt }),
      })),
    };
  const [other] = sight.matches;
  // With the token that it was sent with, what somebody else did is not ours, whatever it says of itself.
  if (other && request.ownToken === undefined && tokens.changedSince(request.sender)) {
    return cannotKnow(
      `it may be ${other.vendorId}, made by another app or user; since it was sent the token of this client is another one`,
    );
  }
  return { kind: 'absent' };
}

/** Reads a result again by its id. */
export async function restore(client: SlackLike, target: Target, { tokens }: Knowledge): Promise<WireResponse> {
  const { look, kind } = entryNamed(target.operation);
  const { vendorId = '' } = target;
  const ownToken = target.request === undefined ? undefined : ownTokenOf(readRequest(target.request));
  const call = callerFor(client, tokens, ownToken);
  if (!call) throw new Error(ownTokenGone);
  const [channel = '', ts = ''] = vendorId.split(':');
  if (look === 'files') {
    const files = await Promise.all(vendorId.split(',').map((id) => fileAt(call, id)));
    if (files.every((file) => file !== undefined)) return answered({ files });
  } else if (look === 'message' || look === 'said' || look === 'stream' || look === 'updated') {
    const message = /^[CGD][A-Z0-9]+:\d+\.\d+$/.test(vendorId) ? await messageAt(call, channel, ts) : undefined;
    if (message) return answered({ channel, ts, message });
  } else if (look !== undefined && kind !== 'probed') {
    // These answer with nothing but that it is so.
    return answered({});
  }
  throw new Error(`${target.operation} cannot be read again by ${vendorId}`);
}

/** Calls with the token that the request was made with; `undefined` where that token is not here. */
function callerFor(client: SlackLike, tokens: OwnTokens, ownToken: OwnToken | undefined): Call | undefined {
  const access = tokens.optionsFor(ownToken);
  return access && ((method, options) => client.apiCall(method, { ...options, ...access }));
}

function failed(error: unknown, entry: Entry, target: Target): ProbeAnswer {
  const { data, retryAfter } = error as { data?: { error?: string; needed?: string }; retryAfter?: number };
  if (retryAfter !== undefined) return { kind: 'unreachable', reason: 'ratelimited', retryAfterMs: retryAfter * 1_000 };
  const reason = blindness(error, data?.needed);
  if (reason === undefined) {
    return { kind: 'unreachable', reason: data?.error ?? (error instanceof Error ? error.message : String(error)) };
  }
  // Without a look Slack itself decides: the repeat says that it is done.
  const arbitrated = entry.kind === 'constrained' && entry.done.length > 0 && target.refused !== true;
  return arbitrated ? { kind: 'absent' } : cannotKnow(reason);
}

/** Why this token cannot look; `undefined` where it may later. */
function blindness(error: unknown, needed: string | undefined): string | undefined {
  if (isError(error, 'missing_scope'))
    return `the token lacks the scope ${needed ?? 'to read it'}; add it, then oncely.effects.probeAgain(...)`;
  if (isError(error, 'not_in_channel', 'channel_not_found'))
    return 'the app is not a member of the channel; invite it, then oncely.effects.probeAgain(...)';
  if (isError(error, 'thread_not_found')) return 'the thread that it was written to is gone';
  if (isError(error, 'message_not_found')) return 'the message that it is about is gone';
  if (isError(error, 'not_allowed_token_type')) return 'this kind of token may not read it';
  return undefined;
}

function cannotKnow(reason: string): ProbeAnswer & { readonly kind: 'cannot_know' } {
  return { kind: 'cannot_know', reason };
}
