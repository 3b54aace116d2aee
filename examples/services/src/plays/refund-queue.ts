import { startRedis } from '@oncely/testing/servers/redis';
import { Queue, QueueEvents } from 'bullmq';

import type { Refund } from '../refund-queue.ts';
import { killOnce, startChild } from './killed-child.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

export const refundQueuePlay: Play = (say) =>
  withVendors(async ({ stripe, at }) => {
    const redis = await startRedis();
    const connection = { url: redis.url };
    const queue = new Queue<Refund, string>('refunds', { connection });
    const events = new QueueEvents('refunds', { connection });
    try {
      const refund = { order: 'order_7', charge: 'ch_1', amount: 10_00 };
      say('a job is added; Stripe makes the refund, and the worker is killed before it hears of it');
      const job = await queue.add('refund', refund);
      stripe.fail({ kind: 'delay', ms: 600_000 });
      await killOnce(() => stripe.effects().length > 0, startChild('queue-worker.ts', { url: redis.url, at }));

      const worker = startChild('queue-worker.ts', { url: redis.url, at });
      say(`another worker gets the job: ${await job.waitUntilFinished(events)}`);
      const twin = await queue.add('refund', refund);
      say(`the same refund is added as another job: ${await twin.waitUntilFinished(events)}`);
      const changed = await queue.add('refund', { ...refund, amount: 20_00 });
      const refusal = await changed.waitUntilFinished(events).catch((error: Error) => error.message.split('\n')[0]);
      say(`and with another amount: ${refusal}`);
      worker.kill('SIGKILL');
      return { refunds: stripe.effects('refunds.create').length };
    } finally {
      await events.close();
      await queue.close();
      await redis.stop();
    }
  });
