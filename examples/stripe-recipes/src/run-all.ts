import { isOncelyError } from '@oncely/core';

import { charge, invoice, refund, subscribe, undoCharge, type Desk } from './recipes.ts';

/** Sets up a customer and a price, runs every recipe twice, and says what came of it, a line each. */
export async function runAll(desk: Desk, run: string): Promise<readonly string[]> {
  const { oncely, stripe } = desk;
  const { customer, price } = await oncely.scope({ businessId: `setup_${run}`, workflowId: 'recipes' }, async () => {
    const { id } = await oncely.effect('customer', () => stripe.customers.create({ email: 'ada@example.com' }));
    const product = await oncely.effect('product', () => stripe.products.create({ name: 'Tea' }));
    const monthly = await oncely.effect('price', () =>
      stripe.prices.create({
        product: product.id,
        currency: 'usd',
        unit_amount: 500,
        recurring: { interval: 'month' },
      }),
    );
    return { customer: id, price: monthly.id };
  });
  const order = `order_${run}`;
  const lines: string[] = [];
  const twice = async <T>(name: string, recipe: () => Promise<T>, id: (result: T) => string): Promise<T> => {
    const [first, again] = [await recipe(), await recipe()];
    lines.push(`${name}: ${id(first)}${id(first) === id(again) ? ', and the same again' : `, and then ${id(again)}`}`);
    return first;
  };
  const payment = await twice(
    'charge',
    () => charge(desk, order, 2_000),
    ({ id }) => id,
  );
  await twice(
    'refund',
    () => refund(desk, order, payment.id, 500),
    ({ id }) => id,
  );
  await twice(
    'invoice',
    () => invoice(desk, order, customer, 1_200),
    ({ id, status }) => `${id} ${status}`,
  );
  await twice(
    'subscription',
    () => subscribe(desk, customer, price, 2027),
    ({ id }) => id,
  );
  await twice(
    'undo of a charge',
    async () => {
      await charge(desk, `${order}_twice`, 2_000).catch(unlessTakenBack);
      return undoCharge(desk, `${order}_twice`);
    },
    ({ state, compensation }) => `${state} by ${compensation?.slot}`,
  );
  return lines;
}

/** What was taken back is not charged again. */
function unlessTakenBack(error: unknown): void {
  if (!isOncelyError(error) || error.code !== 'compensated') throw error;
}
