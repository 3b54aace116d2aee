import { connect } from 'node:net';

import { beforeAll, describe, expect, it, vi } from 'vitest';

import { redisCommand } from '../../src/servers/redis-command.ts';
import { sharedPostgresUrl, sharedRedisClusterNodes, sharedRedisUrl } from '../../src/servers/shared.ts';

describe('the servers that a run shares', () => {
  // The first to ask waits for the start.
  beforeAll(async () => {
    await Promise.all([sharedPostgresUrl(), sharedRedisUrl(), sharedRedisClusterNodes()]);
  });

  it('gives every caller the same Postgres', async () => {
    vi.stubEnv('TEST_DATABASE_URL', '');
    const [url, again] = await Promise.all([sharedPostgresUrl(), sharedPostgresUrl()]);
    expect(url).toMatch(/^postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres$/);
    expect(again).toBe(url);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.destroy()).on('error', reject);
      socket.on('close', () => resolve());
    });
  });

  it('gives every caller the same Redis', async () => {
    vi.stubEnv('TEST_REDIS_URL', '');
    const [url, again] = await Promise.all([sharedRedisUrl(), sharedRedisUrl()]);
    expect(again).toBe(url);
    expect(await redisCommand(Number(new URL(url).port), ['PING'])).toBe('PONG');
  });

  it('gives three masters that serve all slots', async () => {
    const nodes = await sharedRedisClusterNodes();
    expect(nodes).toHaveLength(3);
    for (const { port } of nodes) {
      expect(await redisCommand(port, ['CLUSTER', 'INFO'])).toContain('cluster_state:ok');
    }
  });

  it('prefers the servers of TEST_DATABASE_URL and TEST_REDIS_URL', async () => {
    vi.stubEnv('TEST_DATABASE_URL', 'postgres://db/ours');
    vi.stubEnv('TEST_REDIS_URL', 'redis://cache/1');
    expect(await sharedPostgresUrl()).toBe('postgres://db/ours');
    expect(await sharedRedisUrl()).toBe('redis://cache/1');
  });

  it('says what is missing when the run has no global setup', async () => {
    vi.stubEnv('ONCELY_TEST_SERVERS', undefined);
    await expect(sharedRedisClusterNodes()).rejects.toThrow('global-setup');
  });
});
