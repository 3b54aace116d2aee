import { memoryLedger } from '@oncely/core/ledgers/memory';
import { expect, it } from 'vitest';

import { openDesk, slot, smtp } from './desk.ts';

it('an edit sends the mail once with other words, to the same people, by a fresh process', async () => {
  const fake = await smtp();
  const ledger = memoryLedger();
  const editable = { subject: true, text: true } as const;
  const approvals = { version: 1, operations: { 'email.send': { editable } } };
  const open = () => openDesk(fake, { ledger, oncely: { approvals } });
  await open()
    .notify()
    .catch(() => undefined);
  const { effects } = open().oncely;
  const fingerprint = (await effects.get(slot))?.approval?.fingerprint ?? '';
  const edit = { by: 'eve', reason: 'too short', fingerprint };
  expect(await effects.approve(slot, { ...edit, set: { to: 'eve@evil.example' } }).catch(String)).toMatch(/concerns/);
  await effects.approve(slot, { ...edit, set: { text: 'It was paid today.' } });
  await open().oncely.recover();
  await open().notify();
  const mails = fake.effects();
  expect(mails).toHaveLength(1);
  const text = JSON.stringify(mails);
  expect(text).toContain('It was paid today.');
  expect(text).not.toContain('It is on its way.');
  expect(text).toContain('ann@customer.example');
});
