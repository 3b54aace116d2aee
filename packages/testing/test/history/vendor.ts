import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Journal } from '../../src/history/journal.ts';

/** What the hammer's adapter sends. */
export interface VendorRequest {
  readonly operation: 'hammer.pay' | 'hammer.post' | 'hammer.book';
  readonly slot: string;
  readonly key: string;
  readonly marker: string;
  readonly token: string;
  /** From then on, in nanoseconds of the machine's clock, the vendor takes the request no more: the landing bound. */
  readonly deadline: number;
}

export interface HammerVendor {
  readonly url: string;
  readonly effects: readonly { readonly slot: string; readonly vendorId: string }[];
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: object;
  readonly replayed?: true;
}

/**
 * A vendor of three operations: `pay` honours keys, `book` has a unique constraint, `post` can only be looked up. It
 * fails as vendors do, keeps to the landing bound, and writes what really happened into its journal as it happens.
 */
export async function startHammerVendor(journal: Journal, random: () => number): Promise<HammerVendor> {
  const effects: { slot: string; marker: string; vendorId: string }[] = [];
  const kept = new Map<string, Reply | 'under way'>();

  const commit = ({ slot, marker, token, deadline }: VendorRequest): string | undefined => {
    if (journal.now() > deadline) return undefined;
    const vendorId = `v_${effects.length + 1}`;
    effects.push({ slot, marker, vendorId });
    journal.append({ kind: 'effect', slot, token, vendorId });
    return vendorId;
  };

  /** Carries a request out, as often as it arrives. */
  const perform = async (request: VendorRequest): Promise<Reply | undefined> => {
    const fate = random();
    if (fate < 0.07) return { status: 429, body: { error: 'rate_limited' } };
    if (fate < 0.17) return { status: 402, body: { error: 'declined' } };
    if (fate < 0.21) return { status: 500, body: { error: 'internal' } };
    const before = effects.find(({ marker }) => marker === request.marker);
    if (before && request.operation === 'hammer.book') return { status: 409, body: { id: before.vendorId } };
    const id = commit(request);
    await sleep(random() * 10);
    return id === undefined ? undefined : { status: 200, body: { id } };
  };

  /** Carries out one request a key, and gives its answer again. */
  const keyed = async (request: VendorRequest): Promise<Reply | undefined> => {
    const before = kept.get(request.key);
    if (before === 'under way') return { status: 409, body: { error: 'key_in_use' } };
    if (before) return { ...before, replayed: true };
    kept.set(request.key, 'under way');
    const reply = await perform(request);
    if (reply && reply.status !== 429) kept.set(request.key, reply);
    else kept.delete(request.key);
    return reply;
  };

  const arrive = (request: VendorRequest): Promise<Reply | undefined> =>
    request.operation === 'hammer.pay' ? keyed(request) : perform(request);

  /** The line to the vendor and back; `undefined`: no answer. */
  const travel = async (request: VendorRequest): Promise<Reply | undefined> => {
    await sleep(random() * 10);
    const fate = random();
    if (fate < 0.05) return undefined;
    if (fate < 0.1) {
      const leftMs = (request.deadline - journal.now()) / 1e6;
      void sleep(Math.max(0, leftMs * random())).then(() => arrive(request));
      return undefined;
    }
    const reply = await arrive(request);
    return fate < 0.2 ? undefined : reply;
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://vendor');
    if (incoming.method === 'GET') {
      const marker = url.searchParams.get('marker');
      const ids = effects.filter((each) => each.marker === marker).map((each) => each.vendorId);
      await sleep(random() * 5);
      response.end(JSON.stringify({ ids }));
      return;
    }
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    const request = JSON.parse(text) as VendorRequest;
    const reply = await travel(request);
    if (!reply) {
      response.destroy();
      return;
    }
    response.writeHead(reply.status, reply.replayed === true ? { replayed: 'true' } : {});
    response.end(JSON.stringify(reply.body));
  };

  const server = createServer((incoming, response) => {
    // A client that was killed in the middle of its request.
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
