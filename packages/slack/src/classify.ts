import type { Verdict, WireResponse } from '@oncely/core';
import { retryAfterMs, unclearAnswer } from '@oncely/core/adapter';

import { documentedErrors } from './documented-errors.ts';
import { entryOf } from './table.ts';
import { vendorIdOf } from './vendor-ids.ts';

interface SlackBody {
  readonly ok?: unknown;
  readonly error?: unknown;
}

/** The call that was answered. */
export interface Answered {
  readonly method: string;
  readonly fields: URLSearchParams;
  /** Whether an earlier attempt may have done it, so that "already done" may be its own. */
  readonly doubted: boolean;
}

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

/** What Slack says of a moment, and not of what it was asked. */
const passing: ReadonlySet<string> = new Set(['request_timeout', 'ratelimited', 'rate_limited']);

/** What an answer of Slack proves about the attempt that got it. Anything of an unknown shape is in doubt. */
export function classify(response: WireResponse, { method, fields, doubted }: Answered): Verdict {
  const body = parse(response.body);
  if (!body) return unclear(response, `http_${response.status}_not_json`);
  const error = typeof body.error === 'string' ? body.error : undefined;
  // Slack's own limit is a 429 with its own body; a gateway's may come after the vendor committed.
  if (error === 'ratelimited' || error === 'rate_limited') {
    return { evidence: 'not_applied', reason: error, response, retryAfterMs: retryAfterMs(response.headers) ?? 1_000 };
  }
  if (response.status !== 200) return unclear(response, `http_${response.status}`, error);
  if (body.ok === true) {
    const vendorId = vendorIdOf(method, fields, body as Record<string, unknown>);
    const remember = holdsSecret(body) ? 'never' : 'all';
    return { evidence: 'accepted', response, remember, ...(vendorId === undefined ? {} : { vendorId }) };
  }
  if (error === undefined) return unclear(response, 'unexpected_shape');
  if (error === 'request_timeout') return { evidence: 'not_applied', reason: error, response };
  if (doubted && meansDone(method, error, fields)) return alreadyDone(response, method, fields);
  if (environment.has(error)) return { evidence: 'not_applied', reason: error, response, environment: true };
  if (!documentedErrors.has(error)) return unclear(response, reasonOf(error), error);
  return { evidence: 'rejected', reason: error, response };
}

/** Whether the SDK threw this for a no of Slack's that holds as long as nobody mends it. */
export function isDefiniteNo(error: unknown): error is Error {
  const said = error instanceof Error ? (error as { data?: SlackBody }).data?.error : undefined;
  if (typeof said !== 'string' || passing.has(said)) return false;
  return environment.has(said) || documentedErrors.has(said);
}

/** Whether the error says that the call has nothing left to do. */
function meansDone(method: string, error: string, fields: URLSearchParams): boolean {
  // Of several people one may have been there before: only a look at the members tells.
  if (method === 'conversations.invite' && /[,[]/.test(fields.get('users') ?? '')) return false;
  return entryOf(method).done.includes(error);
}

/** The answer as Slack gives it where it is asked once: these methods tell nothing but that it is done. */
function alreadyDone(response: WireResponse, method: string, fields: URLSearchParams): Verdict {
  const ids = ['channel', 'ts'].flatMap((name) => (fields.has(name) ? [[name, fields.get(name)] as const] : []));
  const told = method === 'chat.delete' ? Object.fromEntries(ids) : {};
  const vendorId = vendorIdOf(method, fields, told);
  return {
    evidence: 'accepted',
    response: { ...response, body: JSON.stringify({ ok: true, ...told }) },
    ...(vendorId === undefined ? {} : { vendorId }),
  };
}

/** An error that is none of Slack's names may be any text. */
function reasonOf(error: string): string {
  return /^[\w.:-]{1,80}$/.test(error) ? error : 'undocumented_error';
}

/** Tokens and secrets that an answer gives out once: of OAuth, of rotation, of an app made by its manifest. */
function holdsSecret(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, inner]) => (/(^|_)(token|secret)$/.test(name) && typeof inner === 'string') || holdsSecret(inner),
  );
}

/** What proves nothing, with Slack's own words as its cause. A limit that is none of Slack's may still be waited for. */
function unclear(response: WireResponse, reason: string, error?: string): Verdict & { readonly evidence: 'unknown' } {
  const waitMs = response.status === 429 || response.status === 503 ? retryAfterMs(response.headers) : undefined;
  return {
    evidence: 'unknown',
    reason,
    cause: unclearAnswer('Slack', response, error === undefined ? {} : { code: error }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

function parse(body: string): SlackBody | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
