import type { Verdict, WireResponse } from '@oncely/core';

interface StripeBody {
  readonly id?: unknown;
  readonly object?: unknown;
  readonly error?: { readonly type?: string; readonly code?: string } | null;
}

/**
 * What an answer of Stripe proves about the attempt that got it. Anything of an unknown shape is in doubt: a gateway's
 * 429 or 502, a body that is no JSON, a non-2xx without an `error` (which the SDK would resolve as a success).
 * @see https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/error-low-level
 */
export function classify(response: WireResponse, method: string): Verdict {
  const { status, headers } = response;
  const body = parse(response.body);
  if (body === undefined) return unknown(`http_${status}_not_json`);
  const replayed = headers['idempotent-replayed'] === 'true';
  if (status >= 200 && status < 300) return accepted(response, body);
  const { error } = body;
  if (typeof error !== 'object' || error === null) return unknown(`http_${status}_without_error`);
  // Only Stripe's own answers carry a request id; a proxy's 408 or 429 may come after the vendor committed.
  if (headers['request-id'] === undefined) return unknown(`http_${status}_not_stripe`);
  const reason = error.code ?? error.type ?? `http_${status}`;
  if (status === 429) {
    return { evidence: 'not_applied', reason, response, retryAfterMs: retryAfterMs(headers) ?? 1_000 };
  }
  if (status === 409) return { ...unknown(reason), retryAfterMs: retryAfterMs(headers) ?? 500 };
  if (status === 400 && error.type === 'idempotency_error') return { ...unknown('key_mismatch'), keyBurned: true };
  if (status === 401 || status === 403) return { evidence: 'not_applied', reason, response, environment: true };
  if (status >= 400 && status < 500) {
    // A declined card brings its payment intent along, client_secret included.
    const redacted = holdsSecret(body) ? { redacted: { ...response, body: JSON.stringify(body, withoutSecrets) } } : {};
    return { evidence: 'rejected', reason, response, speaksForKey: replayed, ...redacted };
  }
  // A 500 is stored under the key: seen again as a replay, the key will never say anything else.
  return { ...unknown(reason), ...(replayed && method === 'POST' ? { keyBurned: true } : {}) };
}

function accepted(response: WireResponse, body: StripeBody): Verdict {
  // OAuth and parts of v2 answer without an `object`; then it must be told by the id of Stripe's own answers.
  if (typeof body.object !== 'string' && response.headers['request-id'] === undefined)
    return unknown('unexpected_shape');
  return {
    evidence: 'accepted',
    response,
    remember: remembering(body),
    ...(typeof body.id === 'string' ? { vendorId: body.id } : {}),
  };
}

/** What is shown once, at creation: a field of an object, which may be there or not. */
const shownOnce: Readonly<Record<string, string>> = {
  account_link: 'url',
  account_session: 'client_secret',
  'apps.secret': 'payload',
  'billing_portal.session': 'url',
  customer_session: 'client_secret',
  ephemeral_key: 'secret',
  login_link: 'url',
  'terminal.connection_token': 'secret',
  'terminal.onboarding_link': 'redirect_url',
  'v2.billing.meter_event_session': 'authentication_token',
  'v2.core.account_link': 'url',
  webhook_endpoint: 'secret',
};

/** Fields that give access as a secret does, and can be read again. */
const bearer: Readonly<Record<string, string>> = {
  'apps.install': 'auth_code',
  'checkout.session': 'url',
  file_link: 'url',
};

/** How much of an object may be kept: one with a secret is read again for a replay, or not given again at all. */
export function remembering(object: unknown): 'all' | 'refetch' | 'never' {
  const { object: kind } = object as StripeBody;
  const holds = (fields: Readonly<Record<string, string>>): boolean => {
    const field = typeof kind === 'string' ? fields[kind] : undefined;
    return field !== undefined && typeof (object as Record<string, unknown>)[field] === 'string';
  };
  if (holds(shownOnce)) return 'never';
  return holds(bearer) || holdsSecret(object) ? 'refetch' : 'all';
}

function holdsSecret(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => isSecret(name, inner) || holdsSecret(inner));
}

function isSecret(name: string, value: unknown): boolean {
  // The number of an issued card comes with its cvc.
  return typeof value === 'string' && /(^|_)secret$|^(access|authentication|refresh)_token$|^cvc$/.test(name);
}

/** For JSON.stringify. */
function withoutSecrets(name: string, value: unknown): unknown {
  return isSecret(name, value) ? undefined : value;
}

function unknown(reason: string): Verdict & { evidence: 'unknown' } {
  return { evidence: 'unknown', reason };
}

function parse(body: string): StripeBody | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const seconds = Number(headers['retry-after']);
  return headers['retry-after'] !== undefined && Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}
