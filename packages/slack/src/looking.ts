import type { Target, WireResponse } from '@oncely/core';

import type { SlackRequest } from './request.ts';

/** The one method of the user's client that recovery needs. */
export interface SlackLike {
  apiCall(method: string, options?: Record<string, unknown>): Promise<unknown>;
}

export type Call = (method: string, options?: Record<string, unknown>) => Promise<unknown>;

/** Who the token is. */
export interface Me {
  readonly bot_id?: string;
  readonly user_id?: string;
  readonly team_id?: string;
}

/** What a look has to go by. */
export interface Looking {
  readonly call: Call;
  readonly me: () => Promise<Me>;
  readonly fields: URLSearchParams;
  readonly request: SlackRequest;
  readonly target: Target;
  /** Whether this process knows that a thing of this id is another effect's. */
  readonly isAnothers: (vendorId: string) => boolean;
}

export interface Match {
  readonly vendorId: string;
  /** `false`: somebody else did it. */
  readonly mine: boolean;
  /** When it was made, in milliseconds since 1970, where Slack says so. */
  readonly madeAt?: number;
  readonly response: WireResponse;
}

/** What a look saw. No matches: a complete look, and it is not there. */
export type Sight =
  | { readonly kind: 'matches'; readonly matches: readonly Match[] }
  | { readonly kind: 'cannot_know'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string };

export type LookUp = (looking: Looking) => Promise<Sight>;

/** Slack's clock may differ from the ledger's. */
const skewMs = 60_000;

/** The earliest that an effect may have happened, in Slack's seconds: what an attempt did that Slack refused is none. */
export function earliest({ target: { from, since = from } }: Looking): number {
  return (since - skewMs) / 1_000;
}

export function latest({ target }: Looking): number {
  return (target.until + skewMs) / 1_000;
}

export function matches(...all: readonly Match[]): Sight {
  return { kind: 'matches', matches: all };
}

/** A state that was to be reached, by whoever. */
export function reached(is: boolean, vendorId: string, body: Readonly<Record<string, unknown>> = {}): Sight {
  return is ? matches({ vendorId, mine: true, response: answered(body) }) : matches();
}

export function cannotKnow(reason: string): Sight {
  return { kind: 'cannot_know', reason };
}

/** An answer as Slack would have given it. */
export function answered(body: Readonly<Record<string, unknown>>): WireResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ok: true, ...body }),
  };
}

/** Whether a failed call got this answer of Slack's. */
export function isError(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as { data?: { error?: string } }).data?.error ?? '');
}

/** All pages of a list, by cursor. */
export async function* pagesOf<Page>(
  call: Call,
  method: string,
  options: Record<string, unknown>,
): AsyncGenerator<Page, void> {
  let cursor: string | undefined;
  do {
    const page = (await call(method, { ...options, ...(cursor === undefined ? {} : { cursor }) })) as Page & {
      readonly has_more?: boolean;
      readonly response_metadata?: { readonly next_cursor?: string };
    };
    cursor = page.response_metadata?.next_cursor || undefined;
    yield page as Awaited<Page>;
    if (page.has_more === true && cursor === undefined) throw new Error('the list says that it goes on, and not where');
  } while (cursor !== undefined);
}

/** A user's id stands for the direct message with them; `undefined` for a name, whose history cannot be read. */
export async function channelOf(call: Call, channel: string): Promise<string | undefined> {
  if (/^[CGD][A-Z0-9]+$/.test(channel)) return channel;
  if (!/^[UW][A-Z0-9]+$/.test(channel)) return undefined;
  const opened = (await call('conversations.open', { users: channel })) as { channel: { id: string } };
  return opened.channel.id;
}

export const byName: Sight = cannotKnow('the channel was given by name; give its id, so that it can be looked up');
