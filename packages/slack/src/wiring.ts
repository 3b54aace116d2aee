import { OncelyError } from '@oncely/core';

/** What a client of the SDK keeps of its configuration. */
interface Configured {
  readonly apiCall?: unknown;
  readonly fetchFn?: unknown;
  readonly timeout?: unknown;
}

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Refuses a client whose requests do not come to ours, for its writes would be sent up to eleven times without a word.
 * @throws OncelyError `invalid_config`
 */
export function mustCarry(client: object, ours: Fetch): void {
  const { apiCall, fetchFn } = (client ?? {}) as Configured;
  if (typeof apiCall !== 'function' || typeof fetchFn !== 'function') {
    throw refused(
      'returned no client of `new WebClient(token, config)`, so that its writes would not come here',
      "give it a real client, over a fake of the vendor in tests (startSlackFake of '@oncely/testing/fakes/slack', or a tool that patches HTTP)",
    );
  }
  if (fetchFn === ours) return;
  throw refused(
    'returned a client that does not send by the `fetch` of the config it was given, so that its writes would be made more than once',
    'build it as oncelySlack((config) => new WebClient(token, { ...yours, ...config })), with ours last; a fetch of yours among your options carries what we send',
  );
}

/** A `fetch` among the user's own options; `undefined` where the SDK uses the platform's. */
export function fetchOf(client: object): Fetch | undefined {
  const { fetchFn } = client as Configured;
  return typeof fetchFn === 'function' && fetchFn !== globalThis.fetch ? (fetchFn as Fetch) : undefined;
}

/** How long the SDK lets a request take, in milliseconds; 0 is no limit. */
export function timeoutOf(client: object): number {
  const { timeout } = client as Configured;
  return typeof timeout === 'number' && timeout > 0 ? timeout : 0;
}

function refused(what: string, fix: string): OncelyError {
  return new OncelyError('invalid_config', { message: `oncelySlack: the builder ${what}. Nothing was sent.`, fix });
}
