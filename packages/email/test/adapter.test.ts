import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { failureOf, mail, openDesk, smtp } from './desk.ts';

describe('a mail under the ledger', () => {
  it('is sent once, and its result is replayed after a restart', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    const first = await openDesk(fake, { ledger }).notify();
    const again = await openDesk(fake, { ledger }).notify();

    expect(fake.effects()).toHaveLength(1);
    expect(fake.requests).toHaveLength(1);
    expect(again).toEqual(first);
    expect(first).toMatchObject({
      accepted: ['ann@customer.example'],
      rejected: [],
      response: '250 2.0.0 queued as FAKE1',
    });
    expect(first.messageId).toMatch(/^<oncely_[0-9a-f]{48}@shop\.example>$/);
    expect(fake.effects()[0]?.messageId).toBe(first.messageId);
    expect(fake.effects()[0]?.raw).toContain('It is on its way.\r\n.\r\nThe desk');
  });

  it('is recorded with its Message-ID', async () => {
    const desk = openDesk(await smtp());
    const { messageId } = await desk.notify();
    expect(await desk.effect()).toMatchObject({ state: 'succeeded', operation: 'email.send', vendorId: messageId });
  });

  it('keeps the Message-ID, the Date and the sender that the caller or the transporter chose', async () => {
    const fake = await smtp();
    const oncely = createOncely({
      ledger: memoryLedger(),
      clients: {
        email: oncelyEmail(() =>
          nodemailer.createTransport({ host: fake.host, port: fake.port }, { from: 'ops@Default.example' }),
        ),
      },
    });
    const { email } = oncely.clients;
    await oncely.scope({ businessId: 'b', workflowId: 'w' }, async () => {
      const { from: _from, ...rest } = mail;
      const first = await email.sendMail(rest);
      expect(first.messageId).toMatch(/^<oncely_[0-9a-f]{48}@default\.example>$/);
      const date = new Date('2026-01-02T03:04:05Z');
      const second = await email.sendMail({ ...rest, messageId: '<mine@x.example>', date });
      expect(second.messageId).toBe('<mine@x.example>');
      const third = await email.sendMail({
        ...rest,
        headers: { 'Message-Id': '<header@x.example>', date: 'Fri, 02 Jan 2026 03:04:05 +0000' },
      });
      expect(third.messageId).toBe('<header@x.example>');
    });
    expect(fake.effects()).toHaveLength(3);
    for (const effect of fake.effects().slice(1)) {
      expect(effect.raw.match(/^Date: .*$/gm)).toEqual(['Date: Fri, 02 Jan 2026 03:04:05 +0000']);
    }
  });

  it.each<[string, (raw: string) => string | Buffer]>([
    ['text', (raw) => raw],
    ['bytes', (raw) => Buffer.from(raw)],
  ])('puts its Message-ID into a ready-made message of %s that has none', async (_name, as) => {
    const fake = await smtp();
    const { email, oncely } = openDesk(fake);
    const envelope = { from: 'desk@shop.example', to: 'ann@customer.example' };
    const head = 'From: desk@shop.example\r\nSubject: ready';
    await oncely.scope({ businessId: 'b', workflowId: 'w' }, async () => {
      const { messageId } = await email.sendMail({ envelope, raw: as(`${head}\r\n\r\nhello\r\n`) });
      await email.sendMail({ envelope, raw: as(`${head}\r\nmessage-id: <mine@x.example>\r\n\r\nhello\r\n`) });
      expect(fake.effects().map((effect) => effect.messageId)).toEqual([messageId, '<mine@x.example>']);
      expect(fake.effects()[0]?.raw).toBe(`Message-ID: ${messageId}\r\n${head}\r\n\r\nhello\r\n`);
    });
    expect(fake.effects()[1]?.raw.match(/^message-id/gim)).toHaveLength(1);
  });

  it('gives the builder’s own transporter back, with its own type', async () => {
    const fake = await smtp();
    const own = nodemailer.createTransport({ host: fake.host, port: fake.port });
    const oncely = createOncely({ ledger: memoryLedger(), clients: { email: oncelyEmail(() => own) } });
    expect(oncely.clients.email).toBe(own);
    expectTypeOf(oncely.clients.email).toEqualTypeOf(own);
  });

  it('has an account each where it was told so', async () => {
    const fake = await smtp();
    const oncely = createOncely({
      ledger: memoryLedger(),
      clients: {
        email: oncelyEmail(
          (account) =>
            nodemailer.createTransport({ host: fake.host, port: fake.port }, { from: `${account}@shop.example` }),
          {
            accounts: 'many',
          },
        ),
      },
    });
    const { from: _from, ...rest } = mail;
    await oncely.scope({ businessId: 'b', workflowId: 'w' }, async () => {
      await oncely.effect('one', () => oncely.clients.email('north').sendMail(rest));
      await oncely.effect('two', () => oncely.clients.email('south').sendMail(rest));
    });
    expect(fake.effects().map((effect) => effect.from)).toEqual(['north@shop.example', 'south@shop.example']);
  });

  it('works in callback style, with errors unwrapped', async () => {
    const fake = await smtp();
    const { oncely, email } = openDesk(fake);
    const send = (data: object): Promise<unknown[]> =>
      new Promise((resolve) => {
        email.sendMail(data, (...args) => resolve(args));
      });
    await oncely.scope({ businessId: 'b', workflowId: 'w' }, async () => {
      expect(await send(mail)).toEqual([null, expect.objectContaining({ accepted: ['ann@customer.example'] })]);
      const [error] = await send({ ...mail, attachments: [{ href: 'https://x.example/a.pdf' }] });
      expect(error).toMatchObject({ name: 'OncelyError', code: 'invalid_input' });
    });
    expect(await send(mail)).toEqual([expect.objectContaining({ code: 'unscoped' })]);
    expect(fake.effects()).toHaveLength(1);
  });

  it('sends as nodemailer would where it only observes', async () => {
    const fake = await smtp();
    const { oncely, email } = openDesk(fake, { oncely: { unscoped: 'observe' } });
    await email.sendMail(mail);
    await email.sendMail(mail);
    await email.sendMail({ ...mail, attachments: [{ path: import.meta.filename }] });
    expect(fake.effects()).toHaveLength(3);
    expect(fake.effects()[0]?.messageId).not.toContain('oncely');
    expect(await oncely.observed()).toMatchObject([{ operation: 'email.send', count: 2 }]);
  });

  it('refuses what is no transporter, and one that is taken', async () => {
    const open =
      (build: () => never): (() => unknown) =>
      () =>
        createOncely({ ledger: memoryLedger(), clients: { email: oncelyEmail(build) } }).clients.email;
    expect(open(() => ({}) as never)).toThrow(/\[invalid_config\].*no transporter/s);
    const shared = nodemailer.createTransport({ jsonTransport: true }) as never;
    open(() => shared)();
    expect(open(() => shared)).toThrow(/\[invalid_config\].*under a ledger already/s);
  });

  it('refuses a second mail in one effect', async () => {
    const fake = await smtp();
    const { oncely, email } = openDesk(fake);
    const error = await failureOf(
      oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
        oncely.effect('notify', async () => {
          await email.sendMail(mail);
          await email.sendMail({ ...mail, to: 'bob@customer.example' });
        }),
      ),
    );
    expect(error).toMatchObject({ code: 'second_write' });
    expect(fake.effects()).toHaveLength(1);
  });
});
