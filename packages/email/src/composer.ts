import { OncelyError } from '@oncely/core';
import type { Readable } from 'node:stream';

import type { MailData, TransporterLike } from './transporter.ts';

/** The part of nodemailer's compiled message that is used; public. */
export interface CompiledMessage {
  getEnvelope(): { readonly from?: unknown; readonly to?: unknown };
  getAddresses(): Readonly<Record<string, readonly { readonly address?: unknown; readonly name?: unknown }[]>>;
  createReadStream(options?: object): Readable;
}

/** Composes a mail as a transporter would, and sends nothing. @throws OncelyError `invalid_input` where it cannot */
export type Compile = (mail: MailData) => CompiledMessage;

interface Mailer {
  sendMail(data: MailData, done: (error: unknown) => void): unknown;
}

type MailerClass = new (transport: object, options: object, defaults: object) => Mailer;

/** The class that nodemailer makes transporters of: whatever stands above it overrides what we rely on. */
export function mailerClassOf(client: TransporterLike): MailerClass | undefined {
  for (let each: unknown = client; typeof each === 'object' && each !== null; each = Object.getPrototypeOf(each)) {
    if (!Object.hasOwn(each, 'getVersionString') || !Object.hasOwn(each, 'sendMail')) continue;
    const made = (each as { readonly constructor?: unknown }).constructor;
    if (typeof made === 'function') return made as MailerClass;
  }
  return undefined;
}

/**
 * By a second mailer of the transporter's own class, so by the same code, over a transport that sends nothing. What it
 * gives throws an OncelyError `invalid_config` where the transporter is not nodemailer's, such as a stub of a test or a
 * wrapper: it runs no plugins, so nothing that it sends could be watched.
 */
export function composerOf(client: TransporterLike): Compile {
  let taken: { readonly message: CompiledMessage } | undefined;
  let failure: unknown;
  const transport = {
    name: 'oncely',
    version: '1',
    send: (mail: { readonly message: CompiledMessage }, done: (error: unknown, info: unknown) => void) => {
      taken = mail;
      done(null, {});
    },
  };
  const Class = mailerClassOf(client);
  const mailer = Class && new Class(transport, {}, {});
  const compile: Compile = (mail) => {
    taken = failure = undefined;
    try {
      mailer?.sendMail({ ...mail, maxRecipients: 0 }, (error) => (failure = error));
    } catch (error) {
      failure = error;
    }
    const message = (taken as { readonly message: CompiledMessage } | undefined)?.message;
    if (message) return message;
    throw new OncelyError('invalid_input', {
      message:
        'nodemailer cannot read the addresses or headers of this mail. Nothing was sent and nothing was recorded.',
      cause: failure,
    });
  };
  const problem = problemOf(compile);
  if (problem === undefined) return compile;
  return () => {
    throw problem;
  };
}

/** One that reads no recipient would show an empty list to whoever approves. */
function problemOf(compile: Compile): OncelyError | undefined {
  let cause: unknown;
  try {
    const message = compile({ to: 'B <b@x.example>', envelope: { from: 'c@x.example', to: ['d@x.example'] } });
    const { from, to } = message.getEnvelope();
    const isRead = message.getAddresses()['to']?.[0]?.address === 'b@x.example';
    if (isRead && from === 'c@x.example' && String(to) === 'd@x.example') return undefined;
  } catch (error) {
    cause = error;
  }
  return new OncelyError('invalid_config', {
    message:
      'oncelyEmail: the builder gave a stub, a mock or a wrapper in place of a transporter of nodemailer (7 or newer), which runs no plugins, so nothing it sends could be watched. Nothing was sent.',
    fix: 'oncelyEmail(() => nodemailer.createTransport({ ... })); in a test createTransport({ jsonTransport: true }) sends nothing, or put the stub in place of oncely.clients.email',
    cause,
  });
}
