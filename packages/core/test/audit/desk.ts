import { setTimeout as sleep } from 'node:timers/promises';

import type { Ledger } from '../../src/ledger.ts';
import type { Scope } from '../../src/scope.ts';
import { declined, desk, lost, openShop, type Shop, type TestOncely } from '../oncely/vendor.ts';

/** Effects that ended in every way that this test's vendor knows, by one run of a desk. */
export async function work(ledger: Ledger, of: Partial<Scope> = {}): Promise<{ shop: Shop; oncely: TestOncely }> {
  const shop = openShop(ledger);
  const oncely = shop.start();
  const pay = (id: string, amount: number): Promise<unknown> =>
    oncely.effect(id, () => oncely.clients.shop.write('pay', { amount })).catch((error: unknown) => error);
  await oncely.scope({ ...desk, correlationId: 'run-1', traceparent, ...of }, async () => {
    await pay('plain', 1);
    await oncely.checkpoint('paid', { plain: true });
    shop.vendor.script.push(lost);
    await pay('doubted', 2);
    shop.vendor.script.push(declined);
    await pay('refused', 3);
    await pay('plain', 1);
    await pay('plain', 4);
    await oncely.value('today', () => 'secret date');
    await oncely
      .effect('asked', { approval: 'required' }, () => oncely.clients.shop.write('pay', { amount: 5 }))
      .catch(() => undefined);
  });
  await oncely.effects.decline('invoice_1:desk:asked', { by: 'ada', reason: 'not today' }).catch(() => undefined);
  await oncely.workflows.pause({ ...desk, ...of }, { by: 'ada', reason: 'looks odd' });
  // The ledger's time tells which decision is the later one.
  await sleep(5);
  await oncely.workflows.resume({ ...desk, ...of }, { by: 'eve', grant: { reEntries: 3 } });
  return { shop, oncely };
}

export const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export async function collected<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all) found.push(each);
  return found;
}
