import { createOncely, isOncelyError, type OncelyError, type Verdict } from '@oncely/core';
import { httpAdapter } from '@oncely/core/http';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { expect, it } from 'vitest';

import { desk, openShop, type TestOncely } from './vendor.ts';

const slot = 'invoice_1:desk:refund';
const refund = async (oncely: TestOncely, options: object = {}): Promise<OncelyError> => {
  const error: unknown = await Promise.resolve(
    oncely.scope(desk, () =>
      oncely.effect('refund', options, () => oncely.clients.shop.write('refund', { amount: 1 })),
    ),
  ).catch((failure: unknown) => failure);
  if (!isOncelyError(error)) throw new Error(`no refusal: ${String(error)}`);
  return error;
};

const failed = (): Verdict => ({
  evidence: 'unknown',
  reason: 'status_500',
  cause: new Error('the shop answered 500'),
});
const busy = (): Verdict => ({ evidence: 'not_applied', reason: 'rate_limited', retryAfterMs: 0 });
const refused = (): Verdict => ({
  evidence: 'rejected',
  reason: 'amount_too_small',
  response: { status: 400, headers: {}, body: '{}' },
});

it('a stop after a failure and a later no under one key says both', async () => {
  const shop = openShop();
  const oncely = shop.start({ waitMs: 5_000 });
  shop.vendor.script.push(failed, refused, refused, refused, refused);
  const error = await refund(oncely);
  expect(error.code).toBe('stopped');
  expect(error.message).toContain('the shop answered 500');
  expect(error.message).toContain('a later attempt was refused by the vendor (amount_too_small)');
});

it.each<[string, (() => Verdict)[], RegExp]>([
  [
    'all in doubt',
    [failed, failed, failed],
    /was sent 3 times under one key without a clear answer and may have happened/,
  ],
  [
    'some not applied',
    [failed, busy, failed],
    /was tried 3 times, of which 1 did not happen and 2 had no clear answer and may/,
  ],
  [
    'one in doubt',
    [busy, busy, failed],
    /was tried 3 times, of which 2 did not happen and 1 had no clear answer and may/,
  ],
])('counts as in doubt only what is: %s', async (_what, script, text) => {
  const shop = openShop();
  shop.vendor.script.push(...script);
  const error = await refund(shop.start({ maxAttempts: 3 }));
  expect(error.code).toBe('in_doubt');
  expect(error.message).toMatch(text);
});

const pay = (headers: () => Promise<Record<string, string>>) => {
  const ledger = memoryLedger();
  const shop = httpAdapter({
    vendor: 'shop',
    // Nobody listens there.
    url: 'http://127.0.0.1:9',
    own: () => true,
    headers,
    operations: {
      pay: { safety: { kind: 'unverifiable' }, request: () => ({ method: 'POST', path: '/pay', body: {} }) },
    },
  });
  const start = (waitMs: number) => createOncely({ ledger, clients: { shop }, waitMs, drainOnSigterm: false });
  return { ledger, start };
};

it('credentials that cannot be had are told with what failed', async () => {
  const oncely = pay(() => Promise.reject(new Error('the token service answered 401'))).start(100);
  const error: unknown = await Promise.resolve(
    oncely.scope(desk, () => oncely.effect('refund', () => oncely.clients.shop.pay({}))),
  ).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'not_sent' });
  expect(String(error)).toContain('no_credentials: the token service answered 401');
});

it('a doubt that no look can end is told as a person’s to end', async () => {
  const shop = openShop();
  const at = Date.now();
  const { ledger, start } = pay(async () => ({}));
  const oncely = start(50);
  const call = async (options: object): Promise<unknown> =>
    oncely
      .scope(desk, () => oncely.effect('refund', options, () => oncely.clients.shop.pay({})))
      .catch((failure: unknown) => failure);
  await call({});
  const { row } = await ledger.read(slot);
  // As if its process had been killed: claimed, and no report.
  const record = JSON.parse(row?.doc ?? '{}') as { attempts: object[] };
  record.attempts = [
    {
      ...record.attempts[0],
      evidence: 'unknown',
      settledAt: at,
      leaseUntil: at,
      claimedAt: at,
      basis: undefined,
      reason: undefined,
    },
  ];
  await ledger.write({
    slot,
    expect: row?.revision ?? 0,
    doc: JSON.stringify(record),
    index: { state: 'in_doubt' },
    events: [],
  });
  const error = await call({});
  expect(error).toMatchObject({ code: 'in_doubt' });
  expect(String(error)).toContain('it is stopped for a person who looks');
  expect(String(error)).not.toContain('settled by evidence');
  expect(String(error)).toContain("oncely.effects.resolve('invoice_1:desk:refund:v1'");
  expect(String(await call({ onDoubt: 'resend' }))).toContain("it is sent again, as onDoubt: 'resend' says");
  expect(shop.vendor.sends).toBe(0);
});

it('a held workflow is resumed by the line that is shown', async () => {
  const shop = openShop();
  const oncely = shop.start();
  const id = { tenant: "o'hara", businessId: 'invoice_1', workflowId: 'desk' };
  await oncely.workflows.pause(id, { by: 'ann', reason: 'audit' });
  const call = (): Promise<unknown> =>
    oncely
      .scope(id, () => oncely.effect('refund', () => oncely.clients.shop.write('refund', { amount: 1 })))
      .catch((failure: unknown) => failure);
  const error = await call();
  const [, line] = /fix: await oncely\.workflows\.resume\((.*), \{ by: 'name' \}\)/.exec(String(error)) ?? [];
  expect(line).toBe("{ tenant: 'o\\'hara', businessId: 'invoice_1', workflowId: 'desk' }");
  await oncely.workflows.resume(id, { by: 'ann' });
  expect(await call()).toEqual({ id: 'o_1' });
});

it('an abort, a decline and a missing fingerprint each say what to do', async () => {
  const shop = openShop();
  const oncely = shop.start();
  const before = await refund(oncely, { signal: AbortSignal.abort() });
  expect(before).toMatchObject({ code: 'aborted' });
  expect(before.message).toMatch(/fix: .+/);
  const stop = new AbortController();
  shop.vendor.script.push(() => {
    stop.abort();
    return new Promise(() => undefined);
  });
  const during = await refund(oncely, { signal: stop.signal });
  expect(during).toMatchObject({ code: 'aborted' });
  expect(during.message).toMatch(/fix: .+/);

  const other = openShop().start();
  await refund(other, { approval: 'required' });
  await expect(other.effects.approve(slot, { by: 'ann' } as never)).rejects.toThrow(/oncely show <id> --reveal/);
  await other.effects.decline(slot, { by: 'ann' });
  expect((await refund(other)).message).toContain("oncely.effects.reopen('invoice_1:desk:refund:v1', { by: 'name' })");
});
