import type { WireResponse } from '@oncely/core';

const headers = { 'content-type': 'application/json;charset=utf-8' };

export function jsonAnswer(status: number, body: unknown): WireResponse {
  return { status, headers, body: JSON.stringify(body) };
}

export function emptyAnswer(): WireResponse {
  return { status: 204, headers: {}, body: '' };
}

interface BatchBody {
  readonly results?: readonly unknown[];
  readonly errors?: readonly unknown[];
  readonly numErrors?: number;
}

/** A batch's answer as HubSpot gives it, put together from what is there. */
export function batchAnswer(status: number, results: readonly unknown[], more: BatchBody = {}): WireResponse {
  const at = new Date().toISOString();
  const { errors = [] } = more;
  const failed = errors.length > 0 ? { numErrors: errors.length, errors } : {};
  return jsonAnswer(errors.length > 0 ? 207 : status, {
    status: 'COMPLETE',
    results,
    ...failed,
    startedAt: at,
    completedAt: at,
  });
}

/** One answer for a batch of which some was done before: what was found, and what HubSpot said of the rest. */
export function joinedAnswer(status: number, found: readonly unknown[], rest: WireResponse): WireResponse {
  const body = JSON.parse(rest.body === '' ? '{}' : rest.body) as BatchBody;
  // Refused as a whole: for this effect those inputs are what failed of it.
  const errors = rest.status >= 400 ? [body] : (body.errors ?? []);
  return batchAnswer(status, [...found, ...(body.results ?? [])], { errors });
}
