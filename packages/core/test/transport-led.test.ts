import { once } from 'node:events';
import http, { Agent, createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';

import type { Permit } from '@oncely/core';
import { exchange, type ExchangeEnd } from '@oncely/core/transport';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

interface Asked extends Permit {
  times: number;
}

function permit(deny?: string): Asked {
  const asked = {
    times: 0,
    check: () => {
      asked.times += 1;
      if (deny !== undefined) throw new Error(deny);
    },
    remainingMs: () => 5_000,
  };
  return asked;
}

/** The vendor, which must see nothing of what is mocked. */
let vendor: Server;
let reached: string[];

beforeEach(async () => {
  reached = [];
  vendor = createServer((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      reached.push(`${request.method} ${request.url} ${body}`);
      const status = Number(/\d{3}/.exec(request.url ?? '')?.[0] ?? 200);
      response.writeHead(status, { 'set-cookie': 'session=1', location: '/200' });
      response.end('from the vendor');
    });
  }).listen(0, '127.0.0.1');
  await once(vendor, 'listening');
});
afterEach(() => {
  vendor.closeAllConnections();
  vendor.close();
});

const at = (path = '/'): string => `http://127.0.0.1:${(vendor.address() as AddressInfo | null)?.port}${path}`;
const post = (more: Partial<Parameters<typeof exchange>[0]> = {}): Promise<ExchangeEnd> =>
  exchange({ url: at(), method: 'POST', headers: {}, body: 'a=1', timeoutMs: 5_000, permit: permit(), ...more });

/** As msw, nock 14 and nock 15 make one: it connects only once something is written, or never. */
class MockedSocket extends Duplex {
  readonly connecting = true;
  override _read(): void {
    // It is pushed as it is written.
  }
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    this.push('HTTP/1.1 201 Created\r\ncontent-length: 6\r\n\r\nmocked');
    done();
  }
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
}

class MockAgent extends Agent {
  // oxlint-disable-next-line typescript/no-explicit-any -- Node's own signature
  override createConnection(): any {
    return new MockedSocket();
  }
}

describe('mocks of node:http', () => {
  it('a request function that a test set answers, though it tells of no socket, and nothing reaches the vendor', async () => {
    const seen = vi.spyOn(http, 'request').mockImplementation((() => {
      const request = Object.assign(new PassThrough(), { destroy: () => request });
      const end = request.end.bind(request);
      request.end = ((body: string) => {
        const answer = Object.assign(new PassThrough(), { statusCode: 200, complete: true, headers: {} });
        setImmediate(() => request.emit('response', answer));
        answer.end('mocked');
        return end(body);
      }) as never;
      return request;
    }) as never);
    onTestFinished(() => seen.mockRestore());
    const asked = permit();
    expect(await post({ permit: asked })).toMatchObject({ kind: 'answered', response: { body: 'mocked' } });
    expect([asked.times, reached]).toEqual([1, []]);
  });

  it('a socket that connects only once it is written to is not waited for', async () => {
    const asked = permit();
    const end = await post({ permit: asked, agent: new MockAgent() });
    expect(end).toMatchObject({ kind: 'answered', response: { status: 201, body: 'mocked' } });
    expect([asked.times, reached]).toEqual([1, []]);
  });

  it('a request that a mock never ends is still refused by the permit', async () => {
    const end = await post({ permit: permit('withdrawn'), agent: new MockAgent() });
    expect(end).toMatchObject({ kind: 'not_sent' });
  });

  it("a mock's own error of an address that leads nowhere is no doubt", async () => {
    class Nowhere extends Agent {
      // oxlint-disable-next-line typescript/no-explicit-any -- Node's own signature
      override createConnection(): any {
        const socket = new MockedSocket();
        const error = Object.assign(new Error('Disallowed net connect'), { code: 'ENETUNREACH' });
        socket._write = () => void socket.destroy(error);
        return socket;
      }
    }
    expect(await post({ agent: new Nowhere() })).toMatchObject({ kind: 'not_sent', reason: 'ENETUNREACH' });
  });
});

