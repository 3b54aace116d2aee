/**
 * Loaded before a program (`node --import`): its requests to a vendor's own address reach the fake of `VENDOR_PORTS`,
 * and one to any other address but loopback fails. So an example runs as it stands, without an account and without the
 * network.
 */
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

/** Read at each request: a process that runs several programs has others for each. */
function portOf(host: string): number {
  const port = (JSON.parse(process.env['VENDOR_PORTS'] ?? '{}') as Readonly<Record<string, number>>)[host];
  if (port === undefined) throw new Error(`A request to ${host} was kept from leaving this machine.`);
  return port;
}

/** `https.request(url | options, options?, callback?)` as a plain request to the fake. */
function requestFake(...args: unknown[]): http.ClientRequest {
  const callback = args.find((arg) => typeof arg === 'function') as
    | ((answer: http.IncomingMessage) => void)
    | undefined;
  const [first, second] = args as [string | URL | https.RequestOptions, https.RequestOptions?];
  const url = typeof first === 'string' || first instanceof URL ? new URL(first) : undefined;
  const options = (url === undefined ? first : (second ?? {})) as https.RequestOptions;
  const host = url?.hostname ?? options.hostname ?? options.host ?? '';
  const { agent: _agent, protocol: _protocol, hostname: _hostname, ...rest } = options;
  const request = http.request(
    {
      ...(url === undefined ? {} : { path: url.pathname + url.search }),
      ...rest,
      host: '127.0.0.1',
      port: portOf(String(host)),
    },
    callback,
  );
  // Who asked for TLS waits for its handshake before anything is written.
  request.on('socket', (socket) => socket.once('connect', () => socket.emit('secureConnect')));
  return request;
}

https.request = requestFake as typeof https.request;
https.get = ((...args: unknown[]) => {
  const request = requestFake(...args);
  request.end();
  return request;
}) as typeof https.get;
syncBuiltinESMExports();

const directly = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (url.protocol === 'https:') {
    const port = portOf(url.hostname);
    url.protocol = 'http:';
    url.host = `127.0.0.1:${port}`;
  }
  return directly(input instanceof Request ? new Request(url, input) : url, init);
};
