/**
 * A serverless function behind a queue (the shapes of AWS Lambda and SQS). It answers before it is stopped, and what it
 * could not finish comes again. Its ledger is in Postgres or Redis: a SQLite file is gone with the instance.
 */
import type { RefundCase } from './slack-approval.ts';
import type { Shop } from './shop.ts';

export interface SqsEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export interface SqsAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export function refundFunction({
  oncely,
  stripe,
}: Shop): (event: SqsEvent, context: LambdaContext) => Promise<SqsAnswer> {
  return async ({ Records }, context) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, body } of Records) {
      const { order, charge, amount } = JSON.parse(body) as RefundCase;
      // Half a second is left for the answer.
      const deadlineMs = Math.max(1, context.getRemainingTimeInMillis() - 500);
      try {
        await oncely.scope({ businessId: order, workflowId: 'refund-function', deadlineMs }, () =>
          oncely.effect('refund', () => stripe.refunds.create({ charge, amount })),
        );
      } catch {
        // In doubt, or not sent: SQS delivers this one again, and the ledger knows how far it came.
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
}
