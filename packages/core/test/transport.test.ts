import { once } from 'node:events';
import { Agent, createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';

import { exchange } from '@oncely/core/transport';
import { expect, it } from 'vitest';

it.each(['http', 'https'])(
  'a server that never answers over %s ends the exchange, and not the process',
  async (protocol) => {
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const end = await exchange({
      url: `${protocol}://127.0.0.1:${port}/`,
      method: 'POST',
      headers: {},
      body: 'a=1',
      timeoutMs: 500,
      permit: { check: () => undefined, remainingMs: () => 1_000 },
    });
    expect(end).toMatchObject({ kind: protocol === 'http' ? 'lost' : 'not_sent', reason: 'ETIMEDOUT' });
    server.close();
  },
);

it("goes through the caller's own agent, which may be a proxy's", async () => {
  const server = createHttpServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent();
  let connections = 0;
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...given: Parameters<typeof connect>) => {
    connections += 1;
    return connect(...given);
  };
  const end = await exchange({
    url: `http://127.0.0.1:${port}/`,
    method: 'POST',
    headers: {},
    body: 'a=1',
    timeoutMs: 20_000,
    permit: { check: () => undefined, remainingMs: () => 20_000 },
    agent,
  });
  expect([end.kind, connections]).toEqual(['answered', 1]);
  server.close();
});
