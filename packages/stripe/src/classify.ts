import type { Verdict, WireResponse } from '@oncely/core';
import { retryAfterMs, unclearAnswer } from '@oncely/core/adapter';

interface StripeBody {
  readonly id?: unknown;
  readonly object?: unknown;
  readonly error?: unknown;
  /** Beside an `error` that is a text: OAuth's shape. */
  readonly error_description?: unknown;
}

/** What Stripe says in an answer that is no success. */
interface Said {
  readonly type?: string;
  readonly code?: string;
  readonly message?: string;
  /** Whether it can be nobody's but Stripe's: a proxy's 408 or 429 may come after the vendor committed. */
  readonly own: boolean;
}

/** Stripe's own words for the kind of an error, which no gateway says: those of v1, then those of v2. */
const types: ReadonlySet<unknown> = new Set([
  'api_error',
  'authentication_error',
  'card_error',
  'idempotency_error',
  'invalid_request_error',
  'permission_error',
  'rate_limit_error',
  'already_canceled',
  'blocked_by_stripe',
  'cannot_proceed',
  'capability_not_enabled',
  'controlled_by_alternate_resource',
  'feature_not_enabled',
  'financial_account_not_open',
  'fx_quote_needs_refresh',
  'insufficient_funds',
  'invalid_payment_method',
  'invalid_payout_method',
  'invalid_vaulted_credential',
  'not_cancelable',
  'quota_exceeded',
  'rate_limit',
  'recipient_not_notifiable',
  'temporary_session_expired',
  'verification_attempt_failed',
  'verification_expired',
  'verification_not_initiated',
]);

/** Under which v2 refuses a body, with no `type` beside it. */
const invalidFields = 'invalid_fields';

/** @see https://docs.stripe.com/connect/oauth-reference#post-token-errors */
const oauthCodes: ReadonlySet<unknown> = new Set([
  'access_denied',
  'invalid_client',
  'invalid_grant',
  'invalid_redirect_uri',
  'invalid_request',
  'invalid_scope',
  'unsupported_grant_type',
  'unsupported_response_type',
]);

/** A no of the state for now: the same call may be granted later, under another key, since Stripe keeps the no. */
const forNow: ReadonlySet<unknown> = new Set([
  'balance_insufficient',
  'capability_pending',
  'card_decline_rate_limit_exceeded',
  'insufficient_funds',
  'lock_timeout',
  'quota_exceeded',
  'rate_limit',
  'service_unavailable',
]);

/**
 * What an answer of Stripe proves about the attempt that got it. Anything of an unknown shape is in doubt: a gateway's
 * 429 or 502, a body that is no JSON, a non-2xx without an `error` (which the SDK would resolve as a success).
 * @see https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/error-low-level
 */
export function classify(response: WireResponse, method: string, path = ''): Verdict {
  const { status, headers } = response;
  const body = parse(response.body);
  if (body === undefined) return unknown(response, `http_${status}_not_json`);
  const replayed = headers['idempotent-replayed'] === 'true';
  if (status >= 200 && status < 300) {
    const verdict = accepted(response, body);
    // Documented of v1, and of what carries a key.
    return verdict.evidence === 'accepted' && method === 'POST' && path.startsWith('/v1/')
      ? { ...verdict, replayed }
      : verdict;
  }
  const said = saidIn(body, headers);
  if (said === undefined) return unknown(response, `http_${status}_without_error`);
  if (!said.own) return unknown(response, `http_${status}_not_stripe`, said);
  const reason = said.code ?? said.type ?? `http_${status}`;
  const pauseMs = retryAfterMs(headers);
  if (status === 429) return { evidence: 'not_applied', reason, response, retryAfterMs: pauseMs ?? 1_000 };
  if (status === 409) return { ...unknown(response, reason, said), retryAfterMs: pauseMs ?? 500 };
  if (status === 400 && said.type === 'idempotency_error')
    return { ...unknown(response, 'key_mismatch', said), keyBurned: true };
  // Under whatever status OAuth says so of a client that it does not know, and v2 of a session that is over.
  const credentials = said.code === 'invalid_client' || said.type === 'temporary_session_expired';
  if (status === 401 || status === 403 || (credentials && status < 500))
    return { evidence: 'not_applied', reason, response, environment: true };
  if (status >= 400 && status < 500 && status !== 408 && status !== 425) {
    // A bank's word on a card is final for the request; another card, or another day, is for whoever asks.
    const now = forNow.has(said.code) || forNow.has(said.type);
    if (now && (said.type !== 'card_error' || said.code !== 'insufficient_funds'))
      return {
        evidence: 'not_applied',
        reason,
        response,
        environment: true,
        ...(method === 'POST' ? { keyBurned: true, speaksForKey: replayed } : {}),
      };
    // A declined card brings its payment intent along, client_secret included.
    const redacted = holdsSecret(body) ? { redacted: { ...response, body: JSON.stringify(body, withoutSecrets) } } : {};
    return { evidence: 'rejected', reason, response, speaksForKey: replayed, ...redacted };
  }
  return {
    ...unknown(response, reason, said),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
    // A 500 is stored under the key: seen again as a replay, the key will never say anything else.
    ...(replayed && method === 'POST' ? { keyBurned: true } : {}),
  };
}

function saidIn(
  { error, error_description: described }: StripeBody,
  headers: WireResponse['headers'],
): Said | undefined {
  const named = headers['request-id'] !== undefined;
  if (typeof error === 'string') {
    if (error === '') return undefined;
    const detailed = typeof described === 'string';
    // A word that is new is Stripe's where it has OAuth's shape and Stripe's id.
    const own = oauthCodes.has(error) ? named || detailed : named && detailed;
    return { type: 'oauth_error', code: error, own, ...(detailed ? { message: described } : {}) };
  }
  if (typeof error !== 'object' || error === null) return undefined;
  const { type, code, message } = error as Record<string, unknown>;
  return {
    own: named || types.has(type) || code === invalidFields,
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}

function accepted(response: WireResponse, body: StripeBody): Verdict {
  // OAuth and parts of v2 answer without an `object`; then it must be told by the id of Stripe's own answers.
  if (typeof body.object !== 'string' && response.headers['request-id'] === undefined)
    return unknown(response, 'unexpected_shape');
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

function unknown(response: WireResponse, reason: string, said?: Said): Verdict & { evidence: 'unknown' } {
  const code = said?.code ?? said?.type;
  return { evidence: 'unknown', reason, cause: unclearAnswer('Stripe', response, { code, message: said?.message }) };
}

function parse(body: string): StripeBody | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
