import { OncelyError, type Keys } from '@oncely/core';

import { senderOf, type OwnToken } from './own-tokens.ts';
import { knownMethod } from './table.ts';

/** A request as it is kept in the ledger and resent: everything but the token. */
export interface SlackRequest {
  readonly method: string;
  readonly contentType: string;
  /** A body with bytes, such as a photo, is kept as base64. */
  readonly encoding: 'text' | 'base64';
  readonly body: string;
  /** The digest of a token that the call brought of its own. */
  readonly ownToken?: string;
  /** Whose that token is, which stays when it rotates. */
  readonly owner?: string;
  /** The digest of the client's token, by which another app's in its place is noticed. */
  readonly sender?: string;
  /** The text that a streaming message had before this was appended. */
  readonly before?: string;
}

/** A call as the SDK handed it to `fetch`. */
export interface SdkCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Without the token that a call may carry in it, which travels in a header as well, and without other secrets. */
  readonly body: string | Uint8Array;
  /** Those secrets as fields of a form: sent, never kept, and no input. */
  readonly secrets: string;
  /** That token. */
  readonly ownToken?: string;
}

/** The field of a message's metadata by which it is found again. Other apps can read it, so it is only a hash. */
export const markerField = 'oncely_key';

/** The parameter by which a resend is recognised on its way through the user's client. */
export const resendField = 'oncely_resend';

/** The parameter by which a request is known to be that of a call. It goes no further. */
export const ticketField = 'oncely_call';

/** Arguments that are credentials: of `apps.uninstall`, `oauth.v2.exchange`, `tooling.tokens.rotate`. */
const secretFields = ['client_secret', 'refresh_token'] as const;

/** What the SDK gave to `fetch`, read at once, without a pause in which another call could overtake. */
export function readTextCall(url: string, method: string, init: RequestInit | undefined): SdkCall {
  const fields = new URLSearchParams((init?.body as string | null | undefined) ?? '');
  const token = fields.get('token');
  fields.delete('token');
  fields.delete(ticketField);
  const secrets = new URLSearchParams();
  for (const name of secretFields) {
    const secret = fields.get(name);
    if (secret !== null) secrets.set(name, secret);
    fields.delete(name);
  }
  return {
    url,
    method,
    headers: Object.fromEntries(new Headers(init?.headers)),
    body: fields.toString(),
    secrets: secrets.toString(),
    ...(token === null ? {} : { ownToken: token }),
  };
}

/** The same of a form with bytes, which is encoded here so that it can be kept. */
export async function readFormCall(url: string, method: string, init: RequestInit, form: FormData): Promise<SdkCall> {
  const fields = new FormData();
  for (const [name, value] of form) if (name !== 'token' && name !== ticketField) fields.append(name, value);
  const token = form.get('token');
  const encoded = new Response(fields);
  const contentType = encoded.headers.get('content-type') ?? 'application/octet-stream';
  return {
    url,
    method,
    headers: { ...Object.fromEntries(new Headers(init.headers)), 'content-type': contentType },
    body: new Uint8Array(await encoded.arrayBuffer()),
    secrets: '',
    ...(typeof token === 'string' ? { ownToken: token } : {}),
  };
}

/**
 * `chat.postMessage`, under whatever address the API is reached. Only an address that Slack gave for an upload is no
 * method, so nothing that writes slips through.
 */
export function methodOf(url: string): string {
  const { pathname } = new URL(url);
  return knownMethod(pathname);
}

/** Methods that take metadata with which what they make is found again. */
export const marked: ReadonlySet<string> = new Set(['chat.postMessage', 'chat.scheduleMessage']);

