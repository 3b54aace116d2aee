/** A step of a durable engine (DBOS). The engine runs a step again that it has not seen end; the write in it is one. */
import { DBOS } from '@dbos-inc/dbos-sdk';

import type { Shop } from './shop.ts';
import type { RefundCase } from './slack-approval.ts';

export function refundWorkflow({ oncely, stripe, slack }: Shop): (refund: RefundCase) => Promise<string> {
  // The order names the effects. The engine's ids are for the audit: a fork has others, and step ids are positions.
  const inCase = <T>(order: string, step: () => Promise<T>): Promise<T> =>
    oncely.scope({ businessId: order, workflowId: 'refund-desk', correlationId: DBOS.workflowID ?? '' }, step);

  return DBOS.registerWorkflow(
    async ({ order, charge, amount }: RefundCase) => {
      const id = await DBOS.runStep(
        () =>
          inCase(order, async () => {
            const made = await oncely.effect('refund', () => stripe.refunds.create({ charge, amount }));
            return made.id;
          }),
        { name: 'refund' },
      );
      await DBOS.runStep(
        () =>
          inCase(order, async () => {
            await oncely.effect('tell', () => slack.chat.postMessage({ channel: 'C0DESK', text: `Refunded ${order}` }));
          }),
        { name: 'tell' },
      );
      return id;
    },
    { name: 'refund' },
  );
}
