import { createHash } from 'node:crypto';

import type { Keys } from '@oncely/core';

import type { WireBody } from './body.ts';
import { plainOf, type HubSpotOperation } from './operations.ts';

/** A request as it is kept in the ledger and resent: everything but the credentials. */
export interface HubSpotRequest {
  readonly method: string;
  /** Below the client's base path, with the query. */
  readonly path: string;
  /** Where the call went to another host than the client's own. */
  readonly base?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly encoding: 'text' | 'base64';
  readonly auth: 'bearer' | 'hapikey' | 'none';
  /** The digest of credentials that the call brought of its own, where HubSpot does not say whose they are. */
  readonly ownKey?: string;
  /** The portal of credentials that the call brought of its own. */
  readonly portal?: string;
  /** Our unique property, and its value for each input. */
  readonly marks?: { readonly property: string; readonly keys: readonly string[] };
  /** What stood there before the first send, an entry an input; absent where it was not read. */
  readonly before?: readonly string[];
  /** From before the first attempt, by the ledger's clock; not stored. */
  readonly since?: number;
  /** The key under which the ledger knows a mail that HubSpot sends once. */
  readonly key?: string;
}

/** A call as the SDK is about to send it. */
export interface SdkCall {
  readonly method: string;
  readonly path: string;
  readonly base?: string;
  /** All of them, the authorization too. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: HubSpotRequest['auth'];
  /** The value of its authorization, or its `hapikey`. */
  readonly credential?: string;
  /** What stands before the path in its address. */
  readonly address: string;
  readonly agent?: unknown;
}

/** What a call says, read whole, and whose it is where it is not the client's own portal. */
export interface Said {
  readonly body: WireBody;
  readonly portal?: string;
  readonly ownKey?: string;
}

interface Input {
  readonly properties?: Readonly<Record<string, unknown>>;
}

const kept = ['accept', 'content-type'] as const;

/** Reads a call off what the SDK is about to send. `endpoint` is the path that its method asked for, where it is known. */
export function callOf(
  sent: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly agent?: unknown;
  },
  clientBase: string,
  endpoint: string | undefined,
): SdkCall {
  const url = new URL(sent.url);
  const hapikey = url.searchParams.get('hapikey') ?? undefined;
  if (hapikey !== undefined) url.searchParams.delete('hapikey');
  const authorization = headerOf(sent.headers, 'authorization');
  const credential = authorization ?? hapikey;
  const base = addressOf(clientBase);
  const plain = splitPath(url, base, endpoint);
  const address = `${url.origin}${url.pathname.slice(0, url.pathname.length - plain.length)}`;
  return {
    method: sent.method,
    path: `${plain}${url.search}`,
    ...(address === base ? {} : { base: address }),
    headers: sent.headers,
    auth: authorization !== undefined ? 'bearer' : hapikey === undefined ? 'none' : 'hapikey',
    ...(credential === undefined ? {} : { credential }),
    address,
    ...(sent.agent === undefined ? {} : { agent: sent.agent }),
  };
}

/** The path of the API: what the method asked for, else what is below the client's own base. */
function splitPath(url: URL, clientBase: string, endpoint: string | undefined): string {
  if (endpoint !== undefined && endpoint !== '' && url.pathname.endsWith(endpoint)) return endpoint;
  const prefix = clientBase.slice(new URL(clientBase).origin.length);
  const within = `${url.origin}${url.pathname}/`.startsWith(`${clientBase}/`);
  return within ? url.pathname.slice(prefix.length) : url.pathname;
}

/** A base path as it stands before each path: its origin as an address has it, and no slash at the end. */
export function addressOf(base: string): string {
  const { origin, pathname } = new URL(base);
  let end = pathname.length;
  while (end > 0 && pathname[end - 1] === '/') end -= 1;
  return `${origin}${pathname.slice(0, end)}`;
}

/** The request as the SDK made it. */
function asMade(call: SdkCall, { body, portal, ownKey }: Said): HubSpotRequest {
  const headers: Record<string, string> = {};
  for (const name of kept) {
    const value = (name === 'content-type' ? body.contentType : undefined) ?? headerOf(call.headers, name);
    if (value !== undefined) headers[name] = value;
  }
  return {
    method: call.method,
    path: call.path,
    ...(call.base === undefined ? {} : { base: call.base }),
    headers,
    text: body.text,
    encoding: body.encoding,
    auth: call.auth,
    ...(ownKey === undefined ? {} : { ownKey }),
    ...(portal === undefined ? {} : { portal }),
  };
}

