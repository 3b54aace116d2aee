import { connect, createServer, type Socket } from 'node:net';

/** A line to a mail server on which its word on the message, the reply behind the dot, never arrives. */
export interface LostReply {
  readonly port: number;
  /** How many replies were lost. */
  lost(): number;
  /** From now on replies pass. */
  heal(): void;
  close(): Promise<void>;
}

/** `cut` closes the line in the place of the reply, `silent` keeps it open. */
export async function loseReplies(to: { readonly port: number }, how: 'cut' | 'silent'): Promise<LostReply> {
  const sockets = new Set<Socket>();
  let lost = 0;
  let healed = false;
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: to.port });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (healed || !/^250 (2\.0\.0 Ok: queued|OK id=)/m.test(chunk.toString('latin1')))
        return void client.write(chunk);
      lost += 1;
      if (how === 'cut') client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    lost: () => lost,
    heal: () => {
      healed = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
