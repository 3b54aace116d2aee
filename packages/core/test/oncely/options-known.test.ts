import { createOncely, isOncelyError } from '@oncely/core';
import { httpAdapter } from '@oncely/core/http';
import { describe, expect, it } from 'vitest';

import { desk, openShop } from './vendor.ts';

type Loose = (...given: unknown[]) => unknown;

const caught = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call();
  } catch (error) {
    return error;
  }
};

describe('an option that a call does not know', () => {
  const shop = openShop();
  const oncely = shop.start();
  const pay = (): Promise<unknown> => oncely.clients.shop.write('pay', { amount: 1 });
  const inScope = (call: () => unknown): unknown => oncely.scope(desk, () => call());
  const loose = oncely as unknown as Record<'effect' | 'submit' | 'scope', Loose>;
  const effect: Loose = (...given) => loose.effect(...given);
  const submit: Loose = (...given) => loose.submit(...given);
  const scope: Loose = (...given) => loose.scope(...given);

  it.each<[string, () => unknown, string]>([
    ['effect', () => inScope(() => effect('pay', { expects: 'shop.pay' }, pay)), 'expect'],
    ['effect, by the name of another', () => inScope(() => effect('pay', { onReject: 'again' }, pay)), 'onRejected'],
    ['effect, in other letters', () => inScope(() => effect('pay', { on_doubt: 'resend' }, pay)), 'onDoubt'],
    ["effect's approval", () => inScope(() => effect('pay', { approval: { ttlMS: 5 } }, pay)), 'ttlMs'],
    [
      'a handle',
      () => (oncely.scope as Loose)(desk, (flow: { effect: Loose }) => flow.effect('p', { sginal: 1 }, pay)),
      'signal',
    ],
    ['submit', () => inScope(() => submit('pay', { occurence: 2 }, pay)), 'occurrence'],
    ['scope', () => scope({ ...desk, tenantt: 'acme' }, pay), 'tenant'],
    ['scope, in other letters', () => scope({ ...desk, deadlineMS: 10 }, pay), 'deadlineMs'],
    ['recover', () => (oncely.recover as Loose)({ limits: 3 }), 'limit'],
    ['prune', () => (oncely.prune as Loose)({ dryrun: true }), 'dryRun'],
    ['reseal', () => (oncely.reseal as Loose)({ deadline: 3 }), 'deadlineMs'],
    ['sweep', () => (oncely.sweep as Loose)({ from: new Date() }), 'since'],
    ['effects.list', () => (oncely.effects.list as Loose)({ states: 'ready' }), 'state'],
    [
      'effects.approve',
      () => (oncely.effects.approve as Loose)('a:b:c', { by: 'a', fingerprint: 'f', tllMs: 1 }),
      'ttlMs',
    ],
    ['effects.decline', () => (oncely.effects.decline as Loose)('a:b:c', { by: 'a', resaon: 'no' }), 'reason'],
    ['effects.approveAll', () => (oncely.effects.approveAll as Loose)([], { by: 'a', perfrom: true }), 'perform'],
    [
      'an entry of effects.approveAll',
      () => (oncely.effects.approveAll as Loose)([{ key: 'a:b:c', fingerprnt: 'f' }], { by: 'a' }),
      'fingerprint',
    ],
    ['effects.declineAll', () => (oncely.effects.declineAll as Loose)([], { by: 'a', resaon: 'no' }), 'reason'],
    ['effects.cancel', () => (oncely.effects.cancel as Loose)('a:b:c', { by: 'a', note: 'no' }), 'by'],
    [
      'effects.resolve',
      () => (oncely.effects.resolve as Loose)('a:b:c', { happenend: false }, { by: 'a' }),
      'happened',
    ],
    ['effects.complete', () => (oncely.effects.complete as Loose)('a:b:c', { deadline: 1 }), 'deadlineMs'],
    ['effects.compensate', () => (oncely.effects.compensate as Loose)('a:b:c', { by: 'a', byhand: true }), 'byHand'],
    ['workflows.pause', () => (oncely.workflows.pause as Loose)(desk, { by: 'a', waits: true }), 'wait'],
    ['workflows.resume', () => (oncely.workflows.resume as Loose)(desk, { by: 'a', grants: {} }), 'grant'],
    ['audit.verify', () => (oncely.audit.verify as Loose)({ seal: [] }), 'seals'],
    ['audit.seal', () => (oncely.audit.seal as Loose)({ too: () => undefined }), 'to'],
    [
      "createOncely's approvals",
      () => (shop.start as Loose)({ approvals: { version: 1, operations: {}, mayDecid: () => true } }),
      'mayDecide',
    ],
    ["createOncely's twins", () => (shop.start as Loose)({ twins: { withinMs: 5, onTwins: 'refuse' } }), 'onTwin'],
    ["createOncely's retention", () => (shop.start as Loose)({ retention: { resultsForMs: 5 } }), 'resultForMs'],
    [
      "createOncely's retention of an operation",
      () => (shop.start as Loose)({ retention: { operations: { 'shop.pay': { tombstoneAfter: 5 } } } }),
      'tombstoneAfterMs',
    ],
    ["createOncely's audit", () => (shop.start as Loose)({ audit: { observation: false } }), 'observations'],
    [
      'httpAdapter',
      () =>
        (httpAdapter as Loose)({
          vendor: 'shop',
          url: 'https://shop.example',
          own: () => true,
          timeout: 5,
          operations: {},
        }),
      'timeoutMs',
    ],
    [
      "httpAdapter's operation",
      () =>
        (httpAdapter as Loose)({
          vendor: 'shop',
          url: 'https://shop.example',
          own: () => true,
          operations: { pay: { safety: { kind: 'unverifiable' }, request: () => ({ path: '/' }), landingBound: 5 } },
        }),
      'landingBoundMs',
    ],
    ['createOncely', () => (shop.start as Loose)({ onDrift: 'first', maxAttempt: 3 }), 'drift'],
  ])('is refused, with the one that was meant: %s', async (_call, call, meant) => {
    const error = await caught(call);
    expect(isOncelyError(error), String(error)).toBe(true);
    expect(error).toMatchObject({ next: 'fix-code', code: expect.stringMatching(/^invalid_/) });
    expect(String(error)).toContain('is no option');
    expect(String(error)).toContain(meant);
    expect(shop.vendor.sends).toBe(0);
  });

  it('is no fault where it is undefined', () => {
    expect(inScope(() => effect('fine', { expects: undefined }, () => 1))).toBe(1);
  });

  it.each<[string, () => unknown]>([
    ['drift', () => effect('pay', { drift: 'last' }, pay)],
    ['onDoubt', () => effect('pay', { onDoubt: 'retry' }, pay)],
    ['onRejected', () => effect('pay', { onRejected: 'retry' }, pay)],
    ['expect', () => effect('pay', { expect: 1 }, pay)],
    ['approval', () => effect('pay', { approval: 'require' }, pay)],
    ['signal', () => effect('pay', { signal: 'stop' }, pay)],
    ['slotScope', () => scope({ ...desk, slotScope: 'case' }, pay)],
    ['options must be an object', () => effect('pay', null, pay)],
    ['must be a function', () => effect('pay', {})],
    ['options stand behind the function', () => effect('pay', pay, { approval: 'required' })],
    ['options stand behind the function', () => submit('pay', pay, { occurrence: 2 })],
  ])('with a value that it does not know is refused by name: %s', async (name, call) => {
    const error = await caught(() => inScope(call));
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(String(error)).toContain(name);
    expect(shop.vendor.sends).toBe(0);
  });
});

