import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { redisLedger, type RedisClient } from '../../src/ledgers/redis.ts';
import { claimOf, clientOf, failure, ledgerOn, privateRedis } from './redis-server.ts';

describe('a Redis whose settings change after it was opened', () => {
  it.each([
    ['evicts', { maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' }, /evicts records/],
    ['keeps no log', { appendonly: 'no' }, /keeps no log/],
    ['never syncs its log', { appendfsync: 'no' }, /never syncs/],
  ] as const)('is refused once it %s, and taken again once it does not', async (_what, settings, words) => {
    const server = await privateRedis();
    const before = Object.fromEntries(
      await Promise.all(
        Object.keys(settings).map(async (name) => [
          name,
          String(await server.command('CONFIG', 'GET', name)).split(/[\s,]+/)[1],
        ]),
      ),
    ) as Record<string, string>;
    const { ledger } = ledgerOn(clientOf(server), { lookEveryMs: 0 });
    const { epoch } = await ledger.open();
    let serial = 0;
    const claim = (): Promise<string> =>
      ledger.write(claimOf(`case_${(serial += 1)}:desk:refund`, epoch)).then(
        ({ kind }) => kind,
        (error: Error) => error.message,
      );
    expect(await claim()).toBe('written');
    const set = async (to: Readonly<Record<string, string>>): Promise<void> => {
      for (const [name, value] of Object.entries(to)) await server.command('CONFIG', 'SET', name, value);
    };
    await set(settings);
    await vi.waitFor(async () => expect(await claim()).toMatch(words), { timeout: 5_000, interval: 5 });
    // What it keeps through a restart is not known from then on.
    expect(await server.command('HGET', '{oncely:0}:ledger', 'durability')).toBe('unknown');
    await set(before);
    await vi.waitFor(async () => expect(await claim()).toBe('written'), { timeout: 5_000, interval: 5 });
  });
});

describe('a record that Redis has evicted, or somebody deleted', () => {
  const cases: readonly (readonly [string, (server: Awaited<ReturnType<typeof privateRedis>>) => Promise<unknown>])[] =
    [
      ['alone', (server) => server.command('DEL', '{oncely:0}:slot:lost:desk:refund')],
      [
        'with the list of all',
        (server) => server.command('DEL', '{oncely:0}:slot:lost:desk:refund', '{oncely:0}:slots'),
      ],
    ];
  it.each(cases)('is not taken as new: %s', async (_what, forget) => {
    const server = await privateRedis();
    const { ledger } = ledgerOn(clientOf(server));
    const { epoch } = await ledger.open();
    for (const id of ['other', 'lost']) {
      await ledger.write(claimOf(`${id}:desk:refund`, epoch, { events: [{ sequence: 1, doc: 'e' }] }));
    }
    await forget(server);
    const again = await ledger.write(claimOf('lost:desk:refund', epoch));
    expect(again).toMatchObject({ kind: 'epoch', info: { epoch: epoch + 1, suspectSince: 0 } });
    expect(await ledger.write(claimOf('lost:desk:refund', epoch + 1))).toMatchObject({ kind: 'written' });
    expect(await ledger.write(claimOf('new:desk:refund', epoch + 1))).toMatchObject({ kind: 'written' });
  });

  it('is told from one that retention removed', async () => {
    const server = await privateRedis();
    const { ledger } = ledgerOn(clientOf(server));
    const { epoch } = await ledger.open();
    for (const events of [[], [{ sequence: 1, doc: 'e' }]]) {
      const slot = `gone_${events.length}:desk:refund`;
      await ledger.write(claimOf(slot, epoch, { events }));
      const { row } = await ledger.read(slot);
      await ledger.remove({ slot, expect: 1, at: row?.at ?? 0 });
      expect(await ledger.write(claimOf(slot, epoch))).toMatchObject({ kind: 'written' });
      const { row: next } = await ledger.read(slot);
      await ledger.remove({ slot, expect: 1, at: next?.at ?? 0 });
    }
  });
});

describe('a Redis client of the application', () => {
  it('in a MULTI is refused', async () => {
    const server = await privateRedis();
    const plain = createClient({ url: `redis://${server.host}:${server.port}` });
    plain.on('error', () => undefined);
    await plain.connect();
    onTestFinished(() => plain.destroy());
    const ioredis = clientOf(server);
    for (const [client, send] of [
      [ioredis, (word: string) => ioredis.call(word)],
      [plain, (word: string) => plain.sendCommand([word])],
    ] as readonly (readonly [RedisClient, (word: string) => Promise<unknown>])[]) {
      const ledger = redisLedger(client);
      const { epoch } = await ledger.open();
      await send('MULTI');
      const error = await failure(ledger.write(claimOf('a:desk:refund', epoch)));
      const opening = await failure(redisLedger(client).open());
      await send('DISCARD');
      expect([error.code, opening.code]).toEqual(['ledger_unusable', 'ledger_unusable']);
      expect(error.message).toMatch(/stands in a MULTI.*\n {2}fix: give the ledger a connection/s);
      expect((await ledger.read('a:desk:refund')).row).toBeUndefined();
    }
  });

  it('that only collects commands is refused at once', async () => {
    const client = clientOf(await privateRedis());
    for (const collecting of [client.pipeline(), client.multi()]) {
      expect(() => redisLedger(collecting as unknown as RedisClient)).toThrow(/a pipeline or MULTI/);
    }
  });
});
