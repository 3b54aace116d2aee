/**
 * One HTTP exchange for adapters: no retry, no redirect, the permission checked right before the first byte.
 * @module
 */
import type { Agent } from 'node:http';

import type { Permit, WireResponse } from './adapter.ts';
import { entrust } from './adapter-kit/entrusting.ts';
import { exchangeByFetch } from './transport-fetch.ts';
import { exchangeByHttp } from './transport-http.ts';

export interface Exchange {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Until the whole answer is there, in milliseconds. 0 or less is none of its own: then the permit's time holds. */
  readonly timeoutMs: number;
  readonly permit: Permit;
  /**
   * In place of ours, for a proxy or other TLS settings; it must fit the address. Without one the process's global agent
   * is used where it was replaced or follows the environment's proxy. Not used with `fetch`.
   */
  readonly agent?: Agent;
  /**
   * Sends by this function in place of node:http, for an SDK that uses fetch, so that whatever leads its requests (a
   * global dispatcher, the environment's proxy, a mock) leads this one. Look up `globalThis.fetch` at the call.
   */
  readonly fetch?: typeof globalThis.fetch;
  /** What else the SDK gave its fetch, such as a dispatcher. */
  readonly init?: Readonly<Record<string, unknown>>;
  /** How the bytes of the answer become its text. Default `utf8`. */
  readonly encoding?: 'utf8' | 'base64';
  /** The longest body that is read into memory, in bytes. Default 64 MiB; a longer one is `lost`. */
  readonly maxBytes?: number;
}

/**
 * `answered`: a whole response. `not_sent`: proven that no byte of the request left, or that no connection was made.
 * `lost`: the request or a part of it left and there is no whole answer.
 */
export type ExchangeEnd =
  | { readonly kind: 'answered'; readonly response: WireResponse }
  | { readonly kind: 'not_sent'; readonly reason: string; readonly cause: unknown }
  | { readonly kind: 'lost'; readonly reason: string; readonly cause: unknown };

/** How one way of sending does it. */
export interface Carriage extends Exchange {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export { isUnconnected, lengthOf } from './transport-end.ts';

const mostBytes = 64 * 1_024 * 1_024;

/** Sends one request once. It never throws and never follows a redirect. */
export function exchange(options: Exchange): Promise<ExchangeEnd> {
  entrust(options.permit);
  const carriage = {
    ...options,
    timeoutMs: answerMs(options.timeoutMs, options.permit),
    maxBytes: options.maxBytes ?? mostBytes,
  };
  return options.fetch === undefined ? exchangeByHttp(carriage) : exchangeByFetch(carriage, options.fetch);
}

/**
 * How long an answer may take: what the SDK allows, and never longer than the permit. An SDK's 0 is no time-out, as in
 * Node's `setTimeout` of a socket.
 */
export function answerMs(ofSdk: number | undefined, permit: Permit): number {
  const left = permit.remainingMs();
  return ofSdk === undefined || !(ofSdk > 0) ? left : Math.min(ofSdk, left);
}
