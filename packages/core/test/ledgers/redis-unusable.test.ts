import { sharedRedisClusterNodes, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Cluster, Redis } from 'ioredis';
import { createClient, createClientPool, createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { redisLedger, type RedisClient, type RedisOptions } from '../../src/ledgers/redis.ts';
import { claimOf, clientOf, failure, ledgerOn, privateRedis, privateReplica, promote } from './redis-server.ts';

const bestEffort = { durability: 'best-effort' } as const;

describe('a Redis ledger refuses', () => {
  it.each([
    ['no log of writes', { appendonly: 'no' }, /keeps no log.*\n {2}fix: set appendonly yes and appendfsync always/s],
    ['snapshots only', { appendonly: 'no', save: '"3600 1"' }, /keeps no log/],
    ['a log that is never synced', { appendfsync: 'no' }, /never syncs.*\n {2}fix: set appendfsync always/s],
    [
      'eviction',
      { maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' },
      /evicts records .*allkeys-lru.*\n {2}fix: set maxmemory-policy noeviction/s,
    ],
  ] as const)('%s, unless best effort will do', async (_what, settings, words) => {
    const server = await privateRedis({ settings });
    const client = clientOf(server);
    const error = await failure(redisLedger(client).open());
    expect(error.code).toBe('ledger_unusable');
    expect(error.message).toMatch(words);
    expect(error.message).toContain("durability: 'best-effort'");
    expect(await client.dbsize()).toBe(0);

    const { ledger, warnings } = ledgerOn(client, bestEffort);
    expect((await ledger.open()).epoch).toBe(1);
    await ledger.open();
    expect(warnings).toEqual([expect.stringContaining('may be forgotten, and its effects made again')]);
  });

  it('a server that does not say how it keeps its data, unless best effort will do', async () => {
    const server = await privateRedis();
    await server.command('ACL', 'SETUSER', 'managed', 'on', 'nopass', '~*', '+@all', '-config');
    await server.command('ACL', 'SETUSER', 'blind', 'on', 'nopass', '~*', '+@all', '-config', '-info');
    const managed = clientOf(server, { username: 'managed', password: 'x' });
    const blind = clientOf(server, { username: 'blind', password: 'x', enableReadyCheck: false });
    expect((await failure(redisLedger(managed).open())).message).toMatch(
      /CONFIG is forbidden.*\n {2}fix: check that appendonly is yes and appendfsync is always/s,
    );
    expect((await failure(redisLedger(blind).open())).message).toMatch(/INFO is forbidden.*goes unseen.*\n {2}fix:/s);
    for (const client of [managed, blind]) {
      const { ledger, warnings } = ledgerOn(client, bestEffort);
      const { epoch } = await ledger.open();
      const answer = await ledger.write({
        slot: `desk:${client === blind ? 'blind' : 'managed'}`,
        expect: 0,
        doc: '{}',
        index: { state: 's' },
        events: [],
        guard: { epoch },
      });
      expect(answer.kind).toBe('written');
      expect(warnings).toHaveLength(1);
    }
  });

  it('a replica for as long as it is one: a process that begins in a failover opens after it', async () => {
    const replica = await privateReplica(await privateRedis());
    const ledger = redisLedger(clientOf(replica));
    const error = await failure(ledger.open());
    expect([error.code, error.next]).toEqual(['ledger_unavailable', 'retry']);
    expect(error.message).toMatch(/is a replica.*Nothing was sent.*\n {2}fix: in a failover call again/s);
    await promote(replica);
    const { epoch } = await ledger.open();
    expect(await ledger.write(claimOf('desk:after', epoch))).toMatchObject({ kind: 'written' });
  });

  it('a node of a cluster by a client of one server', async () => {
    const [node] = await sharedRedisClusterNodes();
    expect((await failure(redisLedger(clientOf(node!)).open())).message).toMatch(/a part of a cluster.*Cluster/s);
  });

  it('a user who may not do what it needs, and keys of something else', async () => {
    const server = await privateRedis();
    await server.command('ACL', 'SETUSER', 'reader', 'on', 'nopass', '~*', '+@read', '+info', '+config');
    const reader = await failure(redisLedger(clientOf(server, { username: 'reader', password: 'x' })).open());
    expect([reader.code, reader.message]).toEqual(['ledger_unusable', expect.stringContaining('allow this user')]);
    await server.command('SET', '{taken:0}:ledger', 'of a game');
    const taken = await failure(redisLedger(clientOf(server), { prefix: 'taken' }).open());
    expect([taken.code, taken.message]).toEqual(['ledger_unusable', expect.stringContaining('prefix of its own')]);
  });

  it('a newer format, and another number of buckets than it was made with', async () => {
    const server = await privateRedis();
    const client = clientOf(server);
    const { id } = await redisLedger(client, { buckets: 2 }).open();
    expect((await failure(redisLedger(client, { buckets: 3 }).open())).message).toMatch(/made with 2 buckets, not 3/);
    expect((await redisLedger(client).open()).id).toBe(id);
    await client.hset('{oncely:0}:ledger', 'format', '2');
    expect((await failure(redisLedger(client).open())).message).toMatch(
      /newer version.*format 2.*update @oncely\/core/s,
    );
  });

  it.each([
    ['no client', undefined],
    ['what is no client', { get: () => undefined }],
    ["node-redis' cluster client", createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] })],
  ])('%s', (_what, client) => {
    expect(() => redisLedger(client as unknown as RedisClient)).toThrow(
      /\[invalid_config\].*\n {2}fix: redisLedger\(/s,
    );
  });

  const single = { call: () => Promise.resolve(), sendCommand: () => undefined };
  const waitReplicas = { count: 1, timeoutMs: 100 };
  it.each([
    [single, { prefix: 'a{b}' }, /prefix/],
    [single, { prefix: '' }, /prefix/],
    [single, { buckets: 0 }, /buckets/],
    [single, { commandTimeoutMs: 0 }, /commandTimeoutMs/],
    [single, { waitReplicas: { count: 0, timeoutMs: 10 } }, /count/],
    [single, { waitReplicas: { count: 1, timeoutMs: 5_000 } }, /timeoutMs/],
    [
      { ...single, isCluster: true, nodes: () => [] },
      { waitReplicas },
      /waitReplicas does not work with a cluster client/,
    ],
    [createClientPool({}), { waitReplicas }, /waitReplicas does not work with a pool client/],
  ] as readonly [RedisClient, RedisOptions, RegExp][])('options that cannot work %#', (client, options, words) => {
    expect(() => redisLedger(client, options)).toThrow(words);
  });
});

