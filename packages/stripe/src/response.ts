import type { WireResponse } from '@oncely/core';

/** What the SDK expects of its HTTP client's answer: the public shape of `Stripe.HttpClientResponse`. */
export interface SdkResponse {
  getStatusCode(): number;
  getHeaders(): Record<string, string>;
  getRawResponse(): unknown;
  toStream(streamCompleteCallback: () => void): never;
  // oxlint-disable-next-line typescript/no-explicit-any -- the SDK's own signature
  toJSON(): Promise<any>;
}

/**
 * A connection that failed in a call that is only observed; the SDK makes its StripeConnectionError of it. It hides the
 * code of a closed connection, since the SDK would send once more by it.
 */
export class SendFailed extends Error {
  override readonly name = 'SendFailed';
  readonly code?: string;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    if ((cause as { code?: string }).code === 'ETIMEDOUT') this.code = 'ETIMEDOUT';
  }
}

/** A remembered or fresh response, given to the SDK as if it had come from the wire: it builds results and errors. */
export function respond(response: WireResponse): SdkResponse {
  const headers = { ...response.headers };
  return sdkResponse(response.status, headers, async () => JSON.parse(response.body) as unknown);
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

function sdkResponse(status: number, headers: Record<string, string>, toJSON: () => Promise<unknown>): SdkResponse {
  const raw = { headers, statusCode: status };
  return {
    getStatusCode: () => status,
    getHeaders: () => headers,
    getRawResponse: () => raw,
    toStream: () => {
      throw new Error('a write has no streaming response');
    },
    toJSON,
  };
}
