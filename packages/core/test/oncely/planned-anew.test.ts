import { createOncely, type Adapter } from '@oncely/core';
import { expect, it } from 'vitest';

import { declined, desk, openShop, testAdapter, type TestClient, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:pay';

function world(): { oncely: TestOncely; begun: (string | undefined)[]; vendor: ReturnType<typeof openShop>['vendor'] } {
  const { vendor, ledger } = openShop();
  const begun: (string | undefined)[] = [];
  const inner = testAdapter(vendor);
  const shop: Adapter<TestClient, 'one'> = {
    ...inner,
    connect: (runtime, account) => {
      const connection = inner.connect(runtime, account);
      return {
        ...connection,
        compensate: (target) => {
          begun.push(target.begun);
          return Promise.resolve({
            kind: 'write',
            operation: 'shop.undo',
            run: () => connection.client.write('undo', { of: target.vendorId, plan: begun.length }),
          });
        },
      };
    },
  };
  return { oncely: createOncely({ ledger, waitMs: 2_000, drainOnSigterm: false, clients: { shop } }), begun, vendor };
}

const pay = (oncely: TestOncely, version = 1): Promise<unknown> =>
  oncely.scope(desk, () =>
    oncely.effect('pay', { version }, () => oncely.clients.shop.write('pay', { amount: version })),
  );

it('C19: what takes back is planned anew after a no', async () => {
  const { oncely, begun, vendor } = world();
  await pay(oncely);
  vendor.script.push(declined);
  expect(await oncely.effects.compensate(slot, { by: 'ann' })).toMatchObject({ compensation: { state: 'by_hand' } });
  expect(await oncely.effects.compensate(slot, { by: 'ann' })).toMatchObject({ state: 'compensated' });
  expect(begun).toEqual([undefined, undefined]);
});

it('C19: what takes back one version is planned without the other in mind', async () => {
  const { oncely, begun } = world();
  await pay(oncely);
  expect(await oncely.effects.compensate(slot, { by: 'ann' })).toMatchObject({ state: 'compensated' });
  await pay(oncely, 2);
  expect(await oncely.effects.compensate(slot, { by: 'ann' })).toMatchObject({ state: 'compensated' });
  expect(begun).toEqual([undefined, undefined]);
});
