import { dirname } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findValkey } from '../../src/servers/binaries.ts';
import { startRedisCluster, type RedisCluster } from '../../src/servers/redis-cluster.ts';
import { startRedis, startRedisReplica, type RedisServer } from '../../src/servers/redis.ts';
import { leftoversOf } from './leftovers.ts';

let redis: RedisServer;
let cluster: Promise<RedisCluster>;
beforeAll(async () => {
  cluster = startRedisCluster(); // its nodes wait for two seconds, meanwhile the others are tried
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('a private Redis', { timeout: 60_000 }, () => {
  it('answers and syncs each write', async () => {
    expect(await redis.command('SET', 'greeting', 'hello')).toBe('OK');
    expect(await redis.command('MGET', 'greeting', 'none')).toEqual(['hello', null]);
    expect(await redis.command('CONFIG', 'GET', 'append*')).toEqual(expect.arrayContaining(['appendfsync', 'always']));
    await expect(redis.command('INCR', 'greeting')).rejects.toThrow('not an integer');
  });

  it('freezes at SIGSTOP and goes on at SIGCONT', async () => {
    await redis.kill('SIGSTOP');
    let answered = false;
    const answer = redis.command('PING').then((reply) => {
      answered = true;
      return reply;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    await redis.kill('SIGCONT');
    expect(await answer).toBe('PONG');
  });

  it('keeps what it answered over SIGKILL, and comes back at the same port', async () => {
    for (let count = 1; count <= 20; count += 1) expect(await redis.command('INCR', 'count')).toBe(count);
    await redis.kill('SIGKILL');
    expect(redis.pid()).toBeUndefined();
    await expect(redis.command('PING')).rejects.toThrow('ECONNREFUSED');
    await redis.restart();
    expect(await redis.command('GET', 'count')).toBe('20');
  });

  it('restarts while it is frozen', async () => {
    await redis.command('SET', 'frozen', 'no');
    await redis.kill('SIGSTOP');
    await redis.restart();
    expect(await redis.command('GET', 'frozen')).toBe('no');
  });

  it('has a replica that follows it and can take its place', async () => {
    await redis.command('SET', 'before', '1');
    const replica = await startRedisReplica(redis);
    expect(await replica.command('GET', 'before')).toBe('1');
    await expect(replica.command('SET', 'own', '1')).rejects.toThrow('READONLY');
    await redis.command('SET', 'after', '2');
    await expect.poll(() => replica.command('GET', 'after'), { timeout: 10_000 }).toBe('2');
    await replica.command('REPLICAOF', 'NO', 'ONE');
    expect(await replica.command('SET', 'own', '1')).toBe('OK');
    await replica.stop();
  });

  it('takes settings, and leaves neither process nor folder behind', async () => {
    const other = await startRedis({
      settings: { appendonly: 'no', 'maxmemory-policy': 'allkeys-lru', save: '900 1' },
    });
    expect(await other.command('CONFIG', 'GET', 'save')).toEqual(['save', '900 1']);
    expect(await other.command('CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru']);
    expect(leftoversOf(dirname(other.dataDirectory))).not.toEqual([]);
    await other.stop();
    expect(leftoversOf(dirname(other.dataDirectory))).toEqual([]);
  });

  it('says why it does not start', async () => {
    await expect(startRedis({ settings: { appendfsync: 'sometimes' } })).rejects.toThrow('appendfsync');
    await expect(startRedis({ binary: '/nowhere/redis-server' })).rejects.toThrow('ENOENT');
  });

  it.runIf(findValkey() !== undefined)('is Valkey where there is one', async () => {
    const valkey = await startRedis({ binary: findValkey()! });
    expect(await valkey.command('INFO', 'server')).toContain('valkey_version');
    await valkey.stop();
  });
});

describe('a Redis Cluster', { timeout: 60_000 }, () => {
  it('spreads the slots over masters that can be killed and come back', async () => {
    const { nodes, ...started } = await cluster;
    const [first, , last] = nodes;
    await expect(first!.command('GET', 'foo')).rejects.toThrow(/^MOVED 12182 127\.0\.0\.1:/);
    expect(await last!.command('SET', 'foo', 'bar')).toBe('OK');
    await last!.kill('SIGKILL');
    await last!.restart();
    expect(await last!.command('CLUSTER', 'INFO')).toContain('cluster_slots_assigned:16384');
    expect(await last!.command('CLUSTER', 'COUNTKEYSINSLOT', '12182')).toBe(1);
    await started.stop();
    expect(nodes.flatMap((node) => leftoversOf(dirname(node.dataDirectory)))).toEqual([]);
  });
});
