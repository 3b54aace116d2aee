import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Answers any request as stripe-mock would: an object for a thing, a list for a collection. It is enough for tests whose
 * only question is whether the SDK's call gets an answer; it knows no idempotency keys and keeps nothing.
 */
export async function startApiStandIn(): Promise<{
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_stand_in' });
      response.end(JSON.stringify({ id: 'obj_1', object: 'list', data: [], has_more: false, url: request.url }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: { STRIPE_MOCK_HOST: '127.0.0.1', STRIPE_MOCK_PORT: String(port) },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