describe('a call of effect that is refused before it runs', () => {
  const oncely = openShop().start();
  const never = (): never => {
    throw new Error('it ran');
  };

  it.each<[string, () => unknown]>([
    ['outside of a scope', () => oncely.effect('pay', never)],
    ['without an id', () => oncely.scope(desk, () => oncely.effect('', never))],
    ['with the ending of another', () => oncely.scope(desk, () => oncely.effect('pay@2', never))],
    [
      'with an occurrence that is none',
      () => oncely.scope(desk, () => oncely.effect('pay', { occurrence: -1 }, never)),
    ],
    [
      'by an async function in a scope that cannot be',
      () => oncely.scope({ ...desk, businessId: '' }, async () => never()),
    ],
  ])('rejects, so that those beside it are awaited: %s', async (_how, call) => {
    const begun = call();
    expect(begun).toBeInstanceOf(Promise);
    await expect(begun).rejects.toSatisfy(isOncelyError);
  });

  it('is thrown at once where what it would give is not awaited', () => {
    expect(() => oncely.effect('pay', function* () {})).toThrow(/unscoped/);
    expect(() => oncely.effect('pay', async function* () {})).toThrow(/unscoped/);
    expect(() => oncely.scope({ ...desk, businessId: '' }, () => 1)).toThrow(/businessId is empty/);
  });
});

it.each<[Record<string, unknown>, string]>([
  [{ ledgr: 1 }, 'ledger in place of ledgr'],
  [{ ledger: 'postgres://shop.example/db' }, 'ledger must be a ledger, got string'],
  [{}, 'ledger is missing'],
])('createOncely says what stands in place of a ledger: %j', async (options, said) => {
  expect(String(await caught(() => (createOncely as Loose)(options)))).toContain(said);
});
