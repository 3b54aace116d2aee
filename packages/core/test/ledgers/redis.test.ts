import { ledgerConformance } from '@oncely/testing/conformance/ledger';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { redisLedger } from '../../src/ledgers/redis.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(7391);
});
afterAll(() => client.disconnect());
let n = 0;
describe('the ledger in Redis', () => {
  it.each([...ledgerConformance])('$name', async ({ run }) => {
    await run(async () => {
      const prefix = `t${process.pid}-${(n += 1)}`;
      return { ledger: redisLedger(client, { prefix }), another: async () => redisLedger(client, { prefix }) };
    });
  });
});
