import { expect, it } from 'vitest';

import { canonicalName, operationNames } from '../src/operation-names.ts';
import { operationOf } from '../src/operations.ts';
import { sayWrite } from '../src/saying.ts';
import { storedParameters } from '../src/stored-parameters.ts';
import { table } from '../src/table.ts';

const idOf = (at: number): string => `obj_${at}X`;

/** The path of an entry with ids in it. */
function pathOf(path: string): { readonly path: string; readonly ids: readonly string[] } {
  const ids: string[] = [];
  const filled = path.replaceAll(':id', () => {
    ids.push(idOf(ids.length));
    return ids.at(-1) ?? '';
  });
  return { path: filled, ids };
}

it(`I12: each of the ${table.length} writes says all of its ids, its parties, its amount, its texts and its account`, () => {
  const poor: string[] = [];
  for (const { name, path } of table) {
    const { path: filled, ids } = pathOf(path);
    const parameters = {
      $path: filled,
      $account: 'acct_2',
      $mode: 'live',
      destination: 'acct_EVIL',
      on_behalf_of: 'acct_BEHALF',
      description: 'for the cake',
    };
    const { summary, texts } = sayWrite({ operation: `stripe.${name}`, parameters, account: 'tenant-7' });
    const wanted = [...ids, 'acct_2', 'acct_EVIL', 'acct_BEHALF', 'for the cake', 'tenant-7'];
    if (!wanted.every((each) => summary.includes(each)) || texts?.includes('description') !== true) poor.push(summary);
  }
  expect(poor).toEqual([]);
});

it(`no operation of ${table.length} says nothing where nothing is given`, () => {
  const empty = table.filter(({ name, path }) => {
    const { path: filled } = pathOf(path);
    return sayWrite({ operation: `stripe.${name}`, parameters: { $path: filled }, account: '' }).summary.length < 8;
  });
  expect(empty).toEqual([]);
});

it.each([
  [
    'stripe.refunds.create',
    { charge: 'ch_1', amount: '1200', currency: 'usd', $path: '/v1/refunds', $account: 'acct_2' },
    'Refund 12.00 USD of ch_1 on account acct_2',
  ],
  ['stripe.refunds.create', { charge: 'ch_1', $path: '/v1/refunds' }, 'Refund all that is left of ch_1'],
  [
    'stripe.payouts.create',
    { amount: '12', currency: 'jpy', $path: '/v1/payouts' },
    'Pay out 12 JPY to the default bank account',
  ],
  [
    'stripe.paymentIntents.create',
    { amount: '500', currency: 'usd', transfer_data: { destination: 'acct_EVIL' }, $path: '/v1/payment_intents' },
    'Prepare a payment of 5.00 USD (transfer data {"destination":"acct_EVIL"})',
  ],
  ['stripe.customers.del', { $path: '/v1/customers/cus_1' }, 'Delete customer cus_1 for good, with all subscriptions'],
  ['stripe.post.v1.new.:id', { a: 'b', $path: '/v1/new/X_1' }, 'post.v1.new.:id /v1/new/X_1 (a b)'],
])('%s', (operation, parameters, words) => {
  expect(sayWrite({ operation, parameters, account: '' }).summary).toBe(words);
});

it('whatever path an SDK takes, an operation has one name by which policies know it', () => {
  for (const { name, method, path } of table) {
    const named = operationOf(method, pathOf(path).path, 0).name;
    expect(canonicalName(`stripe.${name}`)).toBe(canonicalName(named));
  }
  const refunds = [
    '/v1/charges/ch_1/refund',
    '/v1/charges/ch_a/refunds',
    '/v1/refunds',
    '/v1/refunds/',
    '//v1//refunds',
  ];
  const spelled = [
    '/v1/x/../refunds',
    '/v1/./refunds',
    '/v1/%72efunds',
    '/v1/x/%2e%2e/refunds',
    '/v1/refunds?charge=ch_1',
  ];
  for (const path of [...refunds, ...spelled]) {
    expect(canonicalName(operationOf('POST', path, 0).name)).toBe('stripe.refunds.create');
  }
  expect(operationNames).toContain('stripe.refunds.create');
});

it('a stored request says the same, without our marker and key', () => {
  const stored = JSON.stringify({
    method: 'POST',
    path: '/v1/refunds',
    encoding: 'text',
    body: 'charge=ch_1&amount=5&metadata[oncely_key]=secret',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'stripe-account': 'acct_2',
      'idempotency-key': 'k',
    },
    authorized: {},
  });
  expect(storedParameters(stored)).toEqual({
    charge: 'ch_1',
    amount: '5',
    $path: '/v1/refunds',
    $account: 'acct_2',
    $context: '',
  });
});
