import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';

import { createDelivery } from '../src/delivery.ts';
import { oncelyEmail } from '../src/index.ts';
import { composerOf } from '../src/composer.ts';
import { prepareRequest, readCall, type CompleteMail } from '../src/request.ts';
import { failureOf, slot, smtp } from './desk.ts';

/** Sends, in a process whose transporter has these defaults, a mail that leaves much to them. */
function notify(fake: SmtpFake, ledger: Ledger, given: object): Promise<unknown> {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host: fake.host, port: fake.port }, given), {
        landingBoundMs: 0,
      }),
    },
  });
  return oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
    oncely.effect('notify', () => oncely.clients.email.sendMail({ to: 'ann@customer.example', text: 'hello' })),
  );
}

const defaults = { from: 'desk@shop.example', subject: 'Your refund', headers: { 'X-Desk': 'refunds' } };

describe('the transporter’s defaults', () => {
  it.each([
    ['sender', { ...defaults, from: 'other@shop.example' }],
    ['blind copy', { ...defaults, bcc: 'boss@shop.example' }],
    ['header', { ...defaults, headers: { 'X-Desk': 'other' } }],
    ['attachment', { ...defaults, attachments: [{ filename: 'terms.txt', content: 'terms' }] }],
  ])('are substance: another default %s is another mail', async (_name, changed) => {
    const fake = await smtp();
    const ledger = memoryLedger();
    await notify(fake, ledger, defaults);
    expect(await failureOf(notify(fake, ledger, changed))).toMatchObject({ code: 'input_changed' });
    expect(fake.effects()).toHaveLength(1);
  });

  it('are wording where the field is', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    await notify(fake, ledger, defaults);
    await notify(fake, ledger, { ...defaults, subject: 'Another' });
    expect(fake.effects()).toHaveLength(1);
  });

  it('are stored with the request, without credentials', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    const dkim = { domainName: 'shop.example', keySelector: 'k', privateKey: 'secret-key' };
    fake.fail({ kind: 'drop', at: 'rcpt' }, { times: 9 });
    await failureOf(notify(fake, ledger, { ...defaults, dkim }));
    const doc = (await ledger.read(slot)).row?.doc ?? '';
    expect(doc).toContain('desk@shop.example');
    expect(doc).toContain('Your refund');
    expect(doc).toContain('X-Desk');
    expect(doc).not.toContain('secret-key');
  });

  it('of another process add nothing to a stored mail, and take nothing from it', async () => {
    const fake = await smtp();
    const stored = (given: object): string =>
      prepareRequest(
        readCall(
          { to: 'ann@customer.example', text: 'hello', ...given },
          composerOf(nodemailer.createTransport({ jsonTransport: true })),
        ).complete as CompleteMail,
        {
          key: 'k',
          marker: 'oncely_m',
        },
      );
    const deliver = (request: string, own: object): Promise<unknown> =>
      createDelivery(nodemailer.createTransport({ host: fake.host, port: fake.port }, own)).deliver(request, {
        check: () => {},
        remainingMs: () => 5_000,
      });
    const other = {
      from: 'other@shop.example',
      bcc: 'boss@shop.example',
      html: '<p>other</p>',
      headers: { 'X-Desk': 'other', 'X-More': 'more' },
    };
    const request = stored(defaults);
    await deliver(request, {});
    await deliver(request, other);
    await deliver(stored({ from: 'desk@shop.example' }), other);
    const [first, second, third] = fake.effects();
    expect(first?.raw).toContain('X-Desk: refunds');
    expect(second?.raw).toBe(first?.raw);
    expect(second?.recipients).toEqual(['ann@customer.example']);
    expect(third?.raw).not.toMatch(/X-Desk|X-More|other/);
  });
});
