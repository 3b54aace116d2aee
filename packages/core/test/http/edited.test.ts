import { isOncelyError } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { expect, it } from 'vitest';

import { openBank, openDesk, unverifiable } from './bank.ts';

interface Pay {
  readonly to: string;
  readonly amount: number;
}

const approvals = {
  version: 1,
  operations: { 'bank.pay': { editable: { amount: { max: 'asked' }, to: true } } },
} as const;

it('an edit makes the request anew of the edited input, and nothing moves it to another address', async () => {
  const bank = await openBank();
  const ledger = memoryLedger();
  const open = () =>
    openDesk(
      bank,
      {
        pay: {
          safety: unverifiable,
          request: ({ to, amount }: Pay, { key }) => ({
            method: 'POST',
            path: `/accounts/${to}/payments`,
            headers: { 'x-key': key },
            body: { cents: amount * 100 },
          }),
        },
      },
      {},
      { ledger, approvals },
    );
  const desk = open();
  const act = () => desk.act((client) => client.pay({ to: 'ann', amount: 9 }));
  expect(isOncelyError(await act())).toBe(true);
  const { effects } = open().oncely;
  const [waiting] = (await effects.list()).effects;
  if (!waiting) throw new Error('nothing waits');
  const why = { by: 'eve', reason: 'half of it', fingerprint: waiting.approval?.fingerprint ?? '' };
  const moved = await effects.approve(waiting.key, { ...why, set: { to: 'bob' } }).catch(String);
  expect(moved).toMatch(/stands in the address/);
  await effects.approve(waiting.key, { ...why, set: { amount: 4 }, perform: true });
  expect(await act()).toEqual({ id: 'p_1' });
  expect(bank.writes().map(({ url, body }) => [url, String(body)])).toEqual([
    ['/accounts/ann/payments', '{"cents":400}'],
  ]);
});
