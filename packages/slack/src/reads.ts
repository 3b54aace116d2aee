import { retryAfterMs } from '@oncely/core/adapter';

import type { Fetch } from './wiring.ts';

/** How a request that changes nothing is made, and waited for. */
export interface Passing {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
}

const attempts = 3;
const longestWaitMs = 60_000;

/**
 * Sends what we ask by ourselves (a look-up, the bytes of an upload). It may be repeated, so passing failures and limits
 * of up to a minute are waited out. A read of the user's own is the SDK's alone.
 */
export async function passRead(
  { fetch, sleep }: Passing,
  url: string,
  init: RequestInit | undefined,
  longestMs: number = longestWaitMs,
): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    let waitMs = 250 * attempt;
    try {
      const response = await fetch(url, init);
      const askedMs = retryAfterMs({
        'retry-after': response.headers.get('retry-after') ?? undefined,
        date: response.headers.get('date') ?? undefined,
      });
      const limited = response.status === 429 && (askedMs ?? 0) <= longestMs;
      if ((response.status < 500 && !limited) || attempt === attempts) return response;
      if (limited) waitMs = Math.max(waitMs, askedMs ?? 0);
      await response.body?.cancel();
    } catch (error) {
      if (attempt === attempts) throw error;
    }
    await sleep(waitMs);
  }
}

/** Lets somebody hear what a read is answered with a yes; the answer itself stays as it is. */
export async function hear(response: Response, method: string, hears: (answer: unknown) => void): Promise<void> {
  // It repeats whatever it is given.
  if (method === 'api.test') return;
  const answer = (await response
    .clone()
    .json()
    .catch(() => undefined)) as { readonly ok?: unknown } | undefined;
  if (answer?.ok === true) hears(answer);
}
