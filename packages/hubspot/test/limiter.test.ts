import { Client } from '@hubspot/api-client';
import { afterEach, describe, expect, it } from 'vitest';

import { startWorld, type World } from './world.ts';

/** The SDK's decorators are of the process; a client without them takes them back for all that come after it. */
afterEach(() => void new Client({ accessToken: 'x', numberOfApiCallRetries: 0 }));

type Hubspot = ReturnType<World['process']>['hubspot'];
const note = (context: unknown): Promise<unknown> => Promise.resolve(context);

const calls: Record<string, (hubspot: Hubspot, order: number) => Promise<unknown>> = {
  'a method': (hubspot, order) => hubspot.crm.deals.basicApi.create(deal(order)),
  'a method taken off': (hubspot, order) => {
    // oxlint-disable-next-line typescript/unbound-method -- the limiter binds its methods, so people take them off
    const { create } = hubspot.crm.deals.basicApi;
    return create(deal(order));
  },
  'a method with its answer': (hubspot, order) => hubspot.crm.deals.basicApi.createWithHttpInfo(deal(order)),
  'a method of objects': (hubspot, order) => hubspot.crm.objects.basicApi.create('deals', deal(order)),
  'a method with a middleware of its own': (hubspot, order) =>
    hubspot.crm.deals.basicApi.create(deal(order), { middleware: [{ pre: note, post: note }] } as never),
  'a method behind a read of the same case': async (hubspot, order) => {
    await hubspot.crm.deals.basicApi.getPage(1);
    return hubspot.crm.deals.basicApi.create(deal(order));
  },
  apiRequest: (hubspot, order) =>
    hubspot.apiRequest({ method: 'POST', path: '/crm/v3/objects/deals', body: deal(order) }),
};

function deal(order: number): { properties: Record<string, string>; associations: [] } {
  return { properties: { dealname: `Order ${order}` }, associations: [] };
}

describe.each([
  ['one at a time', { maxConcurrent: 1, minTime: 5 }],
  ['two at a time', { maxConcurrent: 2 }],
])("under the SDK's own limiter, %s", (_how, limiterOptions) => {
  it.each(
    Object.entries(calls).flatMap(([name, call]) => [[name, 'named', call] as const, [name, 'unnamed', call] as const]),
  )('%s, %s, is made for the case that called it', async (_name, how, call) => {
    const world = await startWorld();
    for (const orders of [
      [1, 2, 3, 4],
      [4, 3, 2, 1],
    ]) {
      const { oncely, hubspot } = world.process({ config: { limiterOptions } });
      await Promise.all(
        orders.map((order) =>
          oncely.scope({ businessId: `order_${order}`, workflowId: 'sales' }, async () => {
            await (how === 'named' ? oncely.effect('deal', () => call(hubspot, order)) : call(hubspot, order));
            await new Promise((resolve) => setTimeout(resolve, 20));
          }),
        ),
      );
    }
    const { effects } = await world.process().oncely.effects.list();
    expect(world.fake.effects('deals.create')).toHaveLength(4);
    expect(effects.map(({ contract }) => contract.businessId).toSorted()).toEqual(
      [1, 2, 3, 4].map((n) => `order_${n}`),
    );
  });
});
