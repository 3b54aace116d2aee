import { createHash } from 'node:crypto';

/** How a call was authorized, as far as it may be kept. */
export interface Authorized {
  readonly mode: 'live' | 'test';
  /** The digest of an API key that the call brought of its own. */
  readonly ownKey?: string;
}

/** What a resend or a look-up is to be made with, or why this process cannot make it. */
export type Access =
  | { readonly kind: 'given'; readonly options: { readonly apiKey?: string } }
  | { readonly kind: 'gone'; readonly reason: string };

/**
 * Keeps resends and look-ups with the key that a call was made with, or one rotated in for it: a key of its own
 * (`{ apiKey }`) may be another account, and the other mode has other objects, so an answer there would prove nothing.
 * Own keys stay in this process.
 */
export interface Credentials {
  of(authorization: string | undefined): Promise<Authorized>;
  accessFor(authorized: Authorized): Promise<Access>;
}

const ownKeyGone =
  "the call brought an API key of its own, which is not kept, so only that call can go on; give each account's key to the builder with accounts: 'many'";

/** `peek` gives the authorization that the client uses by itself. */
export function createCredentials(peek: () => Promise<string | undefined>): Credentials {
  const own = new Map<string, string>();
  let usual: string | undefined;
  return {
    of: async (authorization) => {
      const mode = modeOf(authorization);
      // Not the one of last time: of its own, or the client's was rotated meanwhile.
      if (authorization !== usual) usual = await peek();
      if (authorization === undefined || usual === undefined || authorization === usual) return { mode };
      const ownKey = digestOf(authorization);
      own.set(ownKey, authorization);
      return { mode, ownKey };
    },
    accessFor: async ({ mode, ownKey }) => {
      const held = ownKey === undefined ? undefined : own.get(ownKey);
      if (held !== undefined) return { kind: 'given', options: { apiKey: held.replace(/^Bearer /, '') } };
      usual = await peek();
      if (ownKey !== undefined && (usual === undefined || digestOf(usual) !== ownKey)) {
        return { kind: 'gone', reason: ownKeyGone };
      }
      if (usual === undefined || modeOf(usual) === mode) return { kind: 'given', options: {} };
      return {
        kind: 'gone',
        reason: `the call was made in ${mode} mode, and this process has a key of the other mode`,
      };
    },
  };
}

export function modeOf(authorization: string | undefined): 'live' | 'test' {
  return /\b(?:sk|rk)_(?:org_)?live_/.test(authorization ?? '') ? 'live' : 'test';
}

/** A key is long and random, so its digest tells nothing. */
function digestOf(authorization: string): string {
  return createHash('sha256').update(authorization).digest('hex').slice(0, 16);
}
