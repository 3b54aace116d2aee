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
  /** Takes the client's own token, as a digest, from the headers of one of its calls. */
  see(headers: RequestInit['headers']): void;
  /** Whether the client's token is another one than that of this digest; `false` where either is not known. */
  changedSince(sender: string | undefined): boolean;
  /** Arguments that give the SDK the token of this digest; `undefined` where this process does not have it. */
  optionsFor(digest: string | undefined): { readonly token?: string } | undefined;
}

export function createOwnTokens(): OwnTokens {
  const held = new Map<string, string>();
  let client: string | undefined;
  return {
    remember: (token) => {
      if (token !== undefined) held.set(digestOf(token), token);
    },
    see: (headers) => {
      client = senderOf(new Headers(headers).get('authorization')) ?? client;
    },
    changedSince: (sender) => sender !== undefined && client !== undefined && sender !== client,
    optionsFor: (digest) => {
      if (digest === undefined) return {};
      const token = held.get(digest);
      return token === undefined ? undefined : { token };
    },
  };
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