describe('agents', () => {
  it('a global agent that somebody set leads a request that names none', async () => {
    const { globalAgent } = http;
    onTestFinished(() => void (http.globalAgent = globalAgent));
    http.globalAgent = new MockAgent();
    expect(await post()).toMatchObject({ kind: 'answered', response: { body: 'mocked' } });
    expect(await post({ agent: new Agent() })).toMatchObject({ response: { body: 'from the vendor' } });
  });

  it("a global agent that follows the environment's proxy leads them there", async () => {
    const proxied: unknown[] = [];
    const proxy = createServer((request, response) => {
      proxied.push(request.url);
      response.end('by the proxy');
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { globalAgent } = http;
    const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    http.globalAgent = new Agent({ proxyEnv: { HTTP_PROXY } } as object);
    onTestFinished(() => {
      http.globalAgent = globalAgent;
      proxy.close();
    });
    const end = await post({ url: 'http://vendor.test/v1/refunds?x=1' });
    expect(end).toMatchObject({ kind: 'answered', response: { body: 'by the proxy' } });
    expect(proxied).toEqual(['http://vendor.test/v1/refunds?x=1']);
  });
});

describe('by fetch', () => {
  const byFetch = (more: Partial<Parameters<typeof exchange>[0]> = {}): Promise<ExchangeEnd> =>
    post({ fetch: globalThis.fetch, ...more });

  it('sends once, asks once, follows no redirect and hands no cookie on', async () => {
    const asked = permit();
    const end = await byFetch({ url: at('/301'), permit: asked });
    expect(end).toMatchObject({ kind: 'answered', response: { status: 301, body: 'from the vendor' } });
    expect(end).not.toHaveProperty(['response', 'headers', 'set-cookie']);
    expect([asked.times, reached]).toEqual([1, ['POST /301 a=1']]);
  });

  it('what fetch itself would send again on a 421 goes out once', async () => {
    expect(await byFetch({ url: at('/421') })).toMatchObject({ kind: 'lost' });
    expect(reached).toEqual(['POST /421 a=1']);
  });

  it.each(['a=1', ''])('a permit that is withdrawn lets no byte out (body "%s")', async (body) => {
    expect(await byFetch({ permit: permit('withdrawn'), body })).toMatchObject({ kind: 'not_sent' });
    expect(reached).toEqual([]);
  });

  it('where no connection was made nothing was sent, and the permit is not even asked', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const asked = permit();
    const end = await byFetch({ url: `http://127.0.0.1:${port}/`, permit: asked });
    expect([end.kind, asked.times]).toEqual(['not_sent', 0]);
  });

  it('a handshake that never ends is not sent, and an answer that never comes is lost', async () => {
    const silent = createTcpServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const timeoutMs = 200;
    expect(await byFetch({ url: `https://127.0.0.1:${port}/`, timeoutMs })).toMatchObject({ kind: 'not_sent' });
    expect(await byFetch({ url: `http://127.0.0.1:${port}/`, timeoutMs })).toMatchObject({ kind: 'lost' });
    silent.close();
  });

  it('a fetch that a test set is given the body as the SDK gives it, and nothing reaches the vendor', async () => {
    const bodies: unknown[] = [];
    const fetch = async (_url: unknown, init?: { body?: unknown }): Promise<Response> => {
      bodies.push(init?.body);
      return new Response('mocked', { status: 201 });
    };
    const asked = permit();
    const end = await byFetch({ fetch: fetch as typeof globalThis.fetch, permit: asked });
    expect(end).toMatchObject({ kind: 'answered', response: { status: 201, body: 'mocked' } });
    expect([asked.times, bodies, reached]).toEqual([1, ['a=1'], []]);
    const denied = await byFetch({ fetch: fetch as typeof globalThis.fetch, permit: permit('withdrawn') });
    expect([denied.kind, bodies.length]).toEqual(['not_sent', 1]);
  });

  it('the dispatcher of the process leads it: a proxy, or a mock agent', async () => {
    const symbol = Symbol.for('undici.globalDispatcher.1');
    const held = globalThis as unknown as Record<symbol, { dispatch(options: object, handler: object): boolean }>;
    await fetch(at());
    const real = held[symbol];
    onTestFinished(() => void (held[symbol] = real as never));
    const led: string[] = [];
    held[symbol] = {
      dispatch: (options, handler) => {
        led.push((options as { path: string }).path);
        return real?.dispatch(options, handler) ?? false;
      },
    };
    expect(await byFetch({ url: at('/led') })).toMatchObject({ kind: 'answered' });
    expect(led).toEqual(['/led']);
  });
});

describe.each(['http', 'fetch'])('an answer by %s', (way) => {
  const sent = (more: Partial<Parameters<typeof exchange>[0]>): Promise<ExchangeEnd> =>
    post({ ...(way === 'fetch' ? { fetch: globalThis.fetch } : {}), ...more });

  it('that is longer than may be held is lost, and says so', async () => {
    const end = await sent({ maxBytes: 5 });
    expect(end).toMatchObject({ kind: 'lost', reason: 'ERR_ANSWER_TOO_LONG' });
    expect(String((end as { cause: Error }).cause)).toContain('the answer, of status 200, is longer than the 5 bytes');
  });

  it('has no time-out of its own where that is 0', async () => {
    expect(await sent({ timeoutMs: 0 })).toMatchObject({ kind: 'answered' });
  });
});

describe('a fetch that tries again by itself', () => {
  /** As fetch-retry and many a wrapper by hand: put in the place of the global one. */
  const retrying =
    (between: () => Promise<void> = async () => undefined): typeof globalThis.fetch =>
    async (...given) => {
      for (let tries = 1; ; tries += 1) {
        try {
          const answer = await globalThis.fetch(...given);
          if (answer.status < 500 || tries === 3) return answer;
        } catch (error) {
          if (tries === 3) throw error;
        }
        await between();
      }
    };

  it('sends once, and what became of it is not known', async () => {
    const end = await post({ url: at('/502'), fetch: retrying() });
    expect(reached).toEqual(['POST /502 a=1']);
    expect(end).toMatchObject({ kind: 'lost' });
  });

  it('sends once where the line broke', async () => {
    let times = 0;
    const breaking = createTcpServer((socket) => {
      socket.once('data', () => {
        times += 1;
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(breaking, 'listening');
    onTestFinished(() => void breaking.close());
    const url = `http://127.0.0.1:${(breaking.address() as AddressInfo).port}/`;
    expect(await post({ url, fetch: retrying() })).toMatchObject({ kind: 'lost' });
    expect(times).toBe(1);
  });

  it('may try again where there was no connection', async () => {
    const url = at();
    const { port } = vendor.address() as AddressInfo;
    vendor.close();
    const fetch = retrying(async () => {
      if (!vendor.listening) await once(vendor.listen(port, '127.0.0.1'), 'listening');
    });
    expect(await post({ url, fetch })).toMatchObject({ kind: 'answered' });
    expect(reached).toEqual(['POST / a=1']);
  });
});
