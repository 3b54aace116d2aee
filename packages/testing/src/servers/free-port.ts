import { createServer } from 'node:net';

// Below every system's ephemeral range, so that no outgoing connection takes the port of a server that is down for a
// moment; and a Redis Cluster bus, 10,000 above its port, is still below Linux's range, which begins at 32,768.
const lowest = 11_000;
const highest = 21_999;

/** Gives a loopback port that nobody listens on; somebody else may still be faster, so a taken port is tried again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
