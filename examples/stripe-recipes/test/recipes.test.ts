import { readFileSync } from 'node:fs';

import { createOncely, type Ledger, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { oncelyStripe } from '@oncely/stripe';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Desk } from '../src/recipes.ts';
import { runAll } from '../src/run-all.ts';

let fake: StripeFake;
beforeAll(async () => {
  fake = await startStripeFake();
});
afterAll(() => fake.close());

function start(ledger: Ledger, key = 'sk_test_recipes'): Desk & { readonly oncely: Oncely } {
  const address = key === 'sk_test_recipes' ? ({ host: fake.host, port: fake.port, protocol: 'http' } as const) : {};
  const oncely = createOncely({
    ledger,
    clients: {
      stripe: oncelyStripe((config) => new Stripe(key, { ...address, telemetry: false, ...config }), {
        landingBoundMs: 'host' in address ? 40 : 60_000,
      }),
    },
    drainOnSigterm: false,
  });
  return { oncely, stripe: oncely.clients.stripe as Stripe };
}

const once = [
  'charge: pi_, and the same again',
  'refund: re_, and the same again',
  'invoice: in_ paid, and the same again',
  'subscription: sub_, and the same again',
  'undo of a charge: compensated by order_test_twice:order-desk@undo:charge, and the same again',
];
const withoutIds = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/(?<=: [a-z]+_)\w+/, ''));

it('each happens once, by processes that are restarted and answers that are lost', async () => {
  const ledger = memoryLedger();
  fake.fail({ kind: 'reset_after_effect' }, { times: 4, skip: 1 });
  const lines = await runAll(start(ledger), 'test');
  expect(withoutIds(lines)).toEqual(once);
  expect(await runAll(start(ledger), 'test')).toEqual(lines);
  const counts = Map.groupBy(fake.effects(), ({ operation }) => operation);
  expect(Object.fromEntries([...counts].map(([name, of]) => [name, of.length]))).toEqual({
    'customers.create': 1,
    'products.create': 1,
    'prices.create': 1,
    'payment_intents.create': 2,
    // One of a part, and one that undoes another charge.
    'refunds.create': 2,
    'invoices.create': 1,
    'invoiceitems.create': 1,
    'invoices.finalize': 1,
    'invoices.pay': 1,
    'subscriptions.create': 1,
  });
});

const key = process.env['STRIPE_TEST_KEY'];
it.runIf(key !== undefined)("hold against Stripe's test mode", async () => {
  const lines = await runAll(start(memoryLedger(), key), String(Date.now()));
  expect(withoutIds(lines)).toEqual(once);
});

it("the recipes of the package's README are those that run here", () => {
  const recipes = readFileSync(new URL('../src/recipes.ts', import.meta.url), 'utf8');
  const readme = readFileSync(new URL('../../../packages/stripe/README.md', import.meta.url), 'utf8');
  const shown = readme.split('## Recipes')[1]?.split('\n## ')[0] ?? '';
  const bare = (text: string): string => text.replaceAll(/\s+|,(?=\s*[)}\]])/g, '').replaceAll(/,(?=[)}\]])/g, '');
  const blocks = [...shown.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  expect(blocks).toHaveLength(4);
  for (const block of blocks) expect(bare(recipes)).toContain(bare(block).replace(/^await/, ''));
});
