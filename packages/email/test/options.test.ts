import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import type { Transporter } from 'nodemailer';
import { generateKeyPairSync } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { expect, it } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { failureOf } from './desk.ts';
import { mailOptions } from './readme/options-table.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 1_024,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** One value of each option, not nodemailer's default. */
const values: Readonly<Record<string, unknown>> = {
  from: 'Other <other@shop.example>',
  sender: 'secretary@shop.example',
  to: [{ name: 'Bob, the', address: 'bob@Customer.Example' }, 'Team: c@x.example, "d e"@x.example;'],
  cc: 'cc@bücher.example',
  bcc: 'bcc@x.example',
  replyTo: 'reply@shop.example',
  inReplyTo: '<1@x.example>',
  references: ['<1@x.example>', '<2@x.example>'],
  subject: 'Grüße',
  messageId: '<own@shop.example>',
  date: new Date(1_000_000_000_000),
  text: { content: 'Grüße', encoding: 'utf8' },
  html: '<p>hi</p>',
  watchHtml: '<b>hi</b>',
  amp: '<html amp4email></html>',
  icalEvent: { method: 'request', filename: 'a.ics', content: 'BEGIN:VCALENDAR' },
  attachments: [
    {
      filename: 'a.txt',
      content: 'aGVsbG8=',
      encoding: 'base64',
      cid: 'a@x',
      contentDisposition: 'inline',
      headers: { 'X-A': '1' },
    },
    { filename: false, contentType: 'text/x', contentTransferEncoding: '7bit', content: Buffer.from('x') },
    { raw: 'Content-Type: text/plain\r\n\r\nraw' },
    { path: 'data:text/plain;base64,aGVsbG8=' },
  ],
  alternatives: [{ contentType: 'text/x-web-markdown', content: '**hi**' }],
  headers: [
    { key: 'X-Many', value: 'one' },
    { key: 'X-Many', value: { prepared: true, value: 'two' } },
  ],
  list: { unsubscribe: [{ url: 'https://x.example', comment: 'Go' }, 'mailto:a@x.example'], id: 'x.example' },
  otp: { code: '123456', origin: 'https://x.example' },
  envelope: { from: 'bounce@shop.example', to: ['e@x.example'] },
  encoding: 'base64',
  textEncoding: 'B',
  raw: 'From: a@x.example\r\nMessage-ID: <raw@x.example>\r\n\r\nraw',
  disableUrlAccess: true,
  disableFileAccess: true,
  attachDataUrls: true,
  boundaryPrefix: 'prefix',
  baseBoundary: 'base',
  newline: 'unix',
  normalizeHeaderKey: (key: string) => key.toUpperCase(),
  priority: 'high',
  xMailer: 'desk',
  signal: new AbortController().signal,
  dkim: { domainName: 'shop.example', keySelector: 'k', privateKey },
  _dkim: { skipFields: 'date' },
  maxRecipients: 5,
  dsn: { id: '1', return: 'headers', notify: 'success', recipient: 'a@x.example' },
  requireTLSExtensionEnabled: true,
  auth: { user: 'a', pass: 'b' },
  ses: { ConfigurationSetName: 'set', EmailTags: [{ Name: 'a', Value: 'b' }] },
};

interface Sent {
  readonly bytes: string;
  readonly envelope: unknown;
  readonly data: unknown;
}

/** What a transport is given of a mail. */
async function seen(change: object, wrap: (build: () => Transporter) => Promise<(mail: object) => Promise<unknown>>) {
  let sent: Sent | undefined;
  const transport = {
    name: 'mine',
    version: '1',
    send(
      mail: { data: Record<string, unknown>; message: { getEnvelope(): object; createReadStream(): Readable } },
      done: (error: unknown, info?: object) => void,
    ) {
      const { dsn, requireTLSExtensionEnabled, auth, ses, maxRecipients, _dkim, signal } = mail.data;
      const data = {
        dsn,
        requireTLSExtensionEnabled,
        auth,
        ses,
        maxRecipients,
        _dkim,
        signal: signal instanceof AbortSignal,
      };
      const envelope = { ...mail.message.getEnvelope() };
      buffer(mail.message.createReadStream()).then(
        (bytes) => {
          sent = { bytes: bytes.toString('latin1'), envelope, data };
          done(null, {});
        },
        (error: unknown) => done(error),
      );
    },
  };
  const send = await wrap(() => nodemailer.createTransport(transport as never) as Transporter);
  await send({
    from: 'desk@shop.example',
    to: 'ann@x.example',
    subject: 'hi',
    text: 'hello',
    html: `<img src="${pixel}">`,
    messageId: '<fixed@shop.example>',
    date: new Date(0),
    baseBoundary: 'fixed',
    signal: new AbortController().signal,
    ...ownCopyOf(change),
  });
  return sent;
}

/** Each send gets objects of its own, since nodemailer writes into them. */
function ownCopyOf(change: object): object {
  const [[name, value] = []] = Object.entries(change) as [string, unknown][];
  const keep = name === 'signal' || typeof value === 'function';
  return name === undefined ? {} : { [name]: keep ? value : structuredClone(value) };
}

const raw = async (build: () => Transporter) => {
  const transporter = build();
  return (mail: object): Promise<unknown> => transporter.sendMail(mail);
};
const ours = async (build: () => Transporter) => {
  const oncely = createOncely({
    ledger: memoryLedger(),
    drainOnSigterm: false,
    clients: { email: oncelyEmail(build) },
  });
  return (mail: object): Promise<unknown> =>
    oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
      oncely.effect('m', () => oncely.clients.email.sendMail(mail)),
    );
};

// With images taken out of the HTML only their ids differ, and so the folding of the lines that name them: bytes.test.ts.
const options = mailOptions().filter((name) => name !== 'attachDataUrls');

it.each(options)('`%s` of a mail reaches the transport as it does from nodemailer alone', async (option) => {
  expect(Object.keys(values)).toContain(option);
  const change = { [option]: values[option] };
  const sent = await seen(change, ours);
  expect(sent).toBeDefined();
  expect(sent).toEqual(await seen(change, raw));
});

it.each(['Destination', 'FromEmailAddress', 'ReplyToAddresses', 'Content'])(
  'ses.%s is refused by name',
  async (name) => {
    const error = await failureOf(seen({ ses: { [name]: {} } }, ours));
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error.message).toContain(`ses.${name}`);
  },
);
