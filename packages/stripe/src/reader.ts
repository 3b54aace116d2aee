import { OncelyError } from '@oncely/core';

import { authorizedBy, type Access } from './credentials.ts';
import { extraHeaders } from './extra-headers.ts';
import type { StripeRequest } from './request.ts';

/** The one method of the user's client that recovery needs; every version of the SDK since 17 has it. */
export interface StripeLike {
  rawRequest(
    method: string,
    path: string,
    params?: Record<string, unknown>,
    options?: Record<string, unknown>,
  ): Promise<unknown>;
}

/** Reads one path. It rejects with the SDK's error, or where the answer is none of Stripe's. */
export type Read = (path: string) => Promise<unknown>;

/** What look-ups need of an object. */
export interface StripeObject {
  readonly id: string;
  readonly deleted?: boolean;
  readonly status?: string;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

/** Reads as the request was made: in its account and its version. */
export function readerFor(
  client: StripeLike,
  request: StripeRequest | undefined,
  access: (Access & { kind: 'given' })['options'],
): Read {
  const account = request?.headers['stripe-account'];
  const context = request?.headers['stripe-context'];
  const apiVersion = request?.headers['stripe-version'];
  const extra = extraHeaders(request?.headers ?? {}).kept;
  // Before stripe 20 these took the place of what the other options say.
  const additionalHeaders = {
    ...extra,
    ...(account === undefined ? {} : { 'Stripe-Account': account }),
    ...(context === undefined ? {} : { 'Stripe-Context': context }),
    ...(apiVersion === undefined ? {} : { 'Stripe-Version': apiVersion }),
  };
  const options = {
    ...access,
    ...(Object.keys(extra).length === 0 ? {} : { additionalHeaders }),
    ...(account === undefined ? {} : { stripeAccount: account }),
    ...(context === undefined ? {} : { stripeContext: context }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
  };
  return async (path) => {
    const body = await client.rawRequest('GET', path, undefined, options);
    // The SDK resolves whatever JSON has no `error`, a gateway's under 404 or 502 too. Lists of v2 have no `object`.
    const { object, data } = (body ?? {}) as { object?: unknown; data?: unknown };
    if (typeof object !== 'string' && !(path.startsWith('/v2/') && Array.isArray(data)))
      throw new Error(`no object of Stripe's at ${path}`);
    return body;
  };
}

/** The account of a credential; `undefined` where Stripe knows none, or does not tell it to this key. */
export async function accountOf(client: StripeLike, authorization: string): Promise<string | undefined> {
  try {
    const { id } = (await client.rawRequest('GET', '/v1/account', undefined, {
      ...authorizedBy(authorization),
    })) as { id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 429) return undefined;
    throw new OncelyError('not_sent', {
      message: 'Stripe did not say whose the API key is that the call brought of its own. Nothing was sent.',
      fix: 'make the same call again',
      next: 'retry',
      cause: error,
    });
  }
}
