import { PGlite } from '@electric-sql/pglite';
import { sharedPostgresUrl, sharedRedisClusterNodes, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Cluster, Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { beforeAll, describe, expect, it } from 'vitest';

describe('the clients that a ledger takes, on the servers of this run', () => {
  // The first to ask waits for the start.
  beforeAll(async () => {
    await Promise.all([sharedPostgresUrl(), sharedRedisUrl(), sharedRedisClusterNodes()]);
  });

  it('pg', async () => {
    const pool = new Pool({ connectionString: await sharedPostgresUrl() });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  // A whole Postgres compiled to WebAssembly: a few seconds of processor time to start.
  it('PGlite', { timeout: 180_000 }, async () => {
    const database = await PGlite.create();
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('ioredis', async () => {
    const client = new Redis(await sharedRedisUrl());
    expect(await client.ping()).toBe('PONG');
    await client.quit();
  });

  it('ioredis on a cluster', async () => {
    const cluster = new Cluster([...(await sharedRedisClusterNodes())]);
    for (const tag of ['a', 'b', 'c']) expect(await cluster.set(`{${tag}}`, tag)).toBe('OK');
    await cluster.quit();
  });

  it('node-redis', async () => {
    const client = await createClient({ url: await sharedRedisUrl() }).connect();
    expect(await client.ping()).toBe('PONG');
    await client.close();
  });
});
