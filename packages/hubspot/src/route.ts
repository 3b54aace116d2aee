import type { Agent } from 'node:http';

import type { Permit } from '@oncely/core';
import { ledFetch, retryAfterMs } from '@oncely/core/adapter';
import { exchange, type ExchangeEnd } from '@oncely/core/transport';

import { bytesOf } from './body.ts';
import { isHubSpots, parse } from './classify.ts';
import { NotAllowed, Unreachable, type ReadAnswer } from './reading.ts';
import type { HubSpotRequest } from './request.ts';

/** Where a request goes, and with what, beside its own. */
export interface Route {
  readonly address: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly hapikey?: string;
  /** As the SDK hands it over: to whatever address, for proxies' agents serve both protocols. */
  readonly agent?: unknown;
  /** Whether this version of the SDK sends by fetch, where it is given no agent. */
  readonly byFetch?: boolean;
}

/** What the transport says of a body itself, and what would bring an answer that nobody decodes. */
const notSendable: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
]);

export function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** The headers of a request of the SDK, as they go with another body. */
export function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(lowered(headers)).filter(([name]) => !notSendable.has(name)));
}

export async function sendBy(route: Route, request: HubSpotRequest, permit: Permit): Promise<ExchangeEnd> {
  return exchange({
    url: urlOf(route, request.path),
    method: request.method,
    headers: { ...route.headers, ...request.headers },
    body: bytesOf(request),
    timeoutMs: permit.remainingMs(),
    permit,
    // A form goes by node:http in every version.
    ...carriedBy(
      request.headers['content-type']?.startsWith('multipart/') === true ? { ...route, byFetch: false } : route,
    ),
  });
}

/** @throws Unreachable, NotAllowed */
export async function readBy(
  routeOf: () => Promise<Route>,
  timeoutMs: number,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<ReadAnswer> {
  const route = await routeOf();
  const end = await exchange({
    url: urlOf(route, path),
    method,
    headers: { ...route.headers, accept: 'application/json', 'content-type': 'application/json' },
    body: body === undefined ? '' : JSON.stringify(body),
    timeoutMs,
    // A read may be repeated, so nothing has to permit it.
    permit: { check: () => undefined, remainingMs: () => timeoutMs },
    ...carriedBy(route),
  });
  if (end.kind !== 'answered') throw new Unreachable(`HubSpot could not be read (${end.reason})`, { cause: end.cause });
  const { status, headers, body: text } = end.response;
  const json = parse(text);
  if (status >= 200 && status < 300 && (json !== undefined || text === '')) return { status, body: json };
  if (!isHubSpots(json)) {
    throw new Unreachable(`http_${status}_not_hubspot`, {
      refused: status >= 400 && status < 500 && status !== 408 && status !== 429,
    });
  }
  if (status === 401 || status === 403) throw new NotAllowed(json.message ?? `HTTP ${status}`);
  if (status === 429 || status >= 500) {
    const waitMs = retryAfterMs(headers);
    throw new Unreachable(
      `HubSpot answered ${status} to a look-up: ${json.message ?? json.category ?? ''}`,
      waitMs === undefined || waitMs === 0 ? {} : { retryAfterMs: waitMs },
    );
  }
  return { status, body: json };
}

function urlOf({ address, hapikey }: Route, path: string): string {
  const url = `${address}${path}`;
  if (hapikey === undefined) return url;
  return `${url}${url.includes('?') ? '&' : '?'}hapikey=${encodeURIComponent(hapikey)}`;
}

/** What leads the SDK's requests (a proxy, a dispatcher of the process, a mock) leads these. */
function carriedBy({ agent, byFetch }: Route): { agent?: Agent; fetch?: typeof globalThis.fetch } {
  if (agent !== undefined) return { agent: agent as Agent };
  const fetch = byFetch === true ? ledFetch() : undefined;
  return fetch === undefined ? {} : { fetch };
}
