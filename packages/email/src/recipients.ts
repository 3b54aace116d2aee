import type { Compile, CompiledMessage } from './composer.ts';
import type { MailData } from './transporter.ts';

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

/**
 * Reads addresses by the very code that will send them, which composes a mail of nothing but its addresses. A parser of
 * our own would sooner or later read another recipient than the one that the mail goes to.
 */
export function recipientsOf(compile: Compile, mail: MailData): Recipients {
  const message = compile(onlyAddresses(mail));
  const addresses = message.getAddresses();
  const named = addressFields.map((field) => {
    const list = addresses[field === 'replyTo' ? 'reply-to' : field] ?? [];
    return [field, list.map(({ address, name }) => ({ address: normal(String(address)), name: nameOf(name) }))];
  });
  return { named: Object.fromEntries(named) as Recipients['named'], envelope: envelopeOf(message) };
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
  return Object.fromEntries(parts) as MailData;
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
