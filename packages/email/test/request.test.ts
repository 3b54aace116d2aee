import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SendMailOptions } from 'nodemailer';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { addressesOf, domainOf } from '../src/addresses.ts';
import { failureOf, openDesk, slot, smtp, type DeskOptions } from './desk.ts';

const invoice = { filename: 'invoice.pdf', content: Buffer.from('%PDF one') };

describe('what makes it another mail', () => {
  /** Sends one mail, then another in the same place, in a new process. */
  async function twice(
    first: SendMailOptions,
    second: SendMailOptions,
    options: DeskOptions = {},
  ): Promise<{ outcome: unknown; sent: number }> {
    const fake = await smtp();
    const ledger = memoryLedger();
    await openDesk(fake, { ledger, ...options }).notify(first);
    const outcome = await openDesk(fake, { ledger, ...options })
      .notify(second)
      .then(
        () => 'replayed',
        (error: { code?: string }) => error.code,
      );
    return { outcome, sent: fake.effects().length };
  }

  it.each<[string, SendMailOptions, SendMailOptions]>([
    ['recipient', {}, { to: 'bob@customer.example' }],
    ['local part in other letters', {}, { to: 'ANN@customer.example' }],
    ['one more recipient', {}, { to: ['ann@customer.example', 'bob@customer.example'] }],
    ['blind copy', {}, { bcc: 'boss@shop.example' }],
    ['sender', {}, { from: 'other@shop.example' }],
    ['reply address', {}, { replyTo: 'other@shop.example' }],
    ['attachment', { attachments: [invoice] }, { attachments: [{ ...invoice, content: Buffer.from('%PDF two') }] }],
    ['name of an attachment', { attachments: [invoice] }, { attachments: [{ ...invoice, filename: 'other.pdf' }] }],
    ['envelope', {}, { envelope: { from: 'bounce@shop.example', to: 'bob@customer.example' } }],
    ['header', {}, { headers: { 'X-Campaign': '2' } }],
  ])('another %s is refused', async (_name, first, second) => {
    expect(await twice(first, second)).toEqual({ outcome: 'input_changed', sent: 1 });
  });

  it.each<[string, SendMailOptions, SendMailOptions]>([
    ['subject', {}, { subject: 'About your refund' }],
    ['text', {}, { text: 'It is there.', html: '<p>It is there.</p>' }],
    [
      'date and Message-ID',
      { date: new Date(0), messageId: '<a@x.example>' },
      { date: new Date(1), messageId: '<b@x.example>' },
    ],
    ['shown name', {}, { to: '"Miller, Ann" <ann@customer.example>' }],
    ['spelling of an address', {}, { to: [{ name: 'Ann', address: 'ann@Customer.EXAMPLE' }] }],
    ['order of recipients', { to: 'ann@x.example, bob@x.example' }, { to: ['bob@x.example', 'ann@x.example'] }],
    [
      'spelling of an attachment',
      { attachments: [invoice] },
      { attachments: [{ filename: 'invoice.pdf', content: invoice.content.toString('base64'), encoding: 'base64' }] },
    ],
    ['spelling of nothing', {}, { cc: '', attachments: [] }],
  ])('another %s replays the first', async (_name, first, second) => {
    expect(await twice(first, second)).toEqual({ outcome: 'replayed', sent: 1 });
  });

  it('another subject is refused where drift is', async () => {
    expect(await twice({}, { subject: 'Other' }, { oncely: { drift: 'refuse' } })).toEqual({
      outcome: 'input_changed',
      sent: 1,
    });
  });

  it('names what differs, never its value', async () => {
    const fake = await smtp();
    const desk = openDesk(fake);
    await desk.notify();
    const { message } = await failureOf(desk.notify({ to: 'bob@customer.example' }));
    expect(message).toContain('what differs: $names, to');
    expect(message).not.toContain('bob');
  });
});

