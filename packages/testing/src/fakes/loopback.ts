import type { AddressInfo, Server, Socket } from 'node:net';

/** A listening server on 127.0.0.1 whose port stays its own while it refuses connections. */
export interface Loopback {
  readonly host: string;
  readonly port: number;
  /**
   * `true` closes the listening socket and destroys every open connection, so that clients get ECONNREFUSED;
   * `false` listens again on the same port. What the server had begun still commits.
   */
  refuse(refused: boolean): Promise<void>;
  /** Closes the listening socket and destroys every connection; resolves when the port is free. */
  close(): Promise<void>;
}

const host = '127.0.0.1';

/** Listens on a free loopback port, or rejects with the bind error. */
export async function listenOnLoopback(server: Server): Promise<Loopback> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // A client that was killed resets its connection: not an error of the fake.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;

  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const reopen = async (): Promise<void> => {
    for (let left = 50; !server.listening; left -= 1) {
      try {
        await listen(server, port);
      } catch (error) {
        // The port is in the ephemeral range: some other connection may hold it for a moment.
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  return { host, port, refuse: (refused) => (refused ? stop() : reopen()), close: stop };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
