import { createHash } from 'node:crypto';

import { extraHeaders } from './extra-headers.ts';
import { apiBases, headerOf, modeOf, type SdkCall, type SdkHeaders } from './request.ts';

/** How a call was authorized, as far as it may be kept. */
export interface Authorized {
  readonly mode: 'live' | 'test';
  /** Whose an API key is that the call brought of its own: its account, or where Stripe does not tell it a digest. */
  readonly ownKey?: string;
  /** The names of headers of the call that are credentials, and so are not kept. */
  readonly withheld?: readonly string[];
  /** A host that only the call named, to which no other one sends a key. */
  readonly ownHost?: string;
}

/** The options by which one call of the SDK is authorized. */
export interface CredentialOptions {
  readonly apiKey?: string;
  readonly authenticator?: (request: { headers: Record<string, unknown> }) => Promise<void>;
}

/** What a resend or a look-up is to be made with, or why this process cannot make it. */
export type Access =
  | { readonly kind: 'given'; readonly options: CredentialOptions }
  | { readonly kind: 'gone'; readonly reason: string };

/**
 * Keeps resends and look-ups with the key that a call was made with, or one rotated in for it: a key of its own
 * (`{ apiKey }`) may be another account, and the other mode has other objects, so an answer there would prove nothing.
 * Own keys stay in this process, and keys are one where their account is.
 */
export interface Credentials {
  /** Whose a call is; nothing is asked where the client authorized it by itself. Rejects where Stripe does not say. */
  of(call: SdkCall): Authorized | Promise<Authorized>;
  accessFor(authorized: Authorized): Promise<Access>;
}

const ownKeyGone =
  "the call brought an API key of its own, which is not kept, so only that call can go on; give each account's key to the builder with accounts: 'many'";

/** What is asked of the client that a process has. */
export interface Asking {
  /** The call that the client makes by itself; nothing is sent. */
  readonly peek: () => Promise<SdkCall | undefined>;
  /** The account of a credential, where Stripe tells it. */
  readonly accountOf: (authorization: string) => Promise<string | undefined>;
  /** Whether the client authorized a call by itself, by the headers of the call. */
  readonly isOwn: (headers: SdkHeaders) => boolean;
}

/** So many accounts of calls of their own are held at a time; keys are rotated for ever. */
const most = 1_000;

export function createCredentials({ peek, accountOf, isOwn }: Asking): Credentials {
  const own = new Map<string, string>();
  const accounts = new Map<string, Promise<string | undefined>>();
  let usual: string | undefined;
  let usualHost: string | undefined;
  const asked = async (): Promise<SdkHeaders> => {
    const { headers = {}, host } = (await peek()) ?? {};
    usual = headerOf(headers, 'authorization');
    usualHost = host;
    return headers;
  };
  const account = (authorization: string): Promise<string | undefined> => {
    const digest = digestOf(authorization);
    const known = accounts.get(digest);
    if (known) return known;
    const asking = accountOf(authorization);
    put(accounts, digest, asking);
    asking.catch(() => accounts.delete(digest));
    return asking;
  };
  const said = ({ headers, host }: SdkCall): Authorized => {
    const { withheld } = extraHeaders(headers);
    const elsewhere = usualHost !== undefined && host !== usualHost && !Object.hasOwn(apiBases, host);
    return {
      mode: modeOf(headerOf(headers, 'authorization')),
      ...(withheld.length === 0 ? {} : { withheld }),
      ...(elsewhere ? { ownHost: host } : {}),
    };
  };
  const find = async (call: SdkCall): Promise<Authorized> => {
    const authorization = headerOf(call.headers, 'authorization');
    // Not the one of last time: of its own, or the client's was rotated meanwhile.
    if (usualHost === undefined || (authorization !== usual && !isOwn(call.headers))) await asked();
    const known = said(call);
    if (isOwn(call.headers) || authorization === undefined || usual === undefined || authorization === usual)
      return known;
    const theirs = await account(authorization);
    if (theirs !== undefined && theirs === (await account(usual))) return known;
    const ownKey = theirs ?? digestOf(authorization);
    put(own, ownKey, authorization);
    return { ...known, ownKey };
  };
  return {
    of: (call) => (usualHost !== undefined && isOwn(call.headers) ? said(call) : find(call)),
    accessFor: async ({ mode, ownKey, ownHost, withheld = [] }) => {
      if (ownHost !== undefined) return gone(`the call named a host of its own, ${ownHost}, ${only}`);
      const held = ownKey === undefined ? undefined : own.get(ownKey);
      if (held === undefined || withheld.length > 0) {
        const headers = await asked();
        const missing = withheld.find((name) => headerOf(headers, name) === undefined);
        if (missing !== undefined) return gone(`the call brought the header ${missing}, which is not kept, ${only}`);
      }
      if (held !== undefined) return { kind: 'given', options: authorizedBy(held) };
      if (ownKey !== undefined) {
        const same = usual !== undefined && (digestOf(usual) === ownKey || (await account(usual)) === ownKey);
        if (!same) return gone(ownKeyGone);
      }
      if (usual === undefined || modeOf(usual) === mode) return { kind: 'given', options: {} };
      return gone(`the call was made in ${mode} mode, and this process has a key of the other mode`);
    },
  };
}

/** The options of a call that is to be authorized by another credential than the client's. */
export function authorizedBy(authorization: string): CredentialOptions {
  const [, apiKey] = /^Bearer (.+)$/.exec(authorization) ?? [];
  if (apiKey !== undefined) return { apiKey };
  return {
    authenticator: async (request) => {
      request.headers['Authorization'] = authorization;
    },
  };
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

const only = 'so only that call can go on';

function gone(reason: string): Access {
  return { kind: 'gone', reason };
}

/** A key is long and random, so its digest tells nothing. */
function digestOf(authorization: string): string {
  return createHash('sha256').update(authorization).digest('hex').slice(0, 16);
}