describe('content that is only pointed to', () => {
  it.each<[string, SendMailOptions]>([
    ['attachments[0].href', { attachments: [{ href: 'https://x.example/a.pdf' }] }],
    ['attachments[0].path', { attachments: [{ path: 'https://x.example/a.pdf' }] }],
    ['attachments[1].content', { attachments: [invoice, { content: Readable.from(['x']) }] }],
    ['text', { text: Readable.from(['x']) }],
    ['icalEvent.href', { icalEvent: { href: 'https://x.example/a.ics' } }],
  ])('once readable only: is refused at %s, with the fix', async (field, data) => {
    const fake = await smtp();
    const desk = openDesk(fake);
    const error = await failureOf(desk.notify(data));
    expect(error).toMatchObject({ code: 'invalid_input', next: 'fix-input' });
    expect(error.message).toContain(`[invalid_input] ${field} is `);
    expect(error.message).toContain('fix: read it into a Buffer first: ');
    expect(error.message).toContain('spool');
    expect(await desk.effect()).toBeUndefined();
    expect(fake.connections()).toBe(0);
  });

  it('a data: URL is the content itself', async () => {
    const fake = await smtp();
    await openDesk(fake).notify({ attachments: [{ path: 'data:text/plain;base64,aGVsbG8=' }] });
    expect(fake.effects()[0]?.raw).toContain('aGVsbG8=');
  });

  it('what JSON cannot say is refused too', async () => {
    const fake = await smtp();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    for (const context of [cycle, { fn: () => 1 }, { map: new Map() }]) {
      expect(await failureOf(openDesk(fake).notify({ context } as never))).toMatchObject({ code: 'invalid_input' });
    }
  });
});

describe('the stored request', () => {
  it('is the mail as it was when it was given, without credentials', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    const desk = openDesk(fake, { ledger });
    const attachments = [{ ...invoice }];
    const auth = { user: 'desk', pass: 'secret-1' };
    const dkim = { domainName: 'shop.example', keySelector: 'k', privateKey: 'secret-2' };
    const sent = failureOf(desk.notify({ attachments, auth, dkim, text: 'sent text' } as never));
    attachments[0] = { filename: 'changed', content: Buffer.from('changed') };
    await sent;
    const doc = (await ledger.read(slot)).row?.doc ?? '';
    expect(doc).toContain(invoice.content.toString('base64'));
    expect(doc).toContain('sent text');
    expect(doc).not.toContain('secret');
    expect(fake.effects()[0]?.raw).toContain(invoice.content.toString('base64'));
  });

  it('is gone once it is settled', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    await openDesk(fake, { ledger }).notify({ text: 'sent text' });
    expect((await ledger.read(slot)).row?.doc).not.toContain('sent text');
  });
});

describe('addresses', () => {
  it.each<[unknown, string[]]>([
    ['ann@X.example', ['ann@x.example']],
    ['Ann <ann@x.example>, bob@x.example', ['ann@x.example', 'bob@x.example']],
    ['"Miller, Ann; \\"A\\"" <ann@x.example>; bob@x.example,', ['ann@x.example', 'bob@x.example']],
    ['Team: ann@x.example, Bob <bob@x.example>;', ['ann@x.example', 'bob@x.example']],
    ['Ann (a, b) <ann@x.example>', ['ann@x.example']],
    [
      [{ name: 'A', address: 'a@x.example' }, ['b@x.example']],
      ['a@x.example', 'b@x.example'],
    ],
    [{ name: 'Team', group: [{ address: 'a@x.example' }] }, ['a@x.example']],
    ['nobody', ['nobody']],
    [undefined, []],
    [42, []],
  ])('reads %j', (value, addresses) => {
    expect(addressesOf(value).map(({ address }) => address)).toEqual(addresses);
  });

  it.each([
    ['Ann <ann@Büro.example>', 'xn--bro-hoa.example'],
    ['nobody', undefined],
    ['"a@b"@x.example', 'x.example'],
  ])('takes the domain of %s', (value, domain) => {
    expect(domainOf(value)).toBe(domain);
  });
});