describe('a Redis ledger', () => {
  it.each([
    [{ appendfsync: 'everysec' }, /once a second.*last second, at worst two/],
    [{ 'no-appendfsync-on-rewrite': 'yes' }, /while the server rewrites its log/],
  ])('warns once of a window in which it may forget: %j', async (settings, words) => {
    const server = await privateRedis({ settings });
    const { ledger, warnings } = ledgerOn(clientOf(server));
    await ledger.open();
    await ledger.open();
    expect(warnings).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    { maxmemory: '100mb', 'maxmemory-policy': 'volatile-lru' },
    { maxmemory: '0', 'maxmemory-policy': 'allkeys-lru' },
    { maxmemory: '100mb', 'maxmemory-policy': 'noeviction' },
  ])('takes a server that never evicts its records: %j', async (settings) => {
    const server = await privateRedis({ settings });
    const { ledger, warnings } = ledgerOn(clientOf(server));
    await ledger.open();
    expect(warnings).toEqual([]);
  });

  describe('on a shared server', () => {
    let client: Redis;
    beforeAll(async () => {
      client = new Redis(await sharedRedisUrl());
    });
    afterAll(() => client.quit());

    it('sends nothing before its first use, and leaves the client open when it is closed', async () => {
      const lazy = new Redis(await sharedRedisUrl(), { lazyConnect: true });
      const ledger = redisLedger(lazy, { prefix: `lazy-${process.pid}` });
      expect(lazy.status).toBe('wait');
      const { id } = await ledger.open();
      await ledger.close();
      expect(await lazy.ping()).toBe('PONG');
      expect((await ledger.open()).id).toBe(id);
      lazy.disconnect();
    });

    it('opens itself where nobody did', async () => {
      const ledger = redisLedger(client, { prefix: `unopened-${process.pid}` });
      expect((await ledger.read('desk:a')).row).toBeUndefined();
      const command = { slot: 'desk:a', expect: 0, doc: '{}', index: { state: 's' }, events: [] };
      expect((await ledger.write(command)).kind).toBe('written');
    });

    it('sees nothing of a ledger of another prefix on the same client', async () => {
      const [one, other] = ['one', 'other'].map((which) => redisLedger(client, { prefix: `${which}-${process.pid}` }));
      const command = { slot: 'desk:a', expect: 0, doc: '{}', index: { state: 's', dueAfterMs: 0 }, events: [] };
      await one!.write({ ...command, events: [{ sequence: 1, doc: 'e' }] });
      await one!.writeWorkflow({ workflow: 'desk', expect: 0, state: 'paused', doc: '' });
      await one!.markSuspect(5);
      expect(await other!.read('desk:a')).not.toHaveProperty('row');
      expect(await other!.history('desk:a')).toEqual([]);
      expect((await other!.list({ limit: 9, due: true })).rows).toEqual([]);
      expect((await other!.readWorkflow('desk')).row).toBeUndefined();
      expect(await other!.open()).not.toHaveProperty('suspectSince');
    });

    it('keeps all of its keys behind the keyPrefix of the client', async () => {
      const keyPrefix = `behind-${process.pid}:`;
      const prefixed = new Redis(await sharedRedisUrl(), { keyPrefix });
      const ledger = redisLedger(prefixed, { prefix: `kept-${process.pid}` });
      const command = { slot: 'desk:a', expect: 0, doc: '{}', index: { state: 's', dueAfterMs: 0 }, events: [] };
      await ledger.write({ ...command, events: [{ sequence: 1, doc: 'e' }] });
      await ledger.writeWorkflow({ workflow: 'desk', expect: 0, state: 'paused', doc: '' });
      const keys = await client.keys(`*kept-${process.pid}*`);
      expect(keys).toHaveLength(6);
      expect(keys.filter((key) => !key.startsWith(keyPrefix))).toEqual([]);
      prefixed.disconnect();
    });

    it('takes a client of any options by its type', () => {
      const clients: RedisClient[] = [client, createClient(), createClient({ RESP: 3 }), createClientPool({})];
      const cluster = new Cluster([{ port: 1 }], { lazyConnect: true });
      for (const each of [...clients, cluster]) expect(redisLedger(each).name).toBe('redis oncely');
    });
  });
});