/** The request to store and send, with our marker in the metadata of a message. */
export function prepareRequest(call: SdkCall, keys: Keys, own?: OwnToken, before?: string): string {
  const contentType = call.headers['content-type'] ?? 'application/x-www-form-urlencoded';
  const request: SlackRequest =
    typeof call.body === 'string'
      ? { method: call.method, contentType, encoding: 'text', body: markedBody(call, keys.marker) }
      : { method: call.method, contentType, encoding: 'base64', body: Buffer.from(call.body).toString('base64') };
  const sender = senderOf(call.headers['authorization']);
  return JSON.stringify({
    ...request,
    ...(own === undefined ? (sender === undefined ? {} : { sender }) : ownFields(own)),
    ...(before === undefined ? {} : { before }),
  });
}

function ownFields({ digest, owner }: OwnToken): Pick<SlackRequest, 'ownToken' | 'owner'> {
  return { ownToken: digest, ...(owner === undefined ? {} : { owner }) };
}

/** The token that a stored request was made with, where it was one of the call's own. */
export function ownTokenOf({ ownToken, owner }: SlackRequest): OwnToken | undefined {
  if (ownToken === undefined) return undefined;
  return { digest: ownToken, ...(owner === undefined ? {} : { owner }) };
}

/** The fields of a stored request; a body of bytes has none that are read here. */
export function fieldsOf(request: SlackRequest): URLSearchParams {
  return new URLSearchParams(request.encoding === 'text' ? request.body : '');
}

export function readRequest(request: string): SlackRequest {
  return JSON.parse(request) as SlackRequest;
}

export function bodyOf(request: SlackRequest, { secrets }: SdkCall): string | Uint8Array {
  if (request.encoding === 'base64') return Buffer.from(request.body, 'base64');
  return [request.body, secrets].filter((part) => part !== '').join('&');
}

/**
 * What the call says, for the fingerprint: without the token, with JSON decoded, so that its key order is no input, and
 * with what was uploaded in place of a file's id, which is another one each time. A token of its own stands for its
 * workspace and app, so one of another app is other input, and one that was rotated is not.
 *
 * @throws OncelyError `invalid_input` where the call writes under our name.
 */
export function parametersOf(
  call: SdkCall,
  contentOf: (fileId: string) => string | undefined,
  ownToken?: OwnToken,
): Record<string, unknown> {
  const own = ownToken === undefined ? {} : { token: ownToken.owner ?? ownToken.digest };
  if (typeof call.body !== 'string') {
    const boundary = /boundary=([^;]+)/.exec(call.headers['content-type'] ?? '')?.[1] ?? '';
    const text = Buffer.from(call.body).toString('latin1');
    return { ...own, $content: boundary === '' ? text : text.replaceAll(boundary, 'boundary') };
  }
  const parameters = Object.assign(Object.create(null), own) as Record<string, unknown>;
  for (const [name, value] of new URLSearchParams(call.body)) parameters[name] = decoded(value);
  refuseOurName(call.method, parameters['metadata']);
  const { files } = parameters;
  if (call.method === 'files.completeUploadExternal' && Array.isArray(files)) {
    parameters['files'] = files.map((file: { id: string }) => ({ ...file, id: contentOf(file.id) ?? file.id }));
  }
  return parameters;
}

/** Whoever could write our marker could make another effect look done. */
function refuseOurName(method: string, metadata: unknown): void {
  const payload = (metadata as { event_payload?: unknown } | undefined)?.event_payload;
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, markerField)) return;
  throw new OncelyError('invalid_input', {
    message: `${method}: metadata.event_payload.${markerField} is the field by which Oncely finds what it wrote. Nothing was sent.`,
    fix: `leave ${markerField} out of the metadata, or give your field another name`,
  });
}

function markedBody(call: SdkCall, marker: string): string {
  const fields = new URLSearchParams(call.body as string);
  if (!marked.has(call.method)) return fields.toString();
  const given = decoded(fields.get('metadata') ?? '{}') as { event_type?: string; event_payload?: object };
  fields.set(
    'metadata',
    JSON.stringify({
      ...given,
      event_type: given.event_type ?? 'oncely',
      event_payload: { ...given.event_payload, [markerField]: marker },
    }),
  );
  return fields.toString();
}

/** A field, with JSON decoded. */
export function decoded(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
