import type { Verdict, WireResponse } from '@oncely/core';

/** What an answer proves. Whatever is not surely the tracker's own is in doubt, and never taken for a no. */
export function classify(response: WireResponse): Verdict {
  const { status, headers } = response;
  const body = parse(response.body);
  if (body === undefined) return { evidence: 'unknown', reason: `http_${status}_not_json` };
  if (status >= 200 && status < 300) {
    return typeof body.id === 'string'
      ? { evidence: 'accepted', response, vendorId: body.id }
      : { evidence: 'unknown', reason: 'unexpected_shape' };
  }
  // A gateway's 429 may come after the issue was made; only the tracker's own answers carry this header.
  if (headers['x-tracker-request'] === undefined) return { evidence: 'unknown', reason: `http_${status}_not_tracker` };
  const reason = body.error ?? `http_${status}`;
  if (status === 429) {
    return { evidence: 'not_applied', reason, response, retryAfterMs: Number(headers['retry-after'] ?? 1) * 1_000 };
  }
  if (status === 401 || status === 403) return { evidence: 'not_applied', reason, response, environment: true };
  if (status >= 400 && status < 500) return { evidence: 'rejected', reason, response };
  return { evidence: 'unknown', reason };
}

function parse(text: string): { readonly id?: unknown; readonly error?: string } | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
