import type { Ledger } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { desk, openShop, type TestOncely } from './vendor.ts';

/** A ledger that tells which of its operations were called, beside the opening. */
function told(inner: Ledger): { readonly ledger: Ledger; readonly calls: string[] } {
  const calls: string[] = [];
  const call = <T>(name: string, work: () => T): T => {
    calls.push(name);
    return work();
  };
  const ledger: Ledger = {
    ...inner,
    write: (command) => call(`write ${command.index.state}`, () => inner.write(command)),
    read: (slot) => call('read', () => inner.read(slot)),
    list: (query) => call('list', () => inner.list(query)),
    readWorkflow: (workflow) => call('read workflow', () => inner.readWorkflow(workflow)),
    writeWorkflow: (command) => call('write workflow', () => inner.writeWorkflow(command)),
  };
  return { ledger, calls };
}

const pay = (oncely: TestOncely, businessId: string): Promise<unknown> =>
  oncely.scope({ ...desk, businessId }, () =>
    oncely.effect('refund', () => oncely.clients.shop.write('pay', { amount: 100 })),
  );

describe.each([
  ['without governance', {}],
  [
    'with a policy and budgets',
    {
      approvals: { version: 1, operations: { 'shop.pay': (input: { readonly amount: number }) => input.amount > 500 } },
      budgets: { reEntries: 5, reExecutions: 5 },
    },
  ],
] as const)('the round trips to the ledger %s', (_title, options) => {
  it('are one to claim and one to settle', async () => {
    const shop = openShop();
    const { ledger, calls } = told(shop.ledger);
    const oncely = openShop(ledger).start(options);
    await pay(oncely, 'invoice_1');
    calls.length = 0;
    await pay(oncely, 'invoice_2');
    expect(calls).toEqual(['write executing', 'write succeeded']);
  });
});
