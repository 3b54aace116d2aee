import { retryAfterMs } from './adapter-kit/retry-after.ts';
import type { Verdict, WireResponse } from './adapter.ts';

/**
 * What an answer of an HTTP API proves by its status. What is not surely the vendor's own proves nothing, and no more does
 * a no that may speak of another request under way.
 */
export function verdictOf(
  response: WireResponse,
  own: (response: WireResponse) => boolean,
  idOf: (answer: unknown) => string | undefined,
): Verdict {
  const { status, headers } = response;
  const reason = `http_${status}`;
  if (!own(response)) return { evidence: 'unknown', reason: `${reason}_not_the_vendors` };
  if (status >= 200 && status < 300) {
    let answer: unknown;
    try {
      answer = jsonOf(response.body);
    } catch {
      return { evidence: 'unknown', reason: `${reason}_not_json` };
    }
    const vendorId = idOf(answer);
    return { evidence: 'accepted', response, ...(vendorId === undefined ? {} : { vendorId }) };
  }
  if (status === 429) {
    return { evidence: 'not_applied', reason, response, retryAfterMs: retryAfterMs(headers) ?? 1_000 };
  }
  if (status === 401 || status === 403) return { evidence: 'not_applied', reason, response, environment: true };
  const final = status >= 400 && status < 500 && ![408, 409, 423, 425].includes(status);
  if (final) return { evidence: 'rejected', reason, response };
  const wait = retryAfterMs(headers);
  return { evidence: 'unknown', reason, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

/** Of an empty body `undefined`. @throws SyntaxError where it is no JSON. */
export function jsonOf(body: string): unknown {
  return body.trim() === '' ? undefined : (JSON.parse(body) as unknown);
}
