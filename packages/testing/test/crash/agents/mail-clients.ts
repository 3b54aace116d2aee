import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

import type { Adapter } from '@oncely/core';
import { imapProbe, oncelyEmail, type EmailOptions, type ImapClientLike, type MailProbe } from '@oncely/email';
import { createTransport, type Transporter } from 'nodemailer';

/** Where mails go that do not go by SMTP, and where things are kept. */
export interface MailPlaces {
  /** The URL that what a transport made is posted to, and where a sent mail can be asked for. */
  readonly outbox: string;
  /** Holds the DKIM key, the sendmail program and the spool. */
  readonly folder: string;
}

/** A transport of nodemailer's as far as it is built upon here. */
interface Transport {
  readonly name: string;
  readonly version: string;
  send(mail: { readonly message: Message }, done: (error: Error | null, info?: object) => void): void;
}

interface Message {
  messageId(): string;
  createReadStream(): Readable;
}

type Options = Omit<EmailOptions<'one'>, 'landingBoundMs' | 'accounts'>;

/** A client of each kind of transport, and of each way in which doubt ends. */
export function mailClients(
  { host, port }: { readonly host: string; readonly port: number },
  { outbox, folder }: MailPlaces,
  landingBoundMs: number,
): { readonly adapters: Readonly<Record<string, Adapter>>; readonly close: () => void } {
  const open: Transporter[] = [];
  const client = (build: () => unknown, options: Options = {}): Adapter =>
    oncelyEmail(
      () => {
        const transporter = build() as Transporter;
        open.push(transporter);
        return transporter;
      },
      { ...options, landingBoundMs },
    );
  const spool = join(folder, 'spool');
  const smtp =
    (more: object = {}) =>
    (): unknown =>
      createTransport({ host, port, ...more });
  const handOn = (name: string, body: string | Buffer): Promise<{ readonly id: string }> => post(outbox, name, body);
  return {
    adapters: {
      smtp: client(smtp()),
      pool: client(smtp({ pool: true, maxConnections: 2 })),
      dkim: client(() => {
        const privateKey = readFileSync(join(folder, 'dkim.pem'), 'utf8');
        return smtp({ dkim: { domainName: 'shop.example', keySelector: 'key1', privateKey } })();
      }),
      keyed: client(smtp(), { provider: 'resend', spool }),
      keyedPool: client(smtp({ pool: true }), { provider: 'resend' }),
      probed: client(smtp(), { probe: ownProbe(outbox), spool }),
      mailbox: client(smtp(), { probe: imapProbe(() => mailbox(outbox)) }),
      sendmail: client(() => createTransport({ sendmail: true, path: join(folder, 'sendmail') })),
      ses: client(() => createTransport(ses((raw) => handOn('SES', raw)) as never)),
      stream: client(() =>
        handingOn(createTransport({ streamTransport: true }), async ({ message }) =>
          handOn('stream transport', await buffer(message as Readable)),
        ),
      ),
      json: client(() =>
        handingOn(createTransport({ jsonTransport: true }), ({ message }) =>
          handOn('JSON transport', message as string),
        ),
      ),
      custom: client(() => createTransport(custom((raw) => handOn('a transport of somebody’s own', raw)) as never)),
    },
    close: () => {
      for (const transporter of open) transporter.close();
    },
  };
}

/** A transport that gives what it makes to its caller, with a caller that sends it on before anybody hears of it. */
function handingOn(transporter: unknown, handOn: (info: { readonly message?: unknown }) => Promise<unknown>): unknown {
  const { transporter: transport } = transporter as { readonly transporter: Transport };
  const send = transport.send.bind(transport);
  transport.send = (mail, done) =>
    send(mail, (error, info = {}) => {
      if (error) done(error);
      else
        handOn(info).then(
          () => done(null, info),
          (failure: Error) => done(failure),
        );
    });
  return transporter;
}

/** nodemailer's own SES transport, over a client whose commands go to the outbox. */
function ses(handOn: (raw: Buffer) => Promise<{ readonly id: string }>): object {
  class SendEmailCommand {
    readonly input: { readonly Content: { readonly Raw: { readonly Data: Buffer } } };
    constructor(input: SendEmailCommand['input']) {
      this.input = input;
    }
  }
  const send = async ({ input }: SendEmailCommand): Promise<object> => ({
    MessageId: (await handOn(input.Content.Raw.Data)).id,
  });
  return { SES: { sesClient: { config: { region: async () => 'eu-west-1' }, send }, SendEmailCommand } };
}

function custom(handOn: (raw: Buffer) => Promise<unknown>): Transport {
  return {
    name: 'Outbox',
    version: '1',
    send: ({ message }, done) => {
      buffer(message.createReadStream())
        .then(handOn)
        .then(
          () => done(null, { messageId: message.messageId() }),
          (error: Error) => done(error),
        );
    },
  };
}

async function post(outbox: string, name: string, body: string | Buffer): Promise<{ readonly id: string }> {
  const path = `${outbox}/outbox/${encodeURIComponent(name)}`;
  const response = await fetch(path, { method: 'POST', body: body as string });
  return (await response.json()) as { readonly id: string };
}

/** The ids of accepted mails whose Message-ID has this in it. */
async function sent(outbox: string, part: string): Promise<readonly string[]> {
  const response = await fetch(`${outbox}/sent?part=${encodeURIComponent(part)}`);
  return (await response.json()) as readonly string[];
}

/** A look into the provider's log, which holds every mail that it accepted. */
function ownProbe(outbox: string): MailProbe {
  return {
    absenceIsProof: true,
    find: async ({ messageId, marker }) => {
      const ids = await sent(outbox, messageId ?? marker);
      return ids.length === 0 ? { kind: 'absent' } : { kind: 'found', times: ids.length };
    },
  };
}

/** The folder of sent mails. Real ones are in the suite with Dovecot. */
function mailbox(outbox: string): ImapClientLike {
  return {
    connect: async () => undefined,
    logout: async () => undefined,
    close: () => undefined,
    list: async () => [{ path: 'Sent', specialUse: '\\Sent' }],
    getMailboxLock: async () => ({ release: () => undefined }),
    search: async ({ header }) => (await sent(outbox, header['message-id'] ?? '')).map((_id, index) => index + 1),
  };
}
