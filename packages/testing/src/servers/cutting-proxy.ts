/**
 * A TCP proxy on loopback that cuts the line at an exact byte, is slow, or hangs.
 *
 * @module
 */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { listenOnLoopback } from '../fakes/loopback.ts';

export interface CuttingProxyOptions {
  /** Where the server is. */
  readonly host: string;
  readonly port: number;
}

/** Seen from the client: what it sends is the request. */
export type Direction = 'request' | 'response';

export interface CuttingProxy {
  readonly host: string;
  readonly port: number;
  /** The lines that are open now, and all that were ever accepted. */
  connections(): { readonly open: number; readonly accepted: number };
  /** How many bytes were passed on so far, over all lines. */
  forwarded(): Readonly<Record<Direction, number>>;
  /** How many lines were cut by `cutAfter`. */
  cuts(): number;
  /**
   * From now on counts the bytes of one direction, over all lines. The line that carries the last of them is cut as soon
   * as it has been passed on, on both sides; with 0, as soon as the next byte comes, which is not passed on. Cuts once:
   * other and later lines work. A second call replaces the first.
   */
  cutAfter(cut: { readonly direction: Direction; readonly bytes: number }): void;
  /** Passes everything on so many milliseconds late, each way; 0 ends it. */
  delay(ms: number): void;
  /** Passes nothing on, neither bytes nor ends, and accepts new lines that stay silent: a server that hangs. */
  blackhole(): void;
  /** Ends cut, delay and hang; what was held is passed on. */
  heal(): void;
  /** Cuts every line that is open now; new ones work. */
  cutAll(): void;
  /** Stops listening and cuts every line. */
  close(): Promise<void>;
}

/**
 * Starts a proxy to a server that need not run yet.
 *
 * @example
 * const proxy = await startCuttingProxy(redis);
 * const client = new Redis(proxy.port, proxy.host);
 * proxy.cutAfter({ direction: 'response', bytes: 3 }); // the command arrives, and three bytes of its answer come back
 */
export async function startCuttingProxy(to: CuttingProxyOptions): Promise<CuttingProxy> {
  const forwarded = { request: 0, response: 0 };
  const lines = new Set<() => void>();
  let accepted = 0;
  let cuts = 0;
  let armed: { readonly direction: Direction; left: number } | undefined;
  let delayMs = 0;
  let hang: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  /** Passes on in order, each chunk when its time has come. */
  const pass = (direction: Direction, from: Socket, onto: Socket, cutLine: () => void): void => {
    let queue = Promise.resolve();
    let cutting = false;
    const later = (work: () => void): void => {
      const due = performance.now() + delayMs;
      queue = queue.then(async () => {
        if (due > performance.now()) await sleep(due - performance.now());
        while (hang !== undefined) await hang.over;
        work();
      });
    };
    const forward = (chunk: Buffer): void => {
      if (cutting || onto.destroyed) return;
      const cut = armed?.direction === direction && armed.left <= chunk.length ? armed : undefined;
      const bytes = cut === undefined ? chunk.length : cut.left;
      if (armed?.direction === direction) armed.left -= bytes;
      forwarded[direction] += bytes;
      if (cut === undefined) {
        onto.write(chunk);
        return;
      }
      armed = undefined;
      cutting = true; // nothing more gets through while the last bytes leave
      cuts += 1;
      if (bytes === 0) cutLine();
      else onto.write(chunk.subarray(0, bytes), cutLine);
    };
    from.on('data', (chunk: Buffer) => later(() => forward(chunk)));
    from.on('end', () => later(() => onto.end()));
    from.on('close', () => later(() => onto.destroySoon()));
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted += 1;
    const upstream = connect({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true });
    upstream.on('error', () => undefined); // its close follows
    const cutLine = (): void => {
      client.destroy();
      upstream.destroy();
    };
    lines.add(cutLine);
    client.on('close', () => lines.delete(cutLine));
    pass('request', client, upstream, cutLine);
    pass('response', upstream, client, cutLine);
  });
  const loopback = await listenOnLoopback(server);

  const cutAll = (): void => {
    for (const cutLine of lines) cutLine();
  };
  const heal = (): void => {
    armed = undefined;
    delayMs = 0;
    hang?.end();
    hang = undefined;
  };

  return {
    host: loopback.host,
    port: loopback.port,
    connections: () => ({ open: lines.size, accepted }),
    forwarded: () => ({ ...forwarded }),
    cuts: () => cuts,
    cutAfter: ({ direction, bytes }) => {
      armed = { direction, left: bytes };
    },
    delay: (ms) => {
      delayMs = ms;
    },
    blackhole() {
      if (hang !== undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      hang = { over: promise, end: resolve };
    },
    heal,
    cutAll,
    async close() {
      cutAll();
      heal();
      await loopback.close();
    },
  };
}
