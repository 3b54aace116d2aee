import { sharedRedisUrl } from '@oncely/testing/servers/shared';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { redisLedger, type IoredisClient } from '../../src/ledgers/redis.ts';
import { bucketAt, bucketOfWorkflow } from '../../src/redis/buckets.ts';
import { claimOf } from './redis-server.ts';

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(await sharedRedisUrl());
});
afterAll(() => redis.quit());

/** A workflow that lies in a bucket. */
function workflowIn(bucket: number, of: number): string {
  for (let number = 0; ; number += 1) {
    if (bucketOfWorkflow(`case_${number}:desk`, of) === bucket) return `case_${number}:desk`;
  }
}

it('an epoch that anybody was told of is in every bucket', async () => {
  const prefix = `buckets-${process.pid}`;
  const options = { prefix, buckets: 2, onWarning: () => undefined };
  const second = bucketAt(prefix, 1).ledger;
  const released = Promise.withResolvers<void>();
  let marking = false;
  let calls = 0;
  // Whoever marks reads both buckets, raises the first, and its line to the second is slow from then on.
  const slow: IoredisClient = {
    call: async (command, ...args) => {
      if (marking && args.includes(second) && (calls += 1) > 1) await released.promise;
      return redis.call(command, ...args);
    },
  };
  const marks = redisLedger(slow, options);
  const told = redisLedger(redis, options);
  const unaware = redisLedger(redis, options);
  const [{ epoch }] = await Promise.all([told.open(), unaware.open(), marks.open()]);

  marking = true;
  const marked = marks.markSuspect(1);
  const raised = String(epoch + 1);
  await vi.waitFor(async () => expect(await redis.hget(bucketAt(prefix, 0).ledger, 'epoch')).toBe(raised));
  expect(await redis.hget(second, 'epoch')).toBe(String(epoch));

  const answer = await told.write(claimOf(`${workflowIn(0, 2)}:refund`, epoch));
  expect(answer).toMatchObject({ kind: 'epoch', info: { epoch: epoch + 1, suspectSince: 1 } });
  const late = await unaware.write(claimOf(`${workflowIn(1, 2)}:refund`, epoch));
  expect(late.kind).toBe('epoch');
  released.resolve();
  expect(await marked).toMatchObject({ epoch: epoch + 1, suspectSince: 1 });
});
