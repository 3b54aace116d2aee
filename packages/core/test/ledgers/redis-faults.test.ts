import { setTimeout as sleep } from 'node:timers/promises';

import type { Ledger } from '@oncely/core';
import { startCuttingProxy, type CuttingProxy } from '@oncely/testing/servers/cutting-proxy';
import { sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { redisLedger } from '../../src/ledgers/redis.ts';
import { claimOf, clientOf, failure, ledgerOn, persistently, privateRedis, privateReplica } from './redis-server.ts';

let shared: { readonly host: string; readonly port: number };
let direct: Redis;
beforeAll(async () => {
  const url = new URL(await sharedRedisUrl());
  shared = { host: url.hostname, port: Number(url.port) };
  direct = new Redis(url.href);
});
afterAll(() => direct.quit());

let serial = 0;
const freshPrefix = (): string => `faults-${process.pid}-${(serial += 1)}`;

async function proxyTo(to: { readonly host: string; readonly port: number }): Promise<CuttingProxy> {
  const proxy = await startCuttingProxy(to);
  onTestFinished(() => proxy.close());
  return proxy;
}

describe('a Redis ledger over a bad line', () => {
  it('knows its scripts again after SCRIPT FLUSH', async () => {
    const server = await privateRedis();
    const { ledger } = ledgerOn(clientOf(server));
    const { epoch } = await ledger.open();
    await server.command('SCRIPT', 'FLUSH');
    const claims = ['desk:a', 'desk:b'].map((slot) => ledger.write(claimOf(slot, epoch)));
    expect((await Promise.all(claims)).map(({ kind }) => kind)).toEqual(['written', 'written']);
    await server.command('SCRIPT', 'FLUSH');
    expect((await ledger.read('desk:a')).row?.revision).toBe(1);
  });

  it.each(['request', 'response'] as const)(
    'stores a claim once, and knows it for its own, wherever its %s is cut',
    { timeout: 120_000 },
    async (direction) => {
      const proxy = await proxyTo(shared);
      const client = clientOf(proxy);
      const prefix = freshPrefix();
      const ledger = redisLedger(client, { prefix });
      const { epoch } = await ledger.open();
      const claim = (slot: string) =>
        claimOf(slot, epoch, { doc: `token of ${slot}`, events: [{ sequence: 1, doc: 'e' }] });
      await ledger.write(claim('desk:first'));
      const before = proxy.forwarded()[direction];
      await ledger.write(claim('desk:00000'));
      const length = proxy.forwarded()[direction] - before;
      expect(length).toBeGreaterThan(50);
      let conflicts = 0;
      for (let bytes = 0; bytes < length; bytes += 1) {
        const slot = `desk:${String(bytes + 1).padStart(5, '0')}`;
        const cuts = proxy.cuts();
        proxy.cutAfter({ direction, bytes });
        const answer = await persistently(ledger, claim(slot));
        // On its way back a claim was stored, and what was resent by itself meets its own mark.
        if (answer.kind === 'conflict') {
          conflicts += 1;
          expect(answer.row?.doc).toBe(`token of ${slot}`);
        } else expect(answer.kind).toBe('written');
        expect(proxy.cuts()).toBe(cuts + 1);
      }
      proxy.heal();
      const stored = redisLedger(direct, { prefix });
      for (let bytes = 0; bytes < length; bytes += 1) {
        const slot = `desk:${String(bytes + 1).padStart(5, '0')}`;
        expect((await stored.read(slot)).row?.revision).toBe(1);
        expect(await stored.history(slot)).toHaveLength(1);
      }
      expect(conflicts > 0).toBe(direction === 'response');
    },
  );

  it.each(['ioredis', 'node-redis'])('tells its callers in time when the server hangs: %s', async (kind) => {
    const proxy = await proxyTo(shared);
    const node = createClient({ socket: { host: proxy.host, port: proxy.port, reconnectStrategy: 20 } });
    node.on('error', () => undefined);
    if (kind === 'node-redis') {
      await node.connect();
      onTestFinished(() => node.destroy());
    }
    const client = kind === 'ioredis' ? clientOf(proxy) : node;
    const ledger = redisLedger(client, { prefix: freshPrefix(), commandTimeoutMs: 300 });
    const { epoch } = await ledger.open();
    proxy.blackhole();
    const begun = performance.now();
    const errors = await Promise.all([
      failure(ledger.write(claimOf('desk:a', epoch))),
      failure(ledger.read('desk:a')),
      failure(ledger.list({ limit: 1 })),
      failure(ledger.history('desk:a')),
      failure(ledger.readWorkflow('desk')),
      failure(ledger.writeWorkflow({ workflow: 'desk', expect: 0, state: 'paused', doc: '' })),
      failure(ledger.markSuspect(1)),
      failure(ledger.open()),
    ]);
    expect(performance.now() - begun).toBeLessThan(3_000);
    for (const error of errors) {
      expect(error.code).toBe('ledger_unavailable');
      expect(error.message).toMatch(/may (not )?have been stored/);
    }
  });

  it('stores nothing that comes to the server after its caller was told that it failed', async () => {
    const proxy = await proxyTo(shared);
    const client = clientOf(proxy);
    const prefix = freshPrefix();
    const ledger = redisLedger(client, { prefix, commandTimeoutMs: 200 });
    const { epoch } = await ledger.open();
    proxy.blackhole();
    const { message } = await failure(ledger.write(claimOf('desk:late', epoch)));
    expect(message).toContain('did not answer in 200 ms');
    await sleep(100);
    proxy.heal();
    // What was held has gone through by now: this one came behind it, on the same line.
    expect(await client.ping()).toBe('PONG');
    const stored = redisLedger(direct, { prefix });
    expect((await stored.read('desk:late')).row).toBeUndefined();
    expect((await ledger.write(claimOf('desk:late', epoch))).kind).toBe('written');
  });

  it('answers a server that is gone, and goes on when it is back', async () => {
    const server = await privateRedis();
    const ledger = redisLedger(clientOf(server, { maxRetriesPerRequest: 1 }), { commandTimeoutMs: 2_000 });
    const { epoch } = await ledger.open();
    await server.kill('SIGKILL');
    const errors = await Promise.all(
      Array.from({ length: 64 }, (_, index) => failure(ledger.write(claimOf(`desk:${index}`, epoch)))),
    );
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['ledger_unavailable']));
    await server.restart();
    expect((await persistently(ledger, claimOf('desk:0', epoch))).kind).toBe('written');
  });

  it(
    'keeps all that was acknowledged, with 64 claims under way when the server is killed',
    { timeout: 60_000 },
    async () => {
      const server = await privateRedis();
      const { ledger } = ledgerOn(clientOf(server, { maxRetriesPerRequest: 1 }));
      const { epoch } = await ledger.open();
      for (let round = 0; round < 4; round += 1) {
        const acknowledged = new Set<string>();
        let number = 0;
        let killed = false;
        const worker = async (): Promise<void> => {
          while (!killed) {
            const slot = `desk:${round}-${(number += 1)}`;
            const events = [1, 2].map((sequence) => ({ sequence, doc: 'e' }));
            const answer = await ledger.write(claimOf(slot, epoch, { events })).catch(() => undefined);
            if (answer?.kind === 'written') acknowledged.add(slot);
          }
        };
        const workers = Array.from({ length: 64 }, worker);
        await sleep(150 + 40 * round);
        killed = true;
        await server.kill('SIGKILL');
        await server.restart();
        await Promise.all(workers);
        expect(acknowledged.size).toBeGreaterThan(64);
        // The client may still be waiting for its next try to connect.
        await vi.waitFor(() => ledger.read('desk:0-1'), { timeout: 30_000 });
        for (const slot of acknowledged) expect((await ledger.read(slot)).row?.revision).toBe(1);
        // Nothing by halves: each row with both of its events, and found by the list.
        let after: string | undefined;
        let listed = 0;
        do {
          const page = await ledger.list({ limit: 500, workflow: 'desk', ...(after === undefined ? {} : { after }) });
          listed += page.rows.filter(({ slot }) => slot.startsWith(`desk:${round}-`)).length;
          after = page.next;
        } while (after !== undefined);
        expect(listed).toBeGreaterThanOrEqual(acknowledged.size);
        expect(listed).toBeLessThanOrEqual(number);
      }
      expect(await ledger.open()).not.toHaveProperty('suspectSince');
    },
  );
});

