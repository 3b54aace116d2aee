import { OncelyError } from '../errors.ts';
import { encodedBody, storedBody, type EncodedBody, type HttpBody, type StoredBody } from './body.ts';
import { tagged, untagged } from './tagged-input.ts';

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** One request. The ledger keeps it while the effect is open, so a credential has no place in it. */
export interface HttpRequest extends HttpBody {
  readonly method: (typeof methods)[number];
  /** Below `url`, with its query. */
  readonly path: string;
  /** Beside the credentials, such as an idempotency key. A content type of its own replaces ours. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Stored {
  readonly operation: string;
  /** As `tagged` made it. */
  readonly input?: unknown;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly content?: StoredBody;
}

/** A kept request, ready to be sent. */
export interface Sendable {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: EncodedBody;
}

/** Whose values would be kept, and are never asked for again when it is sent. */
const credentials = ['authorization', 'cookie', 'proxy-authorization'];
/** What the bytes themselves decide. */
const framing = ['content-length', 'transfer-encoding'];

/** A request as the text that the ledger keeps. @throws OncelyError `invalid_input` naming what is wrong with it. */
export function storedRequest(operation: string, input: unknown, request: HttpRequest): string {
  const { method, path, headers } = request;
  if (!methods.includes(method)) {
    throw wrong(operation, `has the method ${String(method)}`, `method: '${methods.join("' | '")}'`);
  }
  const named = lowerCase(headers, operation);
  return JSON.stringify({
    operation,
    input: tagged(input),
    method,
    path,
    ...(Object.keys(named).length === 0 ? {} : { headers: named }),
    ...storedBody(request, named['content-type'], operation),
  } satisfies Stored);
}

export function sendable(stored: string): Sendable {
  const { operation, method, path, headers = {}, body, content } = JSON.parse(stored) as Stored;
  return { operation, method, path, headers, body: encodedBody(body, content) };
}

/** The operation of a kept request and the input that it was made of. */
export function inputOf(stored: string): { readonly operation: string; readonly input: unknown } {
  const { operation, input } = JSON.parse(stored) as Stored;
  return { operation, input: untagged(input) };
}

/** A kept request as it was given, for whoever looks for what it made. */
export function requestOf(stored: string): HttpRequest {
  const { method, path, headers, body, content } = JSON.parse(stored) as Stored;
  return {
    method: method as HttpRequest['method'],
    path,
    ...(headers === undefined ? {} : { headers }),
    ...(content === undefined ? (body === undefined ? {} : { body }) : bodyOf(content)),
  };
}

function bodyOf(content: StoredBody): HttpBody {
  switch (content.kind) {
    case 'text':
      return { body: content.text };
    case 'bytes':
      return { body: new Uint8Array(Buffer.from(content.base64, 'base64')) };
    case 'multipart':
      return {
        multipart: content.parts.map(({ text, base64, ...part }) => ({
          ...part,
          value: base64 === undefined ? (text ?? '') : new Uint8Array(Buffer.from(base64, 'base64')),
        })),
      };
  }
}

function lowerCase(headers: HttpRequest['headers'], operation: string): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers ?? {}) as [string, unknown][]) {
    const name = given.toLowerCase();
    if (value === undefined || value === null) continue;
    if (credentials.includes(name)) {
      throw wrong(
        operation,
        `has the header ${name}, which the ledger would keep`,
        `headers: () => ({ ${name}: ... })`,
      );
    }
    if (framing.includes(name)) throw wrong(operation, `has the header ${name}, which follows from its body`);
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw wrong(operation, `has a header ${name} that is no text`, 'give a text');
    }
    const text = String(value);
    // What fetch does not send, whoever calls again.
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) throw wrong(operation, `has a header whose name is none: ${given}`);
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(text.trim())) {
      throw wrong(operation, `has a header ${name} that holds what no header can`, 'encodeURIComponent(text)');
    }
    named[name] = text;
  }
  return named;
}

function wrong(operation: string, problem: string, fix?: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `the request of ${operation} ${problem}. Nothing was sent.`,
    ...(fix === undefined ? {} : { fix }),
  });
}
