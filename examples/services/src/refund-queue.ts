/** A consumer of BullMQ. A job whose worker died is given to another one, and a job may be added twice. */
import { isOncelyError } from '@oncely/core';
import { DelayedError, UnrecoverableError, Worker, type WorkerOptions } from 'bullmq';

import type { Shop } from './shop.ts';

export interface Refund {
  readonly order: string;
  readonly charge: string;
  readonly amount: number;
}

export function startWorker({ oncely, stripe }: Shop, options: WorkerOptions): Worker<Refund, string> {
  return new Worker<Refund, string>(
    'refunds',
    async (job, token) => {
      const { order, charge, amount } = job.data;
      // The order names the refund. The job does not: who adds it twice gets two.
      const scope = { businessId: order, workflowId: 'refund-queue', correlationId: job.id ?? '' };
      try {
        const refund = await oncely.scope(scope, () =>
          oncely.effect('refund', () => stripe.refunds.create({ charge, amount })),
        );
        return refund.id;
      } catch (error) {
        if (!isOncelyError(error)) throw error;
        if (error.next === 'wait' || error.next === 'retry') {
          // Settled later by evidence; this is no failed attempt of the job.
          await job.moveToDelayed(Date.now() + (error.retryAfterMs ?? 5_000), token);
          throw new DelayedError();
        }
        throw new UnrecoverableError(error.message);
      }
    },
    options,
  );
}