describe('a batch of a Redis ledger', () => {
  it('goes without the one that cannot be stored, and gives each its own answer', async () => {
    const prefix = freshPrefix();
    const ledger = redisLedger(direct, { prefix });
    const { epoch } = await ledger.open();
    await ledger.write({ ...claimOf('desk:twice', epoch), events: [{ sequence: 1, doc: 'e' }] });
    await direct.set(`{${prefix}:0}:slot:desk:taken`, 'by something else');
    await ledger.writeWorkflow({ workflow: 'paused', expect: 0, state: 'paused', doc: 'why' });
    const command = (slot: string, of = {}) =>
      ledger.write(claimOf(slot, epoch, of)).catch((error: Error) => error.message);
    const answers = await Promise.all([
      command('desk:alone'), // goes at once, and the others gather behind it
      command('desk:a'),
      command('desk:twice', { expect: 1, events: [2, 1].map((sequence) => ({ sequence, doc: 'e' })) }),
      command('desk:taken'),
      command('desk:a'),
      command('desk:text', { doc: undefined }),
      command('desk:when', { index: { state: 's', dueAfterMs: Number.NaN } }),
      command('paused:a'),
      command('desk:b', { guard: { epoch: epoch + 1 } }),
      command('desk:c', { events: [1, 2, 3].map((sequence) => ({ sequence, doc: `${sequence}` })) }),
    ]);
    expect(answers.map((answer) => (typeof answer === 'string' ? answer : answer.kind))).toEqual([
      'written',
      'written',
      expect.stringMatching(/desk:twice has an audit event of these already. It was not stored/),
      expect.stringMatching(/WRONGTYPE.*It was not stored/),
      'conflict',
      expect.stringMatching(/its document is not a text. It was not stored/),
      expect.stringMatching(/its due time is not a number. It was not stored/),
      'held',
      'epoch',
      'written',
    ]);
    expect((await ledger.read('desk:twice')).row?.revision).toBe(1);
    expect(await ledger.history('desk:twice')).toHaveLength(1);
    const found = await ledger.list({ limit: 100 });
    expect(found.rows.map(({ slot }) => slot)).toEqual(['desk:a', 'desk:alone', 'desk:c', 'desk:twice']);
  });

  it('stores more events in one write than a script can give at once', async () => {
    const ledger = redisLedger(direct, { prefix: freshPrefix() });
    const events = Array.from({ length: 5_000 }, (_, index) => ({ sequence: index + 1, doc: `${index + 1}` }));
    const { guard: _guard, ...command } = claimOf('desk:many', 0, { events });
    expect((await ledger.write(command)).kind).toBe('written');
    expect((await ledger.history('desk:many')).map(({ sequence }) => sequence)).toEqual(
      events.map(({ sequence }) => sequence),
    );
  });

  it('is listed by what is due among many, in the order of slots', async () => {
    const ledger = redisLedger(direct, { prefix: freshPrefix(), buckets: 2 });
    const slots = Array.from(
      { length: 300 },
      (_, index) => `w${index % 7}:${String((index * 37) % 300).padStart(3, '0')}`,
    );
    await Promise.all(
      slots.map((slot, index) =>
        ledger.write({ slot, expect: 0, doc: slot, index: { state: 's', dueAfterMs: index % 3 }, events: [] }),
      ),
    );
    await sleep(10);
    const seen: string[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: Awaited<ReturnType<Ledger['list']>> = await ledger.list({ limit: 40, due: true, after });
      seen.push(...page.rows.map(({ slot }) => slot));
      after = page.next;
    }
    expect(seen).toEqual(slots.toSorted());
  });
});

