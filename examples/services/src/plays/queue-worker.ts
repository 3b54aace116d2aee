/** A worker's process: what `npm run queue` kills. */
import { redisLedger } from '@oncely/core/ledgers/redis';
import { Redis } from 'ioredis';

import { startWorker } from '../refund-queue.ts';
import { openShop, type VendorsAt } from '../shop.ts';

const { url, at } = JSON.parse(process.argv[2] ?? '') as { readonly url: string; readonly at: VendorsAt };

// The ledger is in the queue's own Redis.
const shop = openShop({ ledger: redisLedger(new Redis(url)), at, leaseMs: 1_000 });
startWorker(shop, {
  connection: { url, maxRetriesPerRequest: null },
  // By default a job of a dead worker is given on after 30 seconds, and once only.
  lockDuration: 1_000,
  stalledInterval: 500,
  maxStalledCount: 10,
});
