import type { Verdict, WireResponse } from '@oncely/core';

interface SlackBody {
  readonly ok?: unknown;
  readonly error?: unknown;
  readonly channel?: unknown;
  readonly ts?: unknown;
}

/** Errors behind which Slack may have done it: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const doubtful: ReadonlySet<string> = new Set(['fatal_error', 'internal_error', 'service_unavailable']);

/** What an administrator mends, not the input: nothing is recorded as final. */
const environment: ReadonlySet<string> = new Set([
  'access_denied',
  'account_inactive',
  'channel_not_found',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'invalid_auth',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
  'two_factor_setup_required',
]);

/** What an answer of Slack proves about the attempt that got it. Anything of an unknown shape is in doubt. */
export function classify(response: WireResponse): Verdict {
  const body = parse(response.body);
  if (!body) return { evidence: 'unknown', reason: `http_${response.status}_not_json` };
  const error = typeof body.error === 'string' ? body.error : undefined;
  // Slack's own limit is a 429 with its own body; a gateway's may come after the vendor committed.
  if (error === 'ratelimited' || error === 'rate_limited') {
    return { evidence: 'not_applied', reason: error, response, retryAfterMs: retryAfterMs(response) };
  }
  if (response.status !== 200) return { evidence: 'unknown', reason: `http_${response.status}` };
  if (body.ok === true) {
    return { evidence: 'accepted', response, remember: holdsSecret(body) ? 'never' : 'all', ...vendorIdOf(body) };
  }
  if (error === undefined) return { evidence: 'unknown', reason: 'unexpected_shape' };
  if (doubtful.has(error) || error.startsWith('duplicate_')) return { evidence: 'unknown', reason: error };
  if (error === 'request_timeout') return { evidence: 'not_applied', reason: error, response };
  if (environment.has(error)) return { evidence: 'not_applied', reason: error, response, environment: true };
  return { evidence: 'rejected', reason: error, response };
}

/** A message's id: its channel and timestamp. */
function vendorIdOf(body: SlackBody): { vendorId?: string } {
  return typeof body.channel === 'string' && typeof body.ts === 'string'
    ? { vendorId: `${body.channel}:${body.ts}` }
    : {};
}

/** Tokens and secrets that an answer gives out once: of OAuth, of rotation, of an app made by its manifest. */
function holdsSecret(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, inner]) => (/(^|_)(token|secret)$/.test(name) && typeof inner === 'string') || holdsSecret(inner),
  );
}

function retryAfterMs(response: WireResponse): number {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 1_000;
}

function parse(body: string): SlackBody | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
