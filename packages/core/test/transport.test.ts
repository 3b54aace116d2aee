import { once } from 'node:events';
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
