import { expect, it } from 'vitest';

import { memoryLedger } from '../../src/ledgers/memory.ts';
import { desk, openShop } from './vendor.ts';

it('tells what the ledger is, and never its key', async () => {
  const oncely = openShop().start();
  const before = await oncely.inspect.ledger();
  expect(Object.keys(before).toSorted()).toEqual(['at', 'epoch', 'id', 'name']);
  await oncely.suspect(new Date(1_000));
  // Read anew, not as it was when this process opened it.
  expect(await oncely.inspect.ledger()).toMatchObject({ id: before.id, epoch: before.epoch + 1, suspectSince: 1_000 });
});

it('opens what is kept of an effect, where the codec opens it', async () => {
  const codec = { seal: (plain: string) => `sealed ${btoa(plain)}`, open: (sealed: string) => atob(sealed.slice(7)) };
  const ledger = memoryLedger();
  const shop = openShop(ledger);
  const sealing = shop.start({ codec });
  await sealing.scope(desk, () => sealing.effect('refund', () => sealing.clients.shop.write('refund', { amount: 7 })));
  const { effects } = await sealing.effects.list();
  const slot = effects[0]?.slot ?? '';
  expect((await sealing.inspect.payloads(slot)).result).toMatchObject({ kind: 'text' });
  expect((await shop.start().inspect.payloads(slot)).result).toEqual({
    kind: 'sealed',
    reason: 'this process was given no codec',
  });
  const broken = { ...codec, open: () => Promise.reject(new Error('the key is gone')) };
  expect((await shop.start({ codec: broken }).inspect.payloads(slot)).result).toEqual({
    kind: 'sealed',
    reason: 'the key is gone',
  });
  await expect(sealing.inspect.payloads('none:none:none')).rejects.toMatchObject({ code: 'not_found' });
});
