import type { WireResponse } from './adapter.ts';

/** Why an exchange ended, as a short word: the error's code where it has one. */
export function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string };
  if (typeof code === 'string') return code;
  return name === 'PermitDenied' ? (message ?? name) : (name ?? 'unknown');
}

/** Errors of before a connection stood, and of mocks (nock, undici) that lead nowhere. */
const unconnected: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ERR_NOCK_NO_MATCH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_MOCK_ERR_MOCK_NOT_MATCHED',
]);

/** Whether an error says by itself that no connection was made, so that nothing of a request can have left. */
export function isUnconnected(error: unknown): boolean {
  const { code, syscall, name, message } = error as Record<'code' | 'syscall' | 'name' | 'message', unknown>;
  // msw gives no code to its refusal of a request that no handler of a test answers.
  if (name === 'InternalError' && String(message).startsWith('[MSW] Cannot bypass')) return true;
  // A route may vanish under a connection that stands; then the error is of its reading or writing.
  return unconnected.has(code) && (syscall === undefined || syscall === 'connect' || syscall === 'getaddrinfo');
}

/** The length of a body as SDKs tell it: that of none is told only where the method has one, since some proxies mind. */
export function lengthOf(method: string, body: string | Uint8Array): { 'content-length'?: string } {
  const length = Buffer.byteLength(body);
  return length > 0 || ['POST', 'PUT', 'PATCH'].includes(method) ? { 'content-length': String(length) } : {};
}

export function timedOut(timeoutMs: number): Error {
  return Object.assign(new Error(`no whole answer within ${Math.round(timeoutMs)} ms`), { code: 'ETIMEDOUT' });
}

export function truncated(status: number): Error {
  return Object.assign(new Error(`the answer, of status ${status}, was cut off`), { code: 'ERR_TRUNCATED' });
}

/** The whole of a body as text. @throws where it is longer than may be held in memory. */
export async function readWhole(
  chunks: AsyncIterable<unknown>,
  maxBytes: number,
  { status, requestId }: { readonly status: number; readonly requestId?: string | undefined },
  encoding: 'utf8' | 'base64' = 'utf8',
): Promise<string> {
  const held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const part = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk as Uint8Array);
    bytes += part.byteLength;
    if (bytes > maxBytes) {
      const named = requestId === undefined ? '' : `, request ${requestId}`;
      throw Object.assign(
        new Error(`the answer, of status ${status}${named}, is longer than the ${maxBytes} bytes that are read of one`),
        { code: 'ERR_ANSWER_TOO_LONG' },
      );
    }
    held.push(part);
  }
  return Buffer.concat(held).toString(encoding);
}

/** The headers of an answer without its cookies, which are credentials: what comes back here is remembered. */
export function withoutCookies(
  headers: Iterable<readonly [string, string | readonly string[] | undefined]>,
): WireResponse['headers'] {
  const kept: [string, string][] = [];
  for (const [name, value] of headers) {
    if (name === 'set-cookie') continue;
    kept.push([name, typeof value === 'string' ? value : (value ?? []).join(', ')]);
  }
  return Object.fromEntries(kept);
}
