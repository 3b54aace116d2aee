import type { Verdict, WireResponse } from '@oncely/core';
import { retryAfterMs, unclearAnswer } from '@oncely/core/adapter';

/** HubSpot's error body: https://developers.hubspot.com/docs/api-reference/error-handling */
export interface HubSpotError {
  readonly status?: string;
  readonly message?: string;
  readonly category?: string;
  readonly subCategory?: unknown;
  readonly correlationId?: string;
  readonly errorType?: string;
  readonly policyName?: string;
  readonly errors?: readonly {
    readonly message?: string;
    readonly code?: string;
    readonly category?: string;
    readonly context?: unknown;
  }[];
}

const second = 1_000;
const hour = 3_600_000;

/**
 * What an answer of HubSpot proves about the attempt that got it. Any 2xx is a yes, also one that the SDK's method does
 * not expect and throws as an ApiException with code 200. What does not have HubSpot's own shape is in doubt: a gateway's
 * 429 or 502, a body that is no JSON, a redirect.
 */
export function classify(response: WireResponse, secret: boolean = false): Verdict {
  const { status, body: answer } = response;
  const body = parse(answer);
  if (status >= 200 && status < 300) {
    if (answer !== '' && body === undefined) return unknown(`http_${status}_not_json`, response);
    const id = idOf(body);
    return {
      evidence: 'accepted',
      response,
      ...(secret ? { remember: 'never' as const } : {}),
      ...(id === undefined ? {} : { vendorId: id }),
    };
  }
  if (!isHubSpots(body)) return unknown(`http_${status}_not_hubspot`, response, body);
  const reason = body.category ?? body.errorType ?? `http_${status}`;
  switch (status) {
    case 429:
      return {
        evidence: 'not_applied',
        reason: limitOf(body),
        response,
        retryAfterMs: waitFor(body, response.headers),
      };
    case 401:
    case 402:
    case 403:
      return { evidence: 'not_applied', reason, response, environment: true };
    // HubSpot gave up on it, which does not say that it did not happen.
    case 408:
      return unknown(reason, response, body);
    // Locked while a sync of the portal runs, and moving between data centres: refused at the door.
    case 421:
    case 423:
    case 425:
      return { evidence: 'not_applied', reason, response, retryAfterMs: retryAfterMs(response.headers) ?? 2 * second };
    case 477:
      return { evidence: 'not_applied', reason, response, retryAfterMs: retryAfterMs(response.headers) ?? 60 * second };
    default:
      if (status < 400 || status >= 500) return unknown(reason, response, body);
      return ofNow(body, response) ?? { evidence: 'rejected', reason, response };
  }
}

/**
 * A no that speaks of how HubSpot or the portal is for now, by the codes that it gives and never by its sentences, which
 * quote what the caller sent: the same request may well be accepted later.
 */
function ofNow(body: HubSpotError, response: WireResponse): Verdict | undefined {
  const codes = codesOf(body);
  const reason = codes.find((code) => passing.test(code)) ?? codes.find((code) => used.test(code));
  if (reason === undefined) return undefined;
  if (!passing.test(reason)) return { evidence: 'not_applied', reason, response, environment: true };
  return { evidence: 'not_applied', reason, response, retryAfterMs: retryAfterMs(response.headers) ?? 2 * second };
}

const passing = /LOCK(ED|_TIMEOUT)|MAINTENANCE|TEMPORAR|CONCURREN|MIGRATION|UNAVAILABLE|TRY_AGAIN/i;
const used = /LIMIT_(EXCEEDED|REACHED)|QUOTA|INSUFFICIENT/i;

/** The words of HubSpot's own lists; a `context` holds what the caller sent. */
function codesOf({ category, subCategory, errorType, errors }: HubSpotError): string[] {
  const inner = Array.isArray(errors) ? (errors as NonNullable<HubSpotError['errors']>) : [];
  const all = [category, subCategory, errorType, ...inner.flatMap((each) => [each.code, each.category])];
  return all.filter((each): each is string => typeof each === 'string' && /^[\w.-]{1,80}$/.test(each));
}

