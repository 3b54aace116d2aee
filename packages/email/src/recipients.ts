import { OncelyError } from '@oncely/core';

import type { MailData, TransporterLike } from './transporter.ts';

export interface Address {
  /** As nodemailer sends it, with its domain in lower case; the local part belongs to the receiver and stays as it is. */
  readonly address: string;
  /** What is shown; empty where none was given. */
  readonly name: string;
}

/** Who is named in a mail, and to whom it really goes. */
export interface Recipients {
  readonly named: Readonly<Record<AddressField, readonly Address[]>>;
  readonly envelope: Envelope;
}

/** What the server is told: the sender, empty where there is none, and everybody the mail goes to. */
export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

export const addressFields = ['from', 'sender', 'to', 'cc', 'bcc', 'replyTo'] as const;
export type AddressField = (typeof addressFields)[number];

/** A mail as a transporter's own nodemailer reads its addresses. */
export type RecipientReader = (mail: MailData) => Recipients;

/** The part of nodemailer's compiled message that is used; public. */
export interface CompiledMessage {
  getEnvelope(): { readonly from?: unknown; readonly to?: unknown };
  getAddresses(): Readonly<Record<string, readonly { readonly address?: unknown; readonly name?: unknown }[]>>;
}

interface Taken {
  readonly message: CompiledMessage;
}

interface Mailer {
  sendMail(data: MailData, done: (error: unknown) => void): unknown;
}

/** The class that nodemailer makes transporters of: whatever stands above it overrides what we rely on. */
export function mailerClassOf(client: TransporterLike): (new (...args: unknown[]) => Mailer) | undefined {
  for (let each: unknown = client; typeof each === 'object' && each !== null; each = Object.getPrototypeOf(each)) {
    if (!Object.hasOwn(each, 'getVersionString') || !Object.hasOwn(each, 'sendMail')) continue;
    const made = (each as { readonly constructor?: unknown }).constructor;
    if (typeof made === 'function') return made as new (...args: unknown[]) => Mailer;
  }
  return undefined;
}

/**
 * Reads addresses by the very code that will send them: a second mailer of the transporter's class composes a mail of
 * nothing but its addresses for a transport that sends nothing. A parser of our own would sooner or later read another
 * recipient than the one that the mail goes to.
 *
 * What it gives throws an OncelyError `invalid_config` where the transporter is not nodemailer's, such as a stub of a
 * test or a wrapper: it runs no plugins, so nothing that it sends could be watched.
 */
export function recipientReader(client: TransporterLike): RecipientReader {
  let taken: Taken | undefined;
  let failure: unknown;
  const transport = {
    name: 'oncely',
    version: '1',
    send: (mail: Taken, done: (error: unknown, info: unknown) => void) => {
      taken = mail;
      done(null, {});
    },
  };
  const Class = mailerClassOf(client);
  const mailer = Class && new Class(transport, {}, {});
  const compile = (mail: MailData): CompiledMessage => {
    taken = failure = undefined;
    try {
      mailer?.sendMail(onlyAddresses(mail), (error) => (failure = error));
    } catch (error) {
      failure = error;
    }
    const { message } = (taken as Taken | undefined) ?? {};
    if (message) return message;
    throw new OncelyError('invalid_input', {
      message:
        'nodemailer cannot read the addresses or headers of this mail. Nothing was sent and nothing was recorded.',
      cause: failure,
    });
  };
  const read: RecipientReader = (mail) => {
    const message = compile(mail);
    const addresses = message.getAddresses();
    const named = addressFields.map((field) => {
      const list = addresses[field === 'replyTo' ? 'reply-to' : field] ?? [];
      return [field, list.map(({ address, name }) => ({ address: normal(String(address)), name: nameOf(name) }))];
    });
    return { named: Object.fromEntries(named) as Recipients['named'], envelope: envelopeOf(message) };
  };
  const problem = problemOf(read);
  if (problem === undefined) return read;
  return () => {
    throw problem;
  };
}

/** To whom a compiled message goes. */
export function envelopeOf(message: Pick<CompiledMessage, 'getEnvelope'>): Envelope {
  const { from, to } = message.getEnvelope();
  const list = Array.isArray(to) ? to : to === undefined ? [] : [to];
  return { from: typeof from === 'string' ? normal(from) : '', to: distinct(list.map((each) => normal(String(each)))) };
}

export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

/** Whether both go to the same, under the same sender. */
export function sameEnvelope(one: Envelope, other: Envelope): boolean {
  return one.from === other.from && JSON.stringify(one.to) === JSON.stringify(other.to);
}

/** Copies, since nodemailer writes into what it reads. */
function onlyAddresses(mail: MailData): MailData {
  const parts = [...addressFields, 'headers', 'envelope'].flatMap((name) =>
    mail[name] === undefined || mail[name] === null ? [] : [[name, copy(mail[name])] as const],
  );
  return { ...Object.fromEntries(parts), maxRecipients: 0 };
}

function copy(value: unknown): unknown {
  return typeof value === 'object' ? (JSON.parse(JSON.stringify(value)) as unknown) : value;
}

function nameOf(name: unknown): string {
  return typeof name === 'string' ? name : '';
}

function normal(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at + 1) + (at < 0 ? address : address.slice(at + 1).toLowerCase());
}

/** A mailer that reads no recipient would show an empty list to whoever approves. */
function problemOf(read: RecipientReader): OncelyError | undefined {
  const known = { from: 'a@x.example', to: 'B <b@x.example>', envelope: { from: 'c@x.example', to: ['d@x.example'] } };
  let cause: unknown;
  try {
    const { named, envelope } = read(known);
    const isRead = named.to[0]?.address === 'b@x.example';
    if (isRead && sameEnvelope(envelope, { from: 'c@x.example', to: ['d@x.example'] })) return undefined;
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
