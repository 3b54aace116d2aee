/**
 * Kills an agent between the commit of a local emulator of a vendor, by other hands than ours, and our settle, and counts
 * what happened there: as the emulator is, and behind a proxy that forgets our key. `npm run soak:emulators`; it is
 * fetched from npm for the run, and skipped by its name where there is no network.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { crashTest, type CrashWorld } from '../src/crash-test.ts';
import { freePort } from '../src/servers/free-port.ts';

const emulator = 'stripe-stateful-mock@0.0.16';
const headers = { authorization: 'Bearer sk_test_keyless' };
const folder = mkdtempSync(join(tmpdir(), 'oncely-emulator-'));

try {
  // A folder of its own, so that npm does not take it for a workspace of this repository.
  const install = ['install', emulator, '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  if (spawnSync('npm', install, { cwd: folder, stdio: 'ignore', timeout: 120_000 }).status === 0) await main();
  else console.log(`${emulator}: SKIPPED, npm does not give it`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  for (const keys of ['kept', 'forgotten'] as const) {
    console.log(`${emulator}, our key ${keys}`);
    await crashTest({
      agent: new URL('../test/crash/agents/keyless-agent.ts', import.meta.url),
      expect: { charges: 1, refunds: 1 },
      setup: ({ directory }) => startWorld(directory, keys),
      print: console.log,
    });
  }
}

async function startWorld(directory: string, keys: 'kept' | 'forgotten'): Promise<CrashWorld<'charges' | 'refunds'>> {
  const port = await freePort();
  const server = spawn(process.execPath, [join(folder, 'node_modules/stripe-stateful-mock/dist/cli.js')], {
    env: { ...process.env, PORT: String(port), LOG_LEVEL: 'silent' },
    stdio: 'ignore',
  });
  const proxy = await startProxy(port, keys);
  const { port: proxied } = proxy.address() as AddressInfo;
  const count = async (path: string): Promise<number> =>
    ((await (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).json()) as { data: unknown[] }).data.length;
  await answering(() => count('/v1/charges'));
  return {
    env: { LEDGER: `${directory}/effects.db`, HOST: '127.0.0.1', PORT: String(proxied) },
    counts: { charges: () => count('/v1/charges'), refunds: () => count('/v1/refunds') },
    close: () => {
      proxy.close();
      server.kill();
    },
  };
}

/** Hands on all but our key, where it is to be forgotten. */
async function startProxy(port: number, keys: 'kept' | 'forgotten'): Promise<Server> {
  const proxy = createServer((incoming, outgoing) => {
    const { 'idempotency-key': key, ...rest } = incoming.headers;
    const onward = keys === 'kept' && key !== undefined ? { ...rest, 'idempotency-key': key } : rest;
    const { method, url: path } = incoming;
    const sent = ask({ host: '127.0.0.1', port, method, path, headers: onward }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    sent.on('error', () => outgoing.destroy());
    incoming.pipe(sent);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  return proxy;
}

async function answering(attempt: () => Promise<unknown>): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (left === 1) throw error;
      await sleep(50);
    }
  }
}