/** The request to store and send, with our unique property in what it creates, or our key where HubSpot takes one. */
export function requestOf(
  call: SdkCall,
  said: Said,
  operation: HubSpotOperation,
  keys: Keys,
  property: string,
): HubSpotRequest {
  const request = asMade(call, said);
  if (operation.kind === 'create') {
    const marked = withProperty(jsonOf(request) as Input, property, keys.marker);
    return { ...request, text: JSON.stringify(marked), marks: { property, keys: [keys.marker] } };
  }
  if (operation.kind === 'create_batch') {
    const inputs = inputsOf(request);
    const own = inputs.map((_, index) => `${keys.marker}_${index}`);
    const marked = inputs.map((input, index) => withProperty(input, property, own[index] ?? ''));
    const body = jsonOf(request) as object;
    return { ...request, text: JSON.stringify({ ...body, inputs: marked }), marks: { property, keys: own } };
  }
  // Where the caller's own sendId is what HubSpot sends once for, our key stays with the request and does not go out.
  if (operation.kind === 'send_once')
    return { ...withSendId(request, keys.key, (own) => own === undefined), key: keys.key };
  return withUuids(request, keys.marker);
}

/** The same request under another key, where the vendor knows it by one of ours. */
export function rekeyRequest(stored: string, { key }: Keys): string {
  const request = readRequest(stored);
  return JSON.stringify(withSendId(request, key, (own) => own?.startsWith('oncely_') === true));
}

function withSendId(
  request: HubSpotRequest,
  key: string,
  replaces: (own: string | undefined) => boolean,
): HubSpotRequest {
  const body = jsonOf(request) as { readonly message?: { readonly sendId?: string } } | undefined;
  if (body?.message === undefined || !replaces(body.message.sendId)) return request;
  return { ...request, text: JSON.stringify({ ...body, message: { ...body.message, sendId: key } }) };
}

/**
 * Gives events an id of their own, the same in every attempt. HubSpot does not promise for this version of its API that
 * it drops a second one, so nothing rests on it.
 */
function withUuids(request: HubSpotRequest, marker: string): HubSpotRequest {
  const body = jsonOf(request) as Readonly<Record<string, unknown>> | undefined;
  switch (plainOf(request.path)) {
    case '/events/v3/send':
      return body ? { ...request, text: JSON.stringify({ uuid: uuidOf(marker), ...body }) } : request;
    case '/events/v3/send/batch': {
      const inputs = inputsOf(request).map((input, index) => ({ uuid: uuidOf(`${marker}_${index}`), ...input }));
      return { ...request, text: JSON.stringify({ ...body, inputs }) };
    }
    default:
      return request;
  }
}

/** A name-based UUID (RFC 9562, version 8). */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function readRequest(request: string): HubSpotRequest {
  return JSON.parse(request) as HubSpotRequest;
}

/** The body of a request; `undefined` where it is no JSON. */
export function jsonOf({ text, encoding }: Pick<HubSpotRequest, 'text' | 'encoding'>): unknown {
  if (encoding !== 'text' || text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * What the call says, for the fingerprint: its path and body. Properties of an object stand beside the rest by their own
 * names, so that an error can say which of them changed. Tokens are left out, since they are rotated: of one that is not
 * the client's own its portal counts.
 */
export function parametersOf(call: SdkCall, { body, portal, ownKey }: Said): Record<string, unknown> {
  return {
    ...decoded(body),
    $path: call.path,
    ...(call.base === undefined ? {} : { $base: call.base }),
    ...(portal === undefined ? {} : { $portal: portal }),
    ...(ownKey === undefined ? {} : { $credential: ownKey }),
  };
}

function decoded(body: WireBody): Record<string, unknown> {
  if (body.encoding === 'base64') {
    // The boundary is random and no part of what is said.
    const boundary = /boundary=([^;]+)/.exec(body.contentType ?? '')?.[1];
    const content = Buffer.from(body.text, 'base64').toString('latin1');
    return { $content: boundary === undefined ? content : content.replaceAll(boundary, 'boundary') };
  }
  if (body.text === '') return {};
  const json = jsonOf(body);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { $body: json ?? body.text };
  const { properties, ...rest } = json as Input & Record<string, unknown>;
  const named: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(rest)) named[name] = value;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
    return properties === undefined ? named : { ...named, properties };
  }
  for (const [name, value] of Object.entries(properties)) named[`properties.${name}`] = value;
  return named;
}

/** Our value goes last: a caller's own under the same name would be no proof of ours. */
function withProperty(input: Input, property: string, value: string): Input {
  return { ...input, properties: { ...input.properties, [property]: value } };
}

/** The same request for some of its inputs only. */
export function withInputs(request: HubSpotRequest, indexes: readonly number[]): HubSpotRequest {
  const body = jsonOf(request) as { readonly inputs: readonly unknown[] };
  const inputs = indexes.map((index) => body.inputs[index]);
  return { ...request, text: JSON.stringify({ ...body, inputs }) };
}

/** A text or a number of a decoded body, as text; empty where it is neither. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function inputsOf(request: HubSpotRequest): readonly Record<string, unknown>[] {
  const body = jsonOf(request) as { readonly inputs?: unknown } | undefined;
  return Array.isArray(body?.inputs) ? (body.inputs as Record<string, unknown>[]) : [];
}

export function queryOf(path: string): URLSearchParams {
  const mark = path.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1));
}

/** The decoded segments of a path. */
export function segmentsOf(path: string): readonly string[] {
  return plainOf(path).split('/').slice(1).map(decodeURIComponent);
}

export function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  const found = Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  return found === undefined ? undefined : String(found);
}
