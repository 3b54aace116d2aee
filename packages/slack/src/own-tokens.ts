import { createHash } from 'node:crypto';

import { OncelyError } from '@oncely/core';

import type { Call, Me } from './looking.ts';

/** What a resend or a look-up in another process says of a call that brought its own token. */
export const ownTokenGone =
  "the call brought a token of its own, which is not kept, so only that call can go on; give each workspace's token to the builder with accounts: 'many'";

/** A token that a call brought, by what may be kept of it. */
export interface OwnToken {
  readonly digest: string;
  /** Its workspace and its bot or user, `T1/B1`, which stay when it rotates; absent where Slack does not take the token. */
  readonly owner?: string;
}

/**
 * The tokens that calls brought of their own (`{ token }`). Another token may be another workspace or app, where a
 * resend or a look-up with the client's token would be wrong, so they are held by this process and by nothing else.
 */
export interface OwnTokens {
  /**
   * Takes a call's token; whose it is, is asked of Slack once a token.
   * @throws OncelyError `not_sent` where Slack cannot be asked.
   */
  take(token: string, method: string): Promise<OwnToken>;
  /** Takes the client's own token, as a digest, from the headers of one of its calls. */
  see(headers: RequestInit['headers']): void;
  /** Whether the client's token is another one than that of this digest; `false` where either is not known. */
  changedSince(sender: string | undefined): boolean;
  /** Arguments that give the SDK the token of a stored request; `undefined` where this process does not have it. */
  optionsFor(own: Partial<OwnToken> | undefined): { readonly token?: string } | undefined;
}

export function createOwnTokens(ask: Call): OwnTokens {
  const held = new Map<string, string>();
  const owners = new Map<string, Promise<string | undefined>>();
  let client: string | undefined;
  return {
    take: async (token, method) => {
      const digest = digestOf(token);
      let asked = owners.get(digest);
      if (!asked) owners.set(digest, (asked = ownerOf(ask, token)));
      try {
        const owner = await asked;
        held.set(digest, token);
        if (owner !== undefined) held.set(owner, token);
        return { digest, ...(owner === undefined ? {} : { owner }) };
      } catch (cause) {
        owners.delete(digest);
        throw new OncelyError('not_sent', {
          message: `${method} was not sent: Slack could not be asked whose the token of the call is (${(cause as Error).message}).`,
          fix: "call it again; for a workspace that you know, give its token to the builder with accounts: 'many'",
          cause,
        });
      }
    },
    see: (headers) => {
      client = senderOf(new Headers(headers).get('authorization')) ?? client;
    },
    changedSince: (sender) => sender !== undefined && client !== undefined && sender !== client,
    optionsFor: (own) => {
      if (own?.digest === undefined) return {};
      const token = held.get(own.owner ?? own.digest) ?? held.get(own.digest);
      return token === undefined ? undefined : { token };
    },
  };
}

async function ownerOf(ask: Call, token: string): Promise<string | undefined> {
  try {
    const { team_id: team, bot_id: bot, user_id: user } = (await ask('auth.test', { token })) as Me;
    return team === undefined ? undefined : `${team}/${bot ?? user ?? ''}`;
  } catch (error) {
    const { data } = error as { data?: { ok?: unknown } };
    // Slack's own no: the write gets it too, and then it is no final one.
    if (data?.ok === false) return undefined;
    throw error;
  }
}

/** The digest of the token in an authorization header. */
export function senderOf(authorization: string | null | undefined): string | undefined {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  return token === undefined ? undefined : digestOf(token);
}

/** A token is long and random, so its digest tells nothing. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}
