import type { Keys } from '@oncely/core';

import type { Authorized } from './credentials.ts';
import { extraHeaders } from './extra-headers.ts';
import { appendField, decodeForm } from './form.ts';
import type { StripeOperation } from './operations.ts';

/** A request as it is kept in the ledger and resent: everything but the credentials. */
export interface StripeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** A body of bytes, such as a file upload, is kept as base64. */
  readonly encoding: 'text' | 'base64';
  /** Content type, API version, account, context, our key, and what the call adds that is no credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authorized: Authorized;
  /** The host by the SDK's name for it, where it is not the usual one. */
  readonly apiBase?: string;
}

export type SdkHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** A call as the SDK handed it to its HTTP client. */
export interface SdkCall {
  readonly host: string;
  readonly port: string;
  readonly protocol: string;
  readonly path: string;
  readonly method: string;
  readonly headers: SdkHeaders;
  readonly body: string | Uint8Array | null | undefined;
  readonly timeoutMs: number;
}

/** Hosts beside the API's own, by the names that `rawRequest` takes. */
export const apiBases: Readonly<Record<string, string>> = {
  'connect.stripe.com': 'connect',
  'files.stripe.com': 'files',
  'meter-events.stripe.com': 'meter_events',
};

const kept = ['content-type', 'stripe-version', 'stripe-account', 'stripe-context'] as const;

/** The request to store and send, with our key, and our marker where the object takes metadata. */
export function prepareRequest(call: SdkCall, operation: StripeOperation, keys: Keys, authorized: Authorized): string {
  const headers: Record<string, string> = { ...extraHeaders(call.headers).kept };
  for (const name of kept) {
    const value = headerOf(call.headers, name);
    if (value !== undefined) headers[name] = value;
  }
  if (operation.safety.kind === 'keyed') headers['idempotency-key'] = keys.key;
  const apiBase = apiBases[call.host];
  const bytes = typeof call.body === 'object' && call.body !== null;
  const text = bytes
    ? Buffer.from(call.body as Uint8Array).toString('base64')
    : ((call.body as string | undefined) ?? '');
  const request: StripeRequest = {
    method: call.method,
    path: call.path,
    headers,
    encoding: bytes ? 'base64' : 'text',
    body: operation.marked && !bytes ? withMarker(text, isJson(headers['content-type']), keys.marker) : text,
    authorized,
    ...(apiBase === undefined ? {} : { apiBase }),
  };
  return JSON.stringify(request);
}

/** The metadata field by which an effect is found again. */
export const markerField = 'oncely_key';

/** How many keys an object's metadata may have: https://docs.stripe.com/api/metadata */
const mostKeys = 50;

/**
 * The body with our marker in its metadata. Where that is full the call goes out as it is, since Stripe would refuse
 * one key more: the effect is deduped by its idempotency key and cannot be looked up once that is too old.
 */
function withMarker(body: string, json: boolean, marker: string): string {
  if (json) {
    const parameters = JSON.parse(body === '' ? '{}' : body) as { metadata?: Record<string, unknown> | null };
    const metadata = parameters.metadata ?? {};
    if (Object.keys(metadata).length >= mostKeys) return body;
    return JSON.stringify({ ...parameters, metadata: { ...metadata, [markerField]: marker } });
  }
  const { metadata } = decodeForm(body);
  if (typeof metadata === 'object' && metadata !== null && Object.keys(metadata).length >= mostKeys) return body;
  // `metadata: ''` and `null` say that there is none; beside a field of it the body would say both.
  return appendField(body.replace(/(^|&)metadata=(?=&|$)/, '').replace(/^&/, ''), `metadata[${markerField}]`, marker);
}

export function isJson(contentType: string | undefined): boolean {
  return contentType?.includes('json') === true;
}

/** What a stored request asks for, decoded: those of a form as text. Of bytes, such as a file, nothing. */
export function parametersIn(request: StripeRequest): Readonly<Record<string, unknown>> {
  if (request.encoding === 'base64' || request.body === '') return {};
  return isJson(request.headers['content-type'])
    ? (JSON.parse(request.body) as Record<string, unknown>)
    : decodeForm(request.body);
}

export function readRequest(request: string): StripeRequest {
  return JSON.parse(request) as StripeRequest;
}

/** The same request under another idempotency key, once the vendor has stored a failure under the first. */
export function rekeyRequest(request: string, { key }: Keys): string {
  const stored = readRequest(request);
  if (stored.headers['idempotency-key'] === undefined) return request;
  return JSON.stringify({ ...stored, headers: { ...stored.headers, 'idempotency-key': key } });
}

export function bodyOf(request: StripeRequest): string | Uint8Array {
  return request.encoding === 'base64' ? Buffer.from(request.body, 'base64') : request.body;
}

/**
 * What the call says, for the fingerprint. The API version is left out: an upgrade of the SDK is no other input. So is
 * the client's key, which may be rotated; one that the call brings of its own is all that tells its account.
 */
export function parametersOf(call: SdkCall, { ownKey, ownHost }: Authorized): Record<string, unknown> {
  return {
    ...parametersGiven(call),
    $path: call.path,
    $account: headerOf(call.headers, 'stripe-account') ?? '',
    $context: headerOf(call.headers, 'stripe-context') ?? '',
    $mode: modeOf(headerOf(call.headers, 'authorization')),
    ...(ownKey === undefined ? {} : { $apiKey: ownKey }),
    ...(ownHost === undefined ? {} : { $host: ownHost }),
  };
}

/** What the call gives, decoded; of bytes their text as `$content`. */
export function parametersGiven(call: SdkCall): Record<string, unknown> {
  const { body } = call;
  if (body === null || body === undefined || body === '') return {};
  const contentType = headerOf(call.headers, 'content-type') ?? '';
  if (typeof body !== 'string') {
    // The boundary is random and no part of what is said.
    const boundary = /boundary=([^;]+)/.exec(contentType)?.[1] ?? '';
    const text = Buffer.from(body).toString('latin1');
    return { $content: boundary === '' ? text : text.replaceAll(boundary, 'boundary') };
  }
  if (isJson(contentType)) {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : { $json: json };
  }
  return decodeForm(body);
}

/** The SDK's own keys, one a call and random. */
const keyOfTheSdk = /^stripe-node-retry-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The caller's own idempotency key; the SDK's random ones are not. */
export function ownKeyOf(call: SdkCall): string | undefined {
  const key = headerOf(call.headers, 'idempotency-key');
  return key === undefined || keyOfTheSdk.test(key) ? undefined : key;
}

export function headerOf(headers: SdkHeaders, name: string): string | undefined {
  const found = Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  return found === undefined ? undefined : String(found);
}

export function modeOf(authorization: string | undefined): 'live' | 'test' {
  return /\b(?:sk|rk)_(?:org_)?live_/.test(authorization ?? '') ? 'live' : 'test';
}