/** Whether HubSpot refused because the portal does not have our property. */
export function missesProperty(response: WireResponse, property: string): boolean {
  if (response.status !== 400 || !response.body.includes(property)) return false;
  // What these look for may begin anywhere, so that a long answer would be walked through once a letter.
  return /PROPERTY_DOESNT_EXIST|property [^.]*does(n't| not) exist|no such property|Unable to find.*property/i.test(
    response.body.slice(0, 2_000),
  );
}

/** Whether HubSpot refused because something with one of the given values is there already. */
export function isConflict(response: WireResponse): boolean {
  if (response.status === 409) return true;
  return (
    response.status === 400 && /CONFLICT|ALREADY_EXISTS|DUPLICATE|UNIQUE|already (exists|has that)/i.test(response.body)
  );
}

/**
 * The id of the object that stood in the way of a create, from the error that the SDK threw for it; `undefined` where
 * HubSpot's answer does not name one. It comes in a text, and in some variants in fields of its own.
 *
 * @example
 * await hubspot.crm.contacts.basicApi.create(contact).catch((error) => existingIdOf(error));
 */
export function existingIdOf(error: unknown): string | undefined {
  const thrown = (error as { readonly body?: unknown } | null | undefined)?.body ?? error;
  const body = typeof thrown === 'string' ? parse(thrown) : thrown;
  const { message, errors } = (body ?? {}) as HubSpotError;
  const texts = [message, ...(Array.isArray(errors) ? errors.map((each: { message?: string }) => each.message) : [])];
  for (const text of texts) {
    const said = (text ?? '').slice(0, 2_000);
    const found = /existing (?:id|object)s?\W+(\d+)/i.exec(said) ?? /\b(\d{1,20}) already has that value/i.exec(said);
    if (found?.[1] !== undefined) return found[1];
  }
  const fields = JSON.stringify(body ?? {});
  return /"(?:existingId|existingObjectId|vid|objectId)":\s*\[?"?(\d+)/.exec(fields)?.[1];
}

export function parse(text: string): HubSpotError | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Only HubSpot's own errors say that they are errors and carry a correlation id or a category. */
export function isHubSpots(body: HubSpotError | undefined): body is HubSpotError {
  if (body === undefined || (body.status !== undefined && body.status !== 'error')) return false;
  return [body.correlationId, body.category, body.errorType, body.policyName].some((each) => typeof each === 'string');
}

function limitOf({ policyName, errorType, category }: HubSpotError): string {
  return policyName ?? errorType ?? category ?? 'rate_limited';
}

/**
 * Retry-After where HubSpot gives it. Else the daily limit, which ends at midnight of the portal's time zone, is tried
 * again in an hour, the ten-secondly one after ten seconds and any other after one.
 * @see https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
function waitFor(body: HubSpotError, headers: Readonly<Record<string, string>>): number {
  const given = retryAfterMs(headers);
  if (given !== undefined) return Math.min(given, 24 * hour);
  const policy = `${body.policyName ?? ''} ${body.message ?? ''}`;
  if (/daily/i.test(policy)) return hour;
  return /ten_?secondly/i.test(policy) ? 10 * second : second;
}

function idOf(body: unknown): string | undefined {
  const { id, listId, name } = (body ?? {}) as Record<string, unknown>;
  const found = id ?? listId ?? name;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

/** With HubSpot's own words, for whoever has to find out. */
function unknown(
  reason: string,
  response: WireResponse,
  body?: HubSpotError,
): Verdict & { readonly evidence: 'unknown' } {
  const { category, message, correlationId } = body ?? {};
  const id = correlationId ?? response.headers['x-hubspot-correlation-id'];
  const headers = typeof id === 'string' ? { ...response.headers, 'request-id': id } : response.headers;
  const cause = unclearAnswer('HubSpot', { ...response, headers }, { code: text(category), message: text(message) });
  const waitMs = response.status === 503 ? retryAfterMs(response.headers) : undefined;
  return { evidence: 'unknown', reason, cause, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
