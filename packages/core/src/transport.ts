/**
 * One HTTP exchange for adapters: no retry, no redirect, the permission checked right before the first byte.
 * @module
 */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';

import type { Permit, WireResponse } from './adapter.ts';

export interface Exchange {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Until the whole answer is there, in milliseconds. */
  readonly timeoutMs: number;
  readonly permit: Permit;
  /** In place of ours, for a proxy or other TLS settings; it must fit the address. */
  readonly agent?: HttpAgent;
}

/**
 * `answered`: a whole response. `not_sent`: proven that no byte of the request left, or that no connection was made.
 * `lost`: the request or a part of it left and there is no whole answer.
 */
export type ExchangeEnd =
  | { readonly kind: 'answered'; readonly response: WireResponse }
  | { readonly kind: 'not_sent'; readonly reason: string; readonly cause: unknown }
  | { readonly kind: 'lost'; readonly reason: string; readonly cause: unknown };

// A connection that idled may be closed under the next request, which puts an effect in doubt for nothing: keep short.
const idleMs = 4_000;
const agents = {
  http: new HttpAgent({ keepAlive: true, timeout: idleMs }),
  https: new HttpsAgent({ keepAlive: true, timeout: idleMs }),
};

/** Sends one request once. It never throws and never follows a redirect. */
export function exchange(options: Exchange): Promise<ExchangeEnd> {
  return new Promise((resolve) => {
    const secure = options.url.startsWith('https:');
    let sent = false;
    let request: ClientRequest;
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      const reason = reasonOf(error);
      resolve({ kind: sent ? 'lost' : 'not_sent', reason, cause: error });
    };
    const timer = setTimeout(() => {
      const error = Object.assign(new Error(`no whole answer within ${options.timeoutMs} ms`), { code: 'ETIMEDOUT' });
      // A reset, so that the kernel does not go on sending what is given up here.
      // Node resets plain connections only, and throws for TLS.
      if (!secure) request.socket?.resetAndDestroy();
      request.destroy(error);
      // Some ends (a 101, an already destroyed socket) are told by no event.
      fail(error);
    }, options.timeoutMs);
    try {
      request = (secure ? httpsRequest : httpRequest)(options.url, {
        method: options.method,
        headers: { ...options.headers, 'content-length': Buffer.byteLength(options.body) },
        agent: options.agent ?? (secure ? agents.https : agents.http),
      });
    } catch (error) {
      fail(error);
      return;
    }
    request.on('error', fail);
    request.on('response', (response) => {
      readBody(response).then((body) => {
        clearTimeout(timer);
        resolve({
          kind: 'answered',
          response: { status: response.statusCode ?? 0, headers: headersOf(response), body },
        });
      }, fail);
    });
    // Nothing leaves before end(): headers and body go together, once connected, after the check.
    request.on('socket', (socket) => {
      whenConnected(socket, secure, () => {
        if (request.destroyed) return;
        try {
          options.permit.check();
        } catch (error) {
          request.destroy(error as Error);
          return;
        }
        sent = true;
        request.end(options.body);
      });
    });
  });
}

function whenConnected(socket: Socket, secure: boolean, ready: () => void): void {
  // An agent that tunnels through a proxy hands out a socket whose connection stands, and whose handshake may not.
  const shaking = secure && (socket as { secureConnecting?: boolean }).secureConnecting === true;
  if (socket.connecting || shaking) socket.once(secure ? 'secureConnect' : 'connect', ready);
  else ready();
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  if (!response.complete) throw Object.assign(new Error('the answer was cut off'), { code: 'ERR_TRUNCATED' });
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    // A cookie is a credential, and what comes back here is remembered.
    Object.entries(response.headers)
      .flatMap(([name, value]) => (name === 'set-cookie' ? [] : [[name, value] as const]))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  return code ?? (name === 'PermitDenied' ? (message ?? name) : (name ?? 'unknown'));
}
