import type { Agent } from 'node:http';

import type { Permit } from '@oncely/core';
import { exchange, type ExchangeEnd } from '@oncely/core/transport';

import { bytesOf } from './body.ts';
import { isHubSpots, parse } from './classify.ts';
import type { HubSpotRequest } from './request.ts';

/** What of the user's client is needed: its public configuration, read at each use since tokens are renewed in it. */
export interface HubSpotLike {
  config: {
    accessToken?: string;
    developerApiKey?: string;
    basePath?: string;
    defaultHeaders?: Record<string, string>;
    httpAgent?: unknown;
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- the SDK's own signature
  apiRequest(options?: any): Promise<any>;
}

/** What our look-ups read of HubSpot's answers; each has some of it. */
export interface ReadBody {
  readonly results?: readonly unknown[];
  readonly paging?: { readonly next?: { readonly after?: string } };
  readonly errors?: readonly { readonly category?: string }[];
  readonly message?: string;
  readonly list?: unknown;
  readonly archived?: boolean;
  readonly deletedAt?: unknown;
  readonly hasUniqueValue?: boolean;
}

/** The answer to a read; `body` is `undefined` where there is none. */
export interface ReadAnswer {
  readonly status: number;
  readonly body: ReadBody | undefined;
}

export type Read = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<ReadAnswer>;

/** A read that HubSpot did not answer: it says nothing of what is there. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly retryAfterMs: number | undefined;
  /** Refused, by whoever answered, in a way that asking again will not change. */
  readonly refused: boolean;

  constructor(
    message: string,
    more: { readonly retryAfterMs?: number; readonly refused?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.retryAfterMs = more.retryAfterMs;
    this.refused = more.refused === true;
  }
}

/** A read that this token is not allowed. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/** HubSpot with the credentials of a client, or with those that a call brought of its own. */
export interface Vendor {
  base(): string;
  /** @throws CredentialsGone */
  send(request: HubSpotRequest, permit: Permit): Promise<ExchangeEnd>;
  /** Reads as the request was made, each in the time that is left. @throws Unreachable, NotAllowed, CredentialsGone */
  reader(request: Pick<HubSpotRequest, 'auth' | 'base' | 'ownKey'>, leftMs?: () => number): Read;
  /** Remembers credentials of a call in this process and gives the digest that stands for them. */
  keep(ownKey: string, authorization: string): void;
}

/** The call's own credentials were never kept, and this is not the process that has them. */
export class CredentialsGone extends Error {
  override readonly name = 'CredentialsGone';

  constructor() {
    super(
      "the call brought credentials of its own, which are not kept, so only its own process can go on; give each portal's token to the builder with accounts: 'many'",
    );
  }
}

const usualBase = 'https://api.hubapi.com';
const readTimeoutMs = 20_000;

export function createVendor(client: () => HubSpotLike): Vendor {
  const own = new Map<string, string>();

  const address = (request: Pick<HubSpotRequest, 'auth' | 'base' | 'ownKey'>, path: string) => {
    const { config } = client();
    const url = `${(request.base ?? config.basePath ?? usualBase).replace(/\/$/, '')}${path}`;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(config.defaultHeaders ?? {})) headers[name.toLowerCase()] = value;
    const held = request.ownKey === undefined ? undefined : own.get(request.ownKey);
    if (request.ownKey !== undefined && held === undefined) throw new CredentialsGone();
    if (request.auth === 'bearer') headers['authorization'] = held ?? `Bearer ${config.accessToken ?? ''}`;
    if (request.auth !== 'hapikey') return { url, headers };
    const key = held ?? config.developerApiKey ?? '';
    return { url: `${url}${url.includes('?') ? '&' : '?'}hapikey=${encodeURIComponent(key)}`, headers };
  };

  /** As the SDK hands it over: to whatever address, for proxies' agents serve both protocols. */
  const agent = (): { agent?: Agent } => {
    const { httpAgent } = client().config;
    return httpAgent === undefined ? {} : { agent: httpAgent as Agent };
  };

  return {
    base: () => client().config.basePath ?? usualBase,
    keep: (ownKey, authorization) => void own.set(ownKey, authorization),
    send: async (request, permit) => {
      const { url, headers } = address(request, request.path);
      return exchange({
        url,
        method: request.method,
        headers: { ...headers, ...request.headers },
        body: bytesOf(request),
        timeoutMs: permit.remainingMs(),
        permit,
        ...agent(),
      });
    },
    reader:
      (request, leftMs = () => readTimeoutMs) =>
      async (method, path, body) => {
        const timeoutMs = Math.min(readTimeoutMs, leftMs());
        const { url, headers } = address(request, path);
        const end = await exchange({
          url,
          method,
          headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
          body: body === undefined ? '' : JSON.stringify(body),
          timeoutMs,
          // A read may be repeated, so nothing has to permit it.
          permit: { check: () => undefined, remainingMs: () => timeoutMs },
          ...agent(),
        });
        if (end.kind !== 'answered')
          throw new Unreachable(`HubSpot could not be read (${end.reason})`, { cause: end.cause });
        const { status, headers: answered, body: text } = end.response;
        const json = parse(text);
        if (status >= 200 && status < 300 && (json !== undefined || text === '')) return { status, body: json };
        if (!isHubSpots(json))
          throw new Unreachable(`http_${status}_not_hubspot`, {
            refused: status >= 400 && status < 500 && status !== 408 && status !== 429,
          });
        if (status === 401 || status === 403) throw new NotAllowed(json.message ?? `HTTP ${status}`);
        if (status === 429 || status >= 500) {
          const seconds = Number(answered['retry-after']);
          throw new Unreachable(
            `HubSpot answered ${status} to a look-up`,
            Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {},
          );
        }
        return { status, body: json };
      },
  };
}
