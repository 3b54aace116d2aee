import { createHash } from 'node:crypto';

/** What a resend or a look-up in another process says of a call that brought its own token. */
export const ownTokenGone =
  "the call brought a token of its own, which is not kept, so only that call can go on; give each workspace's token to the builder with accounts: 'many'";

/**
 * The tokens that calls brought of their own (`{ token }`). Another token may be another workspace or app, where a
 * resend or a look-up with the client's token would be wrong, so they are held by this process and by nothing else.
 */
export interface OwnTokens {
  remember(token: string | undefined): void;
  /** Arguments that give the SDK the token of this digest; `undefined` where this process does not have it. */
  optionsFor(digest: string | undefined): { readonly token?: string } | undefined;
}

export function createOwnTokens(): OwnTokens {
  const held = new Map<string, string>();
  return {
    remember: (token) => {
      if (token !== undefined) held.set(digestOf(token), token);
    },
    optionsFor: (digest) => {
      if (digest === undefined) return {};
      const token = held.get(digest);
      return token === undefined ? undefined : { token };
    },
  };
}

/** A token is long and random, so its digest tells nothing. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}
