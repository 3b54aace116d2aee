import { createServer, connect, type Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listenOnLoopback, type Loopback } from '../../src/fakes/loopback.ts';
import { startCuttingProxy, type CuttingProxy } from '../../src/servers/cutting-proxy.ts';

let received: string;
let echo: Loopback;
let proxy: CuttingProxy;
beforeEach(async () => {
  received = '';
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      received += String(chunk);
      socket.write(chunk);
    });
  });
  echo = await listenOnLoopback(server);
  proxy = await startCuttingProxy(echo);
});
afterEach(async () => {
  await proxy.close();
  await echo.close();
});

interface Line {
  readonly socket: Socket;
  got(): string;
  readonly closed: Promise<unknown>;
}

function dial(): Line {
  const socket = connect(proxy.port, proxy.host);
  let got = '';
  socket.on('data', (chunk) => (got += String(chunk)));
  socket.on('error', () => undefined);
  return { socket, got: () => got, closed: new Promise((resolve) => socket.on('close', resolve)) };
}

/** Sends on a line of its own and waits until it is cut. */
async function sendUntilCut(text: string): Promise<string> {
  const line = dial();
  line.socket.write(text);
  await line.closed;
  return line.got();
}

describe('a cutting proxy', () => {
  const patience = { timeout: 10_000, interval: 5 };

  it('passes everything on, ends included', async () => {
    const line = dial();
    const long = 'x'.repeat(1_000_000);
    line.socket.end(long);
    await line.closed;
    expect(line.got()).toBe(long);
    expect(proxy.forwarded()).toEqual({ request: long.length, response: long.length });
    await expect.poll(() => proxy.connections(), patience).toEqual({ open: 0, accepted: 1 });
    expect(proxy.cuts()).toBe(0);
  });

  it('cuts the response at each byte, and the server has the whole request', async () => {
    for (let bytes = 0; bytes <= 12; bytes += 1) {
      received = '';
      proxy.cutAfter({ direction: 'response', bytes });
      expect(await sendUntilCut('twelve bytes')).toBe('twelve bytes'.slice(0, bytes));
      expect(received).toBe('twelve bytes');
    }
    expect(proxy.cuts()).toBe(13);
  });

  it('cuts the request at each byte', async () => {
    for (let bytes = 0; bytes <= 12; bytes += 1) {
      received = '';
      proxy.cutAfter({ direction: 'request', bytes });
      await sendUntilCut('twelve bytes');
      await expect.poll(() => received, patience).toBe('twelve bytes'.slice(0, bytes));
    }
  });

  it('counts from the moment it is armed, over several chunks, and cuts one line once', async () => {
    const [line, other] = [dial(), dial()];
    line.socket.write('before');
    await expect.poll(() => line.got(), patience).toBe('before');
    proxy.cutAfter({ direction: 'response', bytes: 5 });
    line.socket.write('abc');
    await expect.poll(() => line.got(), patience).toBe('beforeabc');
    line.socket.write('def');
    await line.closed;
    expect(line.got()).toBe('beforeabcde');
    other.socket.write('still here');
    await expect.poll(() => other.got(), patience).toBe('still here');
  });

  it('is not armed any more when it was healed', async () => {
    proxy.cutAfter({ direction: 'request', bytes: 0 });
    proxy.heal();
    const line = dial();
    line.socket.write('whole');
    await expect.poll(() => line.got(), patience).toBe('whole');
  });

  it('delays each way', async () => {
    const line = dial();
    proxy.delay(60);
    const began = performance.now();
    line.socket.write('slow');
    await expect.poll(() => line.got(), patience).toBe('slow');
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);
  });

  it('hangs in silence, and passes on what it held when it is healed', async () => {
    const before = dial();
    before.socket.write('1');
    await expect.poll(() => before.got(), patience).toBe('1');
    proxy.blackhole();
    const during = dial();
    before.socket.write('2');
    during.socket.end('3');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([before.got(), during.got(), received]).toEqual(['1', '', '1']);
    proxy.heal();
    await expect.poll(() => before.got(), patience).toBe('12');
    await during.closed;
    expect(during.got()).toBe('3');
  });

  it('refuses by closing the line when nobody listens behind it, and works when somebody does', async () => {
    await echo.refuse(true);
    expect(await sendUntilCut('anybody?')).toBe('');
    await echo.refuse(false);
    const line = dial();
    line.socket.write('back');
    await expect.poll(() => line.got(), patience).toBe('back');
    proxy.cutAll();
    await line.closed;
  });
});
