/** An HTTP handler on Hono. A client without an answer asks again, and so does many a proxy: the order names the refund. */
import { isOncelyError } from '@oncely/core';
import { Hono } from 'hono';

import type { Shop } from './shop.ts';

export function refundApi({ oncely, stripe }: Shop): Hono {
  const app = new Hono();

  app.post('/orders/:order/refund', async (context) => {
    const { charge, amount } = await context.req.json<{ charge: string; amount: number }>();
    // Before: const refund = await stripe.refunds.create({ charge, amount });
    const refund = await oncely.scope({ businessId: context.req.param('order'), workflowId: 'refund-api' }, () =>
      oncely.effect('refund', () => stripe.refunds.create({ charge, amount })),
    );
    return context.json({ refund: refund.id, amount: refund.amount });
  });

  app.onError((error, context) => {
    if (!isOncelyError(error)) throw error;
    const { code, next, retryAfterMs = 1_000 } = error;
    if (next === 'fix-input') return context.json({ code }, 409);
    // In doubt, or not sent: the same request may come again at any time.
    context.header('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
    return context.json({ code }, 503);
  });
  return app;
}
