import type { Permit } from '@oncely/core';
import { isUnconnected, lengthOf, type ExchangeEnd } from '@oncely/core/transport';

import type { ReadResponse, StripeHttpClient } from './reads.ts';
import { bodyOf, type SdkCall, type StripeRequest } from './request.ts';

/**
 * Sends once through an HTTP client of the user's. When its first byte leaves is its own to know, so that the check comes
 * before, and only an error of connecting proves that nothing was sent.
 */
export async function carry(
  carrier: StripeHttpClient,
  call: SdkCall,
  request: StripeRequest,
  headers: Readonly<Record<string, string>>,
  permit: Permit,
  timeoutMs: number,
): Promise<ExchangeEnd> {
  try {
    permit.check();
  } catch (cause) {
    return { kind: 'not_sent', reason: (cause as Error).message, cause };
  }
  const { host, port, protocol } = call;
  const { path, method } = request;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = Object.assign(new Error(`no whole answer within ${Math.round(timeoutMs)} ms`), { code: 'ETIMEDOUT' });
    timer = setTimeout(reject, timeoutMs, error);
  });
  try {
    const sent = carrier.makeRequest(
      host,
      port,
      path,
      method,
      { ...headers, ...lengthOf(method, bodyOf(request)) },
      bodyOf(request) as string,
      protocol,
      timeoutMs,
    );
    const response = await Promise.race([sent.then(whole), late]);
    return { kind: 'answered', response };
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    const { code } = cause as { code?: unknown };
    const reason = typeof code === 'string' ? code : 'client_failed';
    return { kind: isUnconnected(cause) ? 'not_sent' : 'lost', reason, cause };
  } finally {
    clearTimeout(timer);
  }
}

async function whole(
  response: ReadResponse,
): Promise<{ status: number; headers: Record<string, string>; body: string }> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.getHeaders() as Record<string, unknown>)) {
    // A cookie is a credential, and what comes back here is remembered.
    if (name.toLowerCase() !== 'set-cookie') headers[name.toLowerCase()] = String(value);
  }
  const raw = response.getRawResponse() as { text?: () => Promise<string> } | null | undefined;
  const body = typeof raw?.text === 'function' ? await raw.text() : await bodyIn(response);
  return { status: response.getStatusCode(), headers, body };
}

/** What a client decoded and cannot say as text; what is no JSON comes as an error that carries it. */
async function bodyIn(response: ReadResponse): Promise<string> {
  try {
    return JSON.stringify(await response.toJSON());
  } catch (error) {
    const { rawBody } = error as { rawBody?: unknown };
    if (error instanceof SyntaxError) return typeof rawBody === 'string' ? rawBody : '';
    throw error;
  }
}