describe('a Redis ledger that waits for replicas', () => {
  it('takes nothing as stored that no replica has, and knows its own once one has it', async () => {
    const master = await privateRedis();
    const replica = await privateReplica(master);
    const waitReplicas = { count: 1, timeoutMs: 400 };
    const { ledger } = ledgerOn(clientOf(master), { waitReplicas });
    const { ledger: another } = ledgerOn(clientOf(master), { waitReplicas });
    // On a busy machine the replica may be slower than the 400 ms.
    const { epoch } = await vi.waitFor(() => ledger.open(), { timeout: 20_000 });
    await vi.waitFor(() => another.open(), { timeout: 20_000 });
    await persistently(ledger, claimOf('desk:a', epoch));
    expect(String(await replica.command('HGET', '{oncely:0}:slot:desk:a', 'head'))).toMatch(/^1 /);
    await replica.kill('SIGSTOP');
    // The second meets the row of the first, which is no more on the replica than it was.
    for (const each of [ledger, another]) {
      const error = await failure(each.write(claimOf('desk:b', epoch)));
      expect([error.code, error.message]).toEqual([
        'ledger_unavailable',
        expect.stringContaining('on 0 of 1 replicas'),
      ]);
    }
    const pause = { workflow: 'desk', expect: 0, state: 'paused', doc: '' } as const;
    expect((await failure(ledger.writeWorkflow(pause))).message).toContain('on 0 of 1 replicas');
    await replica.kill('SIGCONT');
    const again = await persistently(ledger, claimOf('desk:b', epoch));
    expect(again.kind === 'conflict' && again.row?.doc).toBe('claim of desk:b');
    expect(String(await replica.command('HGET', '{oncely:0}:slot:desk:b', 'head'))).toMatch(/^1 /);
  });
});
