import { ledgerConformance } from '@oncely/testing/conformance/ledger';
import { sharedRedisClusterNodes, sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { redisLedger, type RedisClient, type RedisOptions } from '../../src/ledgers/redis.ts';

let serial = 0;

/** Each case has keys of its own beside those of all the others. */
function conforms(client: () => RedisClient, options: RedisOptions = {}): void {
  it.each([...ledgerConformance])('$name', { timeout: 30_000 }, async ({ run }) => {
    await run(async () => {
      const prefix = `case-${process.pid}-${(serial += 1)}`;
      const make = () => redisLedger(client(), { prefix, ...options });
      return { ledger: make(), another: async () => make() };
    });
  });
}

describe('the ledger in Redis by ioredis', () => {
  let client: Redis;
  beforeAll(async () => {
    client = new Redis(await sharedRedisUrl());
  });
  afterAll(() => client.quit());

  conforms(() => client);
});

describe('the ledger in Redis, divided into 3 buckets', () => {
  let client: Redis;
  beforeAll(async () => {
    client = new Redis(await sharedRedisUrl());
  });
  afterAll(() => client.quit());

  conforms(() => client, { buckets: 3 });
});

describe('the ledger in Redis by ioredis with a keyPrefix, numbers as texts and automatic pipelines', () => {
  let client: Redis;
  beforeAll(async () => {
    const options = { keyPrefix: `app-${process.pid}:`, stringNumbers: true, enableAutoPipelining: true };
    client = new Redis(await sharedRedisUrl(), options);
  });
  afterAll(() => client.quit());

  conforms(() => client);
});

describe.each([2, 3] as const)('the ledger in Redis by node-redis, RESP %i', (version) => {
  let client: ReturnType<typeof createClient>;
  beforeAll(async () => {
    client = createClient({ url: await sharedRedisUrl(), RESP: version }) as unknown as typeof client;
    await client.connect();
  });
  afterAll(() => client.close());

  conforms(() => client);
});

describe.each([
  ['the 64 buckets of a cluster', {}],
  ['4 buckets', { buckets: 4 }],
])('the ledger in Redis Cluster, %s', (_what, options) => {
  let client: Cluster;
  beforeAll(async () => {
    client = new Cluster([...(await sharedRedisClusterNodes())], { keyPrefix: 'app:' });
  });
  afterAll(() => client.quit());

  conforms(() => client, options);
});
