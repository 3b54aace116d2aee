import type { Line } from './lines.ts';

const attempts = 3;
const longestWaitMs = 5_000;

/** Sends a read as the SDK made it. A read may be repeated, so passing failures and short limits are waited out. */
export async function passRead(
  { line, sleep }: { readonly line: Line; readonly sleep: (ms: number) => Promise<void> },
  url: string,
  init: RequestInit | undefined,
): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    let waitMs = 250 * attempt;
    try {
      const response = await line(url, init);
      const retryAfterMs = Number(response.headers.get('retry-after')) * 1_000;
      const passing = response.status >= 500 || (response.status === 429 && retryAfterMs <= longestWaitMs);
      if (!passing || attempt === attempts) return response;
      if (response.status === 429) waitMs = Math.max(waitMs, retryAfterMs);
      await response.body?.cancel();
    } catch (error) {
      if (attempt === attempts) throw error;
    }
    await sleep(waitMs);
  }
}
