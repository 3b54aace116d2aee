// The default exports are the modules' own objects, on which mocks, tracing and proxy bootstraps set their functions.
import http, { Agent as HttpAgent, ClientRequest, type IncomingMessage } from 'node:http';
import https, { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { isUnconnected, lengthOf, readWhole, reasonOf, timedOut, truncated, withoutCookies } from './transport-end.ts';
import type { Carriage, ExchangeEnd } from './transport.ts';

// A connection that idled may be closed under the next request, which puts an effect in doubt for nothing: keep short.
const idleMs = 4_000;
const agents = {
  http: new HttpAgent({ keepAlive: true, timeout: idleMs }),
  https: new HttpsAgent({ keepAlive: true, timeout: idleMs }),
};

export function exchangeByHttp(options: Carriage): Promise<ExchangeEnd> {
  return new Promise((resolve) => {
    const url = new URL(options.url);
    const secure = url.protocol === 'https:';
    let sent = false;
    // Whether the check came before there was a connection.
    let early = false;
    let request: ClientRequest;
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      resolve({
        kind: sent && !(early && isUnconnected(error)) ? 'lost' : 'not_sent',
        reason: reasonOf(error),
        cause: error,
      });
    };
    const timer = setTimeout(() => {
      const error = timedOut(options.timeoutMs);
      // A reset, so that the kernel does not go on sending what is given up here.
      // Node resets plain connections only, and throws for TLS; what stands in for a socket has none.
      if (!secure) (request.socket as Partial<Socket> | null)?.resetAndDestroy?.();
      request.destroy(error);
      // Some ends (a 101, an already destroyed socket) are told by no event.
      fail(error);
    }, options.timeoutMs);
    try {
      request = (secure ? https : http).request({
        protocol: url.protocol,
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port === '' ? (secure ? 443 : 80) : url.port,
        path: `${url.pathname}${url.search}`,
        method: options.method,
        headers: { ...options.headers, ...lengthOf(options.method, options.body) },
        agent: options.agent ?? agentFor(secure),
      });
    } catch (error) {
      fail(error);
      return;
    }
    request.on('error', fail);
    request.on('response', (response) => {
      readBody(response, options).then(
        (body) => {
          clearTimeout(timer);
          const headers = withoutCookies(Object.entries(response.headers));
          resolve({ kind: 'answered', response: { status: response.statusCode ?? 0, headers, body } });
        },
        (error: unknown) => {
          request.destroy();
          fail(error);
        },
      );
    });
    // Nothing leaves before end(): headers and body go together, once connected, after the check.
    const send = (): void => {
      if (sent || request.destroyed) return;
      try {
        options.permit.check();
      } catch (error) {
        request.destroy(error as Error);
        fail(error);
        return;
      }
      sent = true;
      request.end(options.body);
    };
    request.on('socket', (socket) => {
      early = !isReal(socket);
      if (early) send();
      else whenConnected(socket, secure, send);
    });
    // What stands in for a request may never tell of a socket.
    if (!(request instanceof ClientRequest)) setImmediate(send);
  });
}

/** Somebody's own global agent leads all requests of the process that name none: a proxy's, a bootstrap's, a test's. */
function agentFor(secure: boolean): HttpAgent {
  const global = (secure ? https : http).globalAgent;
  const plain = Object.getPrototypeOf(global) === (secure ? HttpsAgent : HttpAgent).prototype;
  const { proxyEnv } = (global as { options?: { proxyEnv?: unknown } }).options ?? {};
  return plain && proxyEnv === undefined ? agents[secure ? 'https' : 'http'] : global;
}

/** What a mock puts in the place of a socket connects only once something is written, or never. */
function isReal(socket: Socket): boolean {
  const prototype: unknown = Object.getPrototypeOf(socket);
  return prototype === Socket.prototype || prototype === TLSSocket.prototype;
}

function whenConnected(socket: Socket, secure: boolean, ready: () => void): void {
  // An agent that tunnels through a proxy hands out a socket whose connection stands, and whose handshake may not.
  const shaking = secure && (socket as { secureConnecting?: boolean }).secureConnecting === true;
  if (socket.connecting || shaking) socket.once(secure ? 'secureConnect' : 'connect', ready);
  else ready();
}

async function readBody(response: IncomingMessage, { maxBytes, encoding }: Carriage): Promise<string> {
  const status = response.statusCode ?? 0;
  const requestId = response.headers['request-id'];
  const about = { status, requestId: typeof requestId === 'string' ? requestId : undefined };
  const body = await readWhole(response, maxBytes, about, encoding);
  if (!response.complete) throw truncated(status);
  return body;
}
