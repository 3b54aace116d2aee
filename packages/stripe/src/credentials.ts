import { createHash } from 'node:crypto';

import { extraHeaders } from './extra-headers.ts';
import { apiBases, headerOf, modeOf, type SdkCall, type SdkHeaders } from './request.ts';

/** How a call was authorized, as far as it may be kept. */
export interface Authorized {
  readonly mode: 'live' | 'test';
  /** The digest of an API key that the call brought of its own. */
  readonly ownKey?: string;
  /** The names of headers of the call that are credentials, and so are not kept. */
  readonly withheld?: readonly string[];
  /** A host that only the call named, to which no other one sends a key. */
  readonly ownHost?: string;
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
  /** `usualHost` is where a call goes that names no host. */
  of(call: SdkCall, usualHost: string | undefined): Promise<Authorized>;
  accessFor(authorized: Authorized): Promise<Access>;
}

const ownKeyGone =
  "the call brought an API key of its own, which is not kept, so only that call can go on; give each account's key to the builder with accounts: 'many'";

/** `peek` gives the headers that the client sends by itself. */
export function createCredentials(peek: () => Promise<SdkHeaders | undefined>): Credentials {
  const own = new Map<string, string>();
  let usual: string | undefined;
  const asked = async (): Promise<SdkHeaders> => {
    const headers = (await peek()) ?? {};
    usual = headerOf(headers, 'authorization');
    return headers;
  };
  return {
    of: async ({ headers, host }, usualHost) => {
      const authorization = headerOf(headers, 'authorization');
      const { withheld } = extraHeaders(headers);
      const elsewhere = usualHost !== undefined && host !== usualHost && !Object.hasOwn(apiBases, host);
      const known: Authorized = {
        mode: modeOf(authorization),
        ...(withheld.length === 0 ? {} : { withheld }),
        ...(elsewhere ? { ownHost: host } : {}),
      };
      // Not the one of last time: of its own, or the client's was rotated meanwhile.
      if (authorization !== usual) await asked();
      if (authorization === undefined || usual === undefined || authorization === usual) return known;
      const ownKey = digestOf(authorization);
      own.set(ownKey, authorization);
      return { ...known, ownKey };
    },
    accessFor: async ({ mode, ownKey, ownHost, withheld = [] }) => {
      if (ownHost !== undefined) return gone(`the call named a host of its own, ${ownHost}, ${only}`);
      const held = ownKey === undefined ? undefined : own.get(ownKey);
      if (held === undefined || withheld.length > 0) {
        const headers = await asked();
        const missing = withheld.find((name) => headerOf(headers, name) === undefined);
        if (missing !== undefined) return gone(`the call brought the header ${missing}, which is not kept, ${only}`);
      }
      if (held !== undefined) return { kind: 'given', options: { apiKey: held.replace(/^Bearer /, '') } };
      if (ownKey !== undefined && (usual === undefined || digestOf(usual) !== ownKey)) return gone(ownKeyGone);
      if (usual === undefined || modeOf(usual) === mode) return { kind: 'given', options: {} };
      return gone(`the call was made in ${mode} mode, and this process has a key of the other mode`);
    },
  };
}

const only = 'so only that call can go on';

function gone(reason: string): Access {
  return { kind: 'gone', reason };
}

/** A key is long and random, so its digest tells nothing. */
function digestOf(authorization: string): string {
  return createHash('sha256').update(authorization).digest('hex').slice(0, 16);
}
