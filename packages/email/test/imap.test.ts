import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import { EventEmitter } from 'node:events';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';

import {
  imapProbe,
  oncelyEmail,
  type ImapClientLike,
  type MailAnswer,
  type MailProbe,
  type MailQuestion,
} from '../src/index.ts';
import { failureOf, mail, smtp } from './desk.ts';

/** Sends one mail, whose doubt is settled by the mailbox. */
function sendUnder(fake: SmtpFake, ledger: Ledger, probe: MailProbe) {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host: fake.host, port: fake.port }), {
        landingBoundMs: 0,
        probe,
      }),
    },
  });
  return (changes: object): Promise<unknown> =>
    oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
      oncely.effect('notify', () => oncely.clients.email.sendMail({ ...mail, ...changes })),
    );
}

describe('the IMAP probe', () => {
  const question: MailQuestion = {
    messageId: '<a@x.example>',
    marker: 'oncely_m',
    from: new Date(0),
    until: new Date(1),
  };
  function imap(uids: unknown, boxes = [{ path: 'INBOX' }, { path: 'Gesendet', specialUse: '\\Sent' }]) {
    const did: unknown[] = [];
    const client: ImapClientLike = {
      connect: async () => void did.push('connect'),
      logout: async () => void did.push('logout'),
      close: () => did.push('close'),
      list: async () => boxes,
      getMailboxLock: async (path, options) => {
        did.push([path, options?.readOnly]);
        return { release: () => did.push('release') };
      },
      search: async (query, options) => {
        did.push(query, options);
        return uids;
      },
    };
    return { client, did };
  }

  it('looks into the mailbox marked as Sent, read-only, and leaves', async () => {
    const { client, did } = imap([7]);
    expect(await imapProbe(() => client).find(question)).toEqual({ kind: 'found', times: 1 });
    // With its brackets, as the search is for a part of the text: `aa@x.example` is another mail.
    const query = { header: { 'message-id': '<a@x.example>' } };
    expect(did).toEqual(['connect', ['Gesendet', true], query, { uid: true }, 'release', 'logout']);
  });

  it('looks for an id of ours however a server writes it', async () => {
    const { client, did } = imap([7]);
    await imapProbe(() => client).find({ ...question, messageId: '<oncely_m@x.example>' });
    expect(did).toContainEqual({ header: { 'message-id': 'oncely_m@x.example' } });
  });

  it('a connection that breaks in the middle is no answer, and does not end the process', async () => {
    const { client } = imap([]);
    const broken = Object.assign(new EventEmitter(), client, {
      search: async () => {
        // As ImapFlow does; an event of this name that nobody listens to is thrown.
        broken.emit('error', new Error('socket closed'));
        throw new Error('connection not available');
      },
    });
    await expect(imapProbe(() => broken).find(question)).rejects.toThrow('connection not available');
  });

  it('looks by the marker where the Message-ID is not known, in the mailbox that was named', async () => {
    const { client, did } = imap([]);
    const { messageId: _id, ...rest } = question;
    expect(await imapProbe(() => client, { mailbox: 'Sent/2026' }).find(rest)).toEqual({ kind: 'absent' });
    expect(did).toContainEqual(['Sent/2026', true]);
    expect(did).toContainEqual({ header: { 'message-id': 'oncely_m@' } });
  });

  it('a server that marks no mailbox cannot say', async () => {
    const { client } = imap([], [{ path: 'INBOX' }]);
    expect(await imapProbe(() => client).find(question)).toMatchObject({ kind: 'cannot_know' });
  });

  it('a refused search is no answer', async () => {
    const { client, did } = imap(false);
    await expect(imapProbe(() => client).find(question)).rejects.toThrow('refused to search Gesendet');
    expect(did.slice(-2)).toEqual(['release', 'logout']);
  });

  describe('compares what it found', () => {
    const addressed = { to: ['ada@xn--bcher-kva.example', 'bob@x.example'], cc: [] };
    const sentAt = new Date('2026-01-02T00:00:00Z');
    const asked = { ...question, from: sentAt, until: sentAt, addressed };
    const ours = {
      envelope: { to: [{ address: 'bob@x.example' }, { address: 'ada@b\u00fccher.example' }] },
      internalDate: new Date(sentAt.getTime() + 2_000),
    };
    const find = (messages: readonly unknown[], about: MailQuestion = asked): Promise<MailAnswer> => {
      const { client } = imap(messages.map((_message, index) => index));
      return imapProbe(() => ({ ...client, fetchOne: async (uid: number) => messages[uid] })).find(about);
    };

    it.each<[string, unknown]>([
      ['names another in To', { ...ours, envelope: { to: [{ address: 'eve@x.example' }] } }],
      ['names one less', { ...ours, envelope: { to: [{ address: 'bob@x.example' }] } }],
      ['names one more in Cc', { ...ours, envelope: { ...ours.envelope, cc: [{ address: 'eve@x.example' }] } }],
      ['was there before', { ...ours, internalDate: new Date(sentAt.getTime() - 3_600_000) }],
      ['cannot be read', false],
    ])('C12: a mail of the same Message-ID that %s is none', async (_what, message) => {
      const answer = await find([message]);
      expect(answer).toMatchObject({ kind: 'cannot_know', reason: expect.stringContaining('of this Message-ID') });
      expect(JSON.stringify(answer)).not.toContain('example');
    });

    it('C12: the one to the same is, in any order and beside others', async () => {
      expect(await find([ours])).toEqual({ kind: 'found', times: 1 });
      expect(await find([ours, ours])).toEqual({ kind: 'found', times: 2 });
      expect(await find([{ ...ours, envelope: {} }, ours])).toEqual({ kind: 'found', times: 1 });
    });

    it('C12: whom a settled mail named nobody knows any more, so only its time counts', async () => {
      const { addressed: _gone, ...rest } = asked;
      expect(await find([{ ...ours, envelope: { to: [{ address: 'eve@x.example' }] } }], rest)).toEqual({
        kind: 'found',
        times: 1,
      });
    });
  });

  it('C12: in doubt, a mail of the same id to somebody else settles nothing', async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'body' });
    const { client } = imap([1]);
    const message = { envelope: { to: [{ address: 'eve@x.example' }] }, internalDate: new Date() };
    const send = sendUnder(
      fake,
      memoryLedger(),
      imapProbe(() => ({ ...client, fetchOne: async () => message })),
    );
    const error = await failureOf(send({ messageId: '<receipt-1@shop.example>' }));
    expect(error).toMatchObject({ code: 'stopped' });
    expect(error.message).toContain('its To names others');
  });
});
