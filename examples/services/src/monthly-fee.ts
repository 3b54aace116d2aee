/**
 * A cron job: `5 0 1 * * node monthly-fee.js`. Two machines may run it at once, and a run that failed is run again.
 */
import type { Shop } from './shop.ts';

/** `period`: `2026-11`. It comes from the schedule; a late run is still for its own month. */
export async function chargeFees(
  period: string,
  customers: readonly string[],
  { oncely, stripe }: Shop,
): Promise<number> {
  // What an earlier run left in doubt is settled first.
  await oncely.recover();
  for (const customer of customers) {
    // The period is part of the name: December's fee is another one.
    await oncely.scope({ businessId: `${customer}_${period}`, workflowId: 'monthly-fee' }, () =>
      oncely.effect('fee', () =>
        stripe.invoiceItems.create({ customer, amount: 15_00, currency: 'usd', description: `Fee of ${period}` }),
      ),
    );
  }
  return customers.length;
}
