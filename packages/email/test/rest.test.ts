import { memoryLedger } from '@oncely/core/ledgers/memory';
import { expect, it } from 'vitest';

import { restOf } from '../src/index.ts';
import { mail, openDesk, smtp } from './desk.ts';

const to = ['ann@customer.example', 'Bob <bob@Customer.example>', 'cid@customer.example'];

it('accepted recipients are done; the rest is another effect, for them alone', async () => {
  const fake = await smtp();
  fake.fail({ kind: 'reject', at: 'rcpt', code: 451, recipients: ['bob@Customer.example', 'bob@customer.example'] });
  const { oncely, email } = openDesk(fake, { ledger: memoryLedger() });
  const whole = { ...mail, to, bcc: 'boss@shop.example' };
  const send = (): Promise<void> =>
    oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, async () => {
      const rest = restOf(whole, await oncely.effect('notify', () => email.sendMail(whole)));
      expect(rest?.refused).toEqual([{ address: 'bob@customer.example', temporary: true, responseCode: 451 }]);
      if (rest) await oncely.effect('notify-rest', () => email.sendMail(rest.mail));
    });
  await send();
  await send();
  expect(fake.effects().map(({ recipients }) => recipients)).toEqual([
    ['ann@customer.example', 'cid@customer.example', 'boss@shop.example'],
    ['bob@customer.example'],
  ]);
  expect(fake.effects()[1]?.raw).toContain('To: ann@customer.example');
  expect(fake.effects()[1]?.raw).not.toContain('boss@shop.example');
  expect(fake.effects()[0]?.messageId).not.toBe(fake.effects()[1]?.messageId);
});

it.each<[string, object]>([
  ['messageId', { messageId: '<invoice-1@shop.example>' }],
  ['headers', { headers: { 'Message-ID': '<invoice-1@shop.example>', 'X-Case': '1' } }],
  ['a list of headers', { headers: [{ key: 'message-id', value: '<invoice-1@shop.example>' }] }],
  ['a ready-made message', { raw: 'Message-ID: <invoice-1@shop.example>\r\nX-Case: 1\r\n\r\nHello' }],
])('the rest has another Message-ID than the mail, so a look for it does not find that one: %s', async (_how, own) => {
  const fake = await smtp();
  fake.fail({ kind: 'reject', at: 'rcpt', code: 451, recipients: ['cid@customer.example'] });
  const { oncely, email } = openDesk(fake);
  const whole = { ...mail, ...own, envelope: { from: 'desk@shop.example', to } };
  await oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, async () => {
    const rest = restOf(whole, await oncely.effect('notify', () => email.sendMail(whole as typeof mail)));
    if (rest) await oncely.effect('notify-rest', () => email.sendMail(rest.mail as typeof mail));
  });
  const [first, second] = fake.effects().map(({ messageId }) => messageId);
  expect(first).toBe('<invoice-1@shop.example>');
  expect(second).toMatch(/^<oncely_/);
});

it('says which refusals are for good', () => {
  const refusal = (recipient: string, responseCode: number) =>
    Object.assign(new Error('no'), { recipient, responseCode });
  const rest = restOf(
    {},
    {
      envelope: { from: 'desk@shop.example' },
      rejected: ['a@x.example', 'b@x.example', 'c@x.example'],
      rejectedErrors: [refusal('a@x.example', 550), refusal('b@x.example', 450)],
    },
  );
  expect(rest?.refused).toEqual([
    { address: 'a@x.example', temporary: false, responseCode: 550 },
    { address: 'b@x.example', temporary: true, responseCode: 450 },
    { address: 'c@x.example', temporary: false },
  ]);
  expect(rest?.mail.envelope).toEqual({ from: 'desk@shop.example', to: ['a@x.example', 'b@x.example', 'c@x.example'] });
});

it('is nothing where nobody was refused, or the result says nothing of it', () => {
  expect(restOf(mail, { rejected: [] })).toBeUndefined();
  expect(restOf(mail, {})).toBeUndefined();
});
