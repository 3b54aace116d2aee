import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import type { Seal } from '../../src/audit/seal.ts';
import type { Ledger } from '../../src/ledger.ts';
import { declined, desk, lost, openShop, type TestOncely } from './vendor.ts';

// Bugs that were found by reading, each by the interleaving that showed it.

const ann = { by: 'ann' } as const;
const slot = 'invoice_1:desk:pay';
const undo = 'invoice_1:desk@undo:pay';
const secret = 'OfTheRequestAlone';

const pay = (oncely: TestOncely, options = {}): Promise<unknown> =>
  oncely
    .scope(desk, () => oncely.effect('pay', options, () => oncely.clients.shop.write('pay', { secret })))
    .catch((error: unknown) => error);

const docOf = async (ledger: Ledger): Promise<string> => (await ledger.read(slot)).row?.doc ?? '';

describe('I8: the request of what will never be sent goes', () => {
  it.each(['decline', 'cancel'] as const)('with the %s of what waited for an approval', async (decision) => {
    const shop = openShop();
    const oncely = shop.start();
    await pay(oncely, { approval: 'required' });
    expect(await docOf(shop.ledger)).toContain(secret);
    const fingerprint = (await oncely.effects.get(slot))?.approval?.fingerprint ?? '';
    await (decision === 'decline'
      ? oncely.effects.decline(slot, { ...ann, fingerprint } as never)
      : oncely.effects.cancel(slot, ann));
    expect(await docOf(shop.ledger)).not.toContain(secret);
  });

  it('with the abort of a workflow, of what was handed in', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await oncely.scope(desk, () => oncely.submit('pay', () => oncely.clients.shop.write('pay', { secret })));
    expect(await docOf(shop.ledger)).toContain(secret);
    await oncely.workflows.abort(desk, { ...ann, reason: 'a mistake' });
    expect(await docOf(shop.ledger)).not.toContain(secret);
  });

  it('with the word of a person that it did not happen', async () => {
    const shop = openShop();
    const oncely = shop.start({ maxAttempts: 1, waitMs: 100 });
    shop.vendor.script.push(lost, declined);
    await pay(oncely);
    expect(await docOf(shop.ledger)).toContain(secret);
    await oncely.recover();
    expect((await oncely.effects.get(slot))?.state).toBe('stopped');
    await oncely.effects.resolve(slot, { happened: false }, ann);
    expect((await oncely.effects.get(slot))?.state).toBe('rejected');
    expect(await docOf(shop.ledger)).not.toContain(secret);
  });
});

it('a seal between saying that a record goes and removing it is none too early', async () => {
  const seals: Seal[] = [];
  const ledger = memoryLedger();
  const sealing: Ledger = {
    ...ledger,
    remove: async (...args) => {
      await other.audit.seal({ to: (seal) => void seals.push(seal) });
      return ledger.remove(...args);
    },
  };
  const other = openShop(ledger).start();
  const oncely = openShop(sealing).start({ retention: { values: { deleteAfterMs: 0 } } });
  await oncely.scope(desk, () => oncely.value('today', () => 'a day'));
  await oncely.prune();
  expect(seals).toHaveLength(1);
  expect((await oncely.audit.verify({ seals })).problems).toEqual([]);
  // And where it stands anew.
  await oncely.scope(desk, () => oncely.value('today', () => 'another day'));
  expect((await oncely.audit.verify({ seals })).problems).toEqual([]);
});

describe('what a person has taken back by hand', () => {
  it('is not taken back by a program between the two halves of the word', async () => {
    const ledger = memoryLedger();
    const shop = openShop(ledger);
    const oncely = shop.start();
    await pay(oncely);
    const meddling: Ledger = {
      ...ledger,
      write: async (...args) => {
        const answer = await ledger.write(...args);
        if (args[0].slot === slot) await shop.start().recover();
        return answer;
      },
    };
    await openShop(meddling)
      .start()
      .effects.compensate(slot, { ...ann, byHand: true });
    expect((await oncely.effects.get(slot))?.state).toBe('compensated');
    expect(shop.vendor.happened.map(({ operation }) => operation)).toEqual(['shop.pay']);
  });

  it('is not taken back once more by an undo that waits for an approval', async () => {
    const shop = openShop();
    const oncely = shop.start({ approvals: { version: 1, operations: { 'shop.undo': true } } });
    await pay(oncely);
    await oncely.effects.compensate(slot, ann);
    const asked = await oncely.effects.get(undo);
    expect(asked?.state).toBe('awaiting_approval');
    await oncely.effects.compensate(slot, { ...ann, byHand: true });
    expect((await oncely.effects.get(undo))?.state).toBe('cancelled');
    const fingerprint = asked?.approval?.fingerprint ?? '';
    await oncely.effects.approve(undo, { ...ann, fingerprint, perform: true }).catch(() => undefined);
    await oncely.recover();
    expect((await oncely.effects.get(slot))?.state).toBe('compensated');
    expect(shop.vendor.happened.map(({ operation }) => operation)).toEqual(['shop.pay']);
  });

  it('counts under the id of the command before it, which could not do it', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await pay(oncely);
    shop.vendor.script.push(declined);
    const command = { ...ann, id: 'command_1' };
    await oncely.effects.compensate(slot, command);
    await oncely.effects.compensate(slot, { ...command, byHand: true });
    expect((await oncely.effects.get(slot))?.state).toBe('compensated');
  });

  it('is not said to be so while a program is about to know', async () => {
    const shop = openShop();
    const oncely = shop.start({ maxAttempts: 1, waitMs: 100 });
    await pay(oncely);
    shop.vendor.script.push(lost);
    expect((await oncely.effects.compensate(slot, ann)).state).toBe('compensating');
    await expect(oncely.effects.compensate(slot, { ...ann, byHand: true })).rejects.toThrow(/in doubt/);
  });
});

it('a compensation that succeeded ends what it took back, also where its answer was not kept', async () => {
  const shop = openShop();
  const oncely = shop.start({ maxAttempts: 1, waitMs: 100 });
  await pay(oncely);
  shop.vendor.script.push(lost);
  expect((await oncely.effects.compensate(slot, ann)).state).toBe('compensating');
  // Somebody has seen it at the vendor, who gives no id for it and shows it no more.
  shop.vendor.forgets = true;
  await oncely.effects.resolve(undo, { happened: {} }, ann);
  await oncely.recover();
  expect((await oncely.effects.get(slot))?.state).toBe('compensated');
  expect(shop.vendor.sends).toBe(2);
});
