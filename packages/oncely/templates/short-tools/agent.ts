import { makeOncely, oncely } from './oncely.config.ts';

/** One case; its id is the same whenever it comes again. */
export interface Refund {
  readonly orderId: string;
  readonly charge: string;
  /** In cents. */
  readonly amount: number;
}

/**
 * A burst of tools within one call. No state is kept between them: after a death the caller runs the whole again, and
 * what was done answers from the ledger.
 */
export async function refund(
  { orderId, charge, amount }: Refund,
  app: ReturnType<typeof makeOncely> = oncely,
): Promise<string> {
  const { stripe, slack } = app.clients;
  return app.scope({ businessId: orderId, workflowId: 'refund-desk' }, async () => {
    const made = await app.effect('refund', { expect: 'stripe.refunds.create' }, () =>
      stripe.refunds.create({ charge, amount }),
    );
    await app.effect('tell', { expect: 'slack.chat.postMessage' }, () =>
      slack.chat.postMessage({ channel: 'C0REFUNDS', text: `Refunded ${amount / 100} for ${orderId}` }),
    );
    return made.id;
  });
}

/** What the gates run. */
export async function agent(): Promise<string> {
  return refund({ orderId: 'order_1', charge: 'ch_order_1', amount: 20_00 });
}
