import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { SmtpFake } from '@oncely/testing/fakes/smtp';
import nodemailer from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { oncelyEmail, type EmailOptions } from '../src/index.ts';
import { failureOf, mail, slot, smtp } from './desk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oncely-contents-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

const key = { header: 'X-Key', windowMs: 3_600_000 };

/** A process: its ledger may be that of another. */
function start(fake: SmtpFake, ledger: Ledger, options: EmailOptions<'one'> = {}, transport: object = {}) {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host: fake.host, port: fake.port, ...transport }), {
        landingBoundMs: 0,
        ...options,
      }),
    },
  });
  const send = (changes: SendMailOptions): Promise<unknown> =>
    oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
      oncely.effect('notify', () => oncely.clients.email.sendMail({ ...mail, ...changes })),
    );
  return { oncely, send };
}

/** The attachments of an accepted mail, decoded. */
function attached(raw = ''): Buffer[] {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? '';
  return raw
    .split(`--${boundary}`)
    .filter((part) => part.includes('Content-Disposition: attachment'))
    .map((part) => Buffer.from(part.slice(part.indexOf('\r\n\r\n')), 'base64'));
}

async function http(body: () => Buffer): Promise<{ readonly url: string; readonly asked: () => number }> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end(body());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/receipt.pdf`, asked: () => asked };
}

const content = Buffer.from('%PDF one '.repeat(30_000));

describe('an attachment', () => {
  const kinds = ['path', 'file URL', 'address', 'stream', 'small Buffer', 'large Buffer'] as const;
  const bytesOf = (kind: (typeof kinds)[number]): Buffer => (kind === 'small Buffer' ? Buffer.from('%PDF') : content);
  async function attachmentOf(kind: (typeof kinds)[number], bytes: Buffer): Promise<object> {
    const path = join(folder, 'receipt.pdf');
    switch (kind) {
      case 'path':
        await writeFile(path, bytes);
        return { path };
      case 'file URL':
        await writeFile(path, bytes);
        return { path: pathToFileURL(path).href };
      case 'address':
        return { href: (await http(() => bytes)).url };
      case 'stream':
        return { filename: 'receipt.pdf', content: Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]) };
      case 'small Buffer':
      case 'large Buffer':
        return { filename: 'receipt.pdf', content: bytes };
    }
  }

  it.each(kinds)('by %s is sent, replayed by its content, and other content is refused', async (kind) => {
    const fake = await smtp();
    const ledger = memoryLedger();
    const options = { spool: join(folder, 'spool') };
    const bytes = bytesOf(kind);
    await start(fake, ledger, options).send({ attachments: [await attachmentOf(kind, bytes)] });
    await start(fake, ledger, options).send({ attachments: [await attachmentOf(kind, bytes)] });
    // However it is written, the same content is the same mail.
    await start(fake, ledger).send({ attachments: [{ filename: 'receipt.pdf', content: bytes }] });
    const other = Buffer.concat([bytes, Buffer.from('!')]);
    const error = await failureOf(
      start(fake, ledger, options).send({ attachments: [await attachmentOf(kind, other)] }),
    );
    expect(error).toMatchObject({ code: 'input_changed' });
    expect(fake.effects()).toHaveLength(1);
    expect(attached(fake.effects()[0]?.raw)).toEqual([bytes]);
    expect(fake.effects()[0]?.raw).toContain('filename=receipt.pdf');
    // Of what is settled nothing is kept, nor of what was refused.
    expect(await readdir(options.spool).catch(() => [])).toEqual([]);
  });

  it.each(kinds)(
    'by %s is resent byte for byte from the ledger, by a process that was never given it',
    async (kind) => {
      const fake = await smtp();
      const ledger = memoryLedger();
      const options = { spool: join(folder, 'spool'), provider: key };
      fake.fail({ kind: 'drop', at: 'after_dot' }, { times: 5 });
      const first = start(fake, ledger, options);
      await failureOf(first.send({ attachments: [await attachmentOf(kind, bytesOf(kind))] }));
      const before = fake.effects().length;
      fake.heal();
      const { states } = await start(fake, ledger, options).oncely.recover();
      expect(states).toEqual({ succeeded: 1 });
      expect(fake.effects().length).toBe(before + 1);
      expect(new Set(fake.effects().map(({ raw }) => raw)).size).toBe(1);
    },
  );

  it('larger than 64 KiB is not in the ledger', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    fake.fail({ kind: 'drop', at: 'after_dot' });
    await failureOf(start(fake, ledger).send({ attachments: [{ filename: 'a.pdf', content }] }));
    const doc = (await ledger.read(slot)).row?.doc ?? '';
    expect(doc.length).toBeLessThan(10_000);
    expect(doc).toContain(createHash('sha256').update(content).digest('hex'));
  });
});

describe('a file that changed', () => {
  it('after a definite no is another mail, which may be sent', async () => {
    const fake = await smtp();
    const ledger = memoryLedger();
    const path = join(folder, 'receipt.pdf');
    await writeFile(path, content);
    fake.fail({ kind: 'drop', at: 'data' }, { times: 1 });
    const desk = createDesk(fake, ledger);
    await failureOf(desk.send({ attachments: [{ path }] }));
    await appendFile(path, '!');
    const { send } = start(fake, ledger, { provider: key });

    await send({ attachments: [{ path }] });
    expect(attached(fake.effects()[0]?.raw)[0]?.length).toBe(content.length + 1);
    expect(fake.effects()).toHaveLength(1);
  });

  it('while a doubt is open: it is not resent', async () => {
    const fake = await smtp({ dedupe: key });
    const ledger = memoryLedger();
    const path = join(folder, 'receipt.pdf');
    await writeFile(path, content);
    fake.fail({ kind: 'drop', at: 'after_dot' }, { times: 5 });
    await failureOf(start(fake, ledger, { provider: key }).send({ attachments: [{ path }] }));
    fake.heal();
    await appendFile(path, '!');
    const { oncely } = start(fake, ledger, { provider: key });
    const { open } = await oncely.recover();
    expect(open).toMatchObject([{ slot, reason: expect.stringContaining('content_not_here') as string }]);
    expect(fake.effects()).toHaveLength(1);
    const deduped = fake.deduped();
    await writeFile(path, content);
    await expect.poll(async () => (await oncely.recover()).states).toEqual({ succeeded: 1 });
    expect(fake.effects()).toHaveLength(1);
    expect(fake.deduped()).toBe(deduped + 1);
  });

  it('that is gone is an error that says so', async () => {
    const fake = await smtp();
    const desk = start(fake, memoryLedger());
    const error = await failureOf(desk.send({ attachments: [{ path: join(folder, 'nothing.pdf') }] }));
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error.message).toContain('attachments[0].path could not be read');
    expect(fake.connections()).toBe(0);
  });
});

function createDesk(fake: SmtpFake, ledger: Ledger) {
  const oncely = createOncely({
    ledger,
    drainOnSigterm: false,
    maxAttempts: 1,
    clients: {
      email: oncelyEmail(() => nodemailer.createTransport({ host: fake.host, port: fake.port }), { provider: key }),
    },
  });
  return {
    send: (changes: SendMailOptions): Promise<unknown> =>
      oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
        oncely.effect('notify', () => oncely.clients.email.sendMail({ ...mail, ...changes })),
      ),
  };
}

it('texts, calendars, alternatives and ready-made messages may be files too', async () => {
  const fake = await smtp();
  const path = join(folder, 'text.txt');
  await writeFile(path, 'text of a file');
  const raw = join(folder, 'ready.eml');
  await writeFile(raw, 'From: desk@shop.example\r\nTo: ann@customer.example\r\n\r\nready-made\r\n');
  const { oncely } = start(fake, memoryLedger());
  const { email } = oncely.clients;
  await oncely.scope({ businessId: 'b', workflowId: 'w' }, async () => {
    await email.sendMail({ ...mail, text: { path } });
    await email.sendMail({
      ...mail,
      html: { path },
      icalEvent: { path },
      alternatives: [{ path, contentType: 'text/x-web-markdown' }],
    });
    await email.sendMail({ envelope: { from: 'desk@shop.example', to: 'ann@customer.example' }, raw: { path: raw } });
    await email.sendMail({ ...mail, text: createReadStream(path) as never }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'invalid_input' });
    });
  });
  const [text, many, ready] = fake.effects();
  expect(text?.raw).toContain('text of a file');
  expect(many?.raw).toContain('Content-Type: text/calendar');
  expect(many?.raw).toContain('Content-Type: text/x-web-markdown');
  // As nodemailer: a calendar is invite.ics, and an alternative whose type is said has no name.
  expect(many?.raw).toContain('filename=invite.ics');
  expect(many?.raw).not.toContain('text.txt');
  expect(ready?.raw).toContain('ready-made');
  expect(ready?.messageId).toMatch(/^<oncely_/);
});

it('what nodemailer may not read is not read by us', async () => {
  const fake = await smtp();
  const path = join(folder, 'secret.txt');
  await writeFile(path, 'secret');
  const { url, asked } = await http(() => content);
  const closed = { disableFileAccess: true, disableUrlAccess: true };
  for (const attachments of [[{ path }], [{ href: url }]]) {
    const { send } = start(fake, memoryLedger(), { spool: folder }, closed);
    expect(await failureOf(send({ attachments }))).toMatchObject({ code: 'invalid_input' });
    const { send: own } = start(fake, memoryLedger(), { spool: folder });
    expect(await failureOf(own({ attachments, ...closed }))).toMatchObject({ code: 'invalid_input' });
  }
  expect(asked()).toBe(0);
  expect(fake.connections()).toBe(0);
});

it('an address is asked once for a mail, and its credentials are not kept', async () => {
  const fake = await smtp();
  const ledger = memoryLedger();
  fake.fail({ kind: 'drop', at: 'data' }, { times: 3 });
  const { url, asked } = await http(() => content);
  const { send } = start(fake, ledger, { spool: join(folder, 'spool') });
  const attachments = [{ href: url, httpHeaders: { authorization: 'Bearer secret-token' } }];
  fake.fail({ kind: 'drop', at: 'after_dot' });
  await failureOf(send({ attachments }));
  expect(asked()).toBe(1);
  expect((await ledger.read(slot)).row?.doc).not.toContain('secret-token');
});
