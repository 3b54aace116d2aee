import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { imapProbe, oncelyEmail, type ImapClientLike, type MailProbe, type TransporterLike } from '../src/index.ts';
import { failureOf, mail, smtp } from './desk.ts';

type Build = () => Promise<() => TransporterLike>;

const lost: Error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const overSmtp =
  (more: object): Build =>
  async () => {
    const fake = await smtp();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    return () => nodemailer.createTransport({ host: fake.host, port: fake.port, ...more }) as TransporterLike;
  };

/** A send whose answer is lost, by each transport of nodemailer's that can lose one. */
const transports: Readonly<Record<string, Build>> = {
  'smtp-transport': overSmtp({}),
  'smtp-pool': overSmtp({ pool: true }),
  'ses-transport': async () => () =>
    nodemailer.createTransport({
      SES: {
        sesClient: { send: () => Promise.reject(lost), config: { region: async () => 'eu' } },
        SendEmailCommand: class {},
      },
    } as never) as unknown as TransporterLike,
  'sendmail-transport': async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oncely-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'sendmail');
    await writeFile(path, '#!/bin/sh\ncat > /dev/null\nexit 1\n');
    await chmod(path, 0o755);
    return () => nodemailer.createTransport({ sendmail: true, path }) as unknown as TransporterLike;
  },
  'of somebody’s own': async () => () =>
    nodemailer.createTransport({
      name: 'Own',
      version: '1',
      send: (_mail, done) => done(lost, null as never),
    }) as never,
};

/** These give the message back, and send nothing that could be looked for. */
const local = ['json-transport', 'stream-transport'];

const hour = 3_600_000;
const named = { to: ['ann@customer.example'], cc: [] };
const ofIts = (more: object): MailProbe => ({ find: async () => ({ kind: 'found', addressed: named, ...more }) });
const mailbox = (...messages: readonly object[]): MailProbe => {
  const client: ImapClientLike & { fetchOne: (uid: number) => Promise<unknown> } = {
    connect: async () => undefined,
    logout: async () => undefined,
    close: () => undefined,
    list: async () => [{ path: 'Sent', specialUse: '\\Sent' }],
    getMailboxLock: async () => ({ release: () => undefined }),
    search: async () => messages.map((_message, uid) => uid),
    fetchOne: async (uid) => messages[uid],
  };
  return imapProbe(() => client);
};
const filed = (address: string, ago = 0): object => ({
  envelope: { to: [{ address }] },
  internalDate: new Date(Date.now() - ago),
});

const others: Readonly<Record<string, () => MailProbe | undefined>> = {
  'no look-up': () => undefined,
  'a log without it': () => ({ find: async () => ({ kind: 'absent' }) }),
  'a log with one of before': () => ofIts({ sentAt: new Date(Date.now() - hour) }),
  'a log with one to somebody else': () => ofIts({ addressed: { to: ['eve@x.example'], cc: [] } }),
  'a log with one to somebody more': () => ofIts({ addressed: { ...named, cc: ['eve@x.example'] } }),
  'a mailbox without it': () => mailbox(),
  'a mailbox with one of before': () => mailbox(filed('ann@customer.example', hour)),
  'a mailbox with one to somebody else': () => mailbox(filed('eve@x.example')),
};

const own: Readonly<Record<string, () => MailProbe>> = {
  'a log with it': () => ofIts({ sentAt: new Date() }),
  'a log that says no more': () => ({ find: async () => ({ kind: 'found' }) }),
  'a mailbox with it': () => mailbox(filed('ann@customer.example')),
};

function send(build: () => TransporterLike, probe: MailProbe | undefined): Promise<unknown> {
  const oncely = createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    clients: { email: oncelyEmail(build, { landingBoundMs: 0, ...(probe && { probe }) }) },
  });
  const sendMail = oncely.clients.email.sendMail as (data: object) => Promise<unknown>;
  return oncely.scope({ businessId: 'b', workflowId: 'w' }, () => oncely.effect('notify', () => sendMail(mail)));
}

describe.each(Object.entries(transports))('C12: a mail whose answer was lost, by %s', (_name, build) => {
  it.each(Object.entries(others))('is not taken for sent by %s: a person looks', async (_what, probe) => {
    expect(await failureOf(send(await build(), probe()))).toMatchObject({ code: 'stopped' });
  });

  it.each(Object.entries(own))('is sent by %s', async (_what, probe) => {
    await expect(send(await build(), probe())).resolves.toMatchObject({ messageId: expect.any(String) });
  });
});

it('C12: every transport of nodemailer’s is in the table, or sends nothing', async () => {
  const shipped = createRequire(import.meta.url).resolve('nodemailer');
  const names = await readdir(join(shipped, '..'));
  const there = names.filter((each) => /-(transport|pool)$/.test(each));
  expect(there.length).toBeGreaterThan(0);
  const here = Object.keys(transports).filter((each) => /-(transport|pool)$/.test(each));
  expect([...here, ...local].toSorted()).toEqual(there.toSorted());
});
