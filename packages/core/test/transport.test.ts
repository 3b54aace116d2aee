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

it("an agent of the caller's carries the exchange, and the permission is asked all the same", async () => {
  const server = createHttpServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  let asked = 0;
  const end = await exchange({
    url: `http://127.0.0.1:${port}/`,
    method: 'POST',
    headers: {},
    body: 'a=1',
    timeoutMs: 20_000,
    permit: { check: () => void (asked += 1), remainingMs: () => 1_000 },
    agent,
  });
  expect(end).toMatchObject({ kind: 'answered' });
  expect([asked, Object.keys(agent.freeSockets).length]).toEqual([1, 1]);
  agent.destroy();
  server.close();
});
