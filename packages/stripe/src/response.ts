import { Readable } from 'node:stream';

import type { WireResponse } from '@oncely/core';

/** What the SDK expects of its HTTP client's answer: the public shape of `Stripe.HttpClientResponse`. */
export interface SdkResponse {
  getStatusCode(): number;
  getHeaders(): Record<string, string>;
  getRawResponse(): unknown;
  toStream(streamCompleteCallback: () => void): unknown;
  // oxlint-disable-next-line typescript/no-explicit-any -- the SDK's own signature
  toJSON(): Promise<any>;
}

/** A remembered or fresh response, given to the SDK as if it had come from the wire: it builds results and errors. */
export function respond(response: WireResponse): SdkResponse {
  const headers = { ...response.headers };
  // One attempt sends once: the SDK looks for this, and whoever reads the headers of an answer does not see it.
  Object.defineProperty(headers, 'stripe-should-retry', { value: 'false', enumerable: false });
  return sdkResponse(response.status, headers, async () => JSON.parse(response.body) as unknown, response.body);
}

/**
 * Makes the SDK reject with exactly this error. It reads `error` of a decoded body before anything else; there, and
 * not by rejecting, an error passes through it unwrapped.
 */
export function fail(error: unknown): SdkResponse {
  const body = {
    get error(): never {
      throw error;
    },
  };
  return sdkResponse(400, { 'stripe-should-retry': 'false' }, async () => body);
}

function sdkResponse(
  status: number,
  headers: Record<string, string>,
  toJSON: () => Promise<unknown>,
  body = '',
): SdkResponse {
  const raw = { headers, statusCode: status };
  return {
    getStatusCode: () => status,
    getHeaders: () => headers,
    getRawResponse: () => raw,
    // For `streaming`: whole already, and given as the SDK gives one.
    toStream: (complete) => Readable.from([Buffer.from(body)]).once('end', complete),
    toJSON,
  };
}
