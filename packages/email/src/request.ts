import { OncelyError, type Keys } from '@oncely/core';

import { domainOf } from './addresses.ts';
import type { Compile } from './composer.ts';
import { attachmentsOf, fixImageIds, messageIdIn, withMessageId, withRawHeader } from './content.ts';
import { decode, encode } from './encoding.ts';
import { headerOf } from './headers.ts';
import { OutsideContent } from './outside-content.ts';
import { ownKeyOf } from './own-key.ts';
import type { Places } from './outside.ts';
import { Pointer, type Reading, readPointer, refuseForbidden, takePointers } from './pointers.ts';
import type { ProviderKey } from './provider.ts';
import { addressFields, distinct, type Envelope, recipientsOf, type Recipients } from './recipients.ts';
import type { Spool } from './spool.ts';
import type { MailData } from './transporter.ts';

/** What belongs to this call and its process alone: credentials, which are never stored, functions, the signal. */
export type Unstored = Readonly<Partial<Record<'auth' | 'dkim' | '_dkim' | 'normalizeHeaderKey' | 'signal', unknown>>>;

/** A call of `sendMail`, taken apart and out of reach of later changes to its objects. */
export interface MailCall {
  readonly unstored: Unstored;
  /** The rest, where all of its content is in it. */
  readonly complete?: CompleteMail;
  /** Reads what the mail only points to; once, whoever asks. */
  read(): Promise<CompleteMail>;
  /** Whether reading it takes what cannot be read again. */
  readonly readsOnce: boolean;
}

/** A mail with all of its content known. */
export interface CompleteMail {
  /** As JSON. */
  readonly mail: string;
  /** For the fingerprint. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly envelope: Envelope;
  /** Where this process has what the mail names only. */
  readonly places: Places;
  /** Files of ours that hold it. */
  readonly spooled: readonly string[];
}

/** A mail as it is kept in the ledger and resent. Each send of it gives the same bytes. */
export interface MailRequest {
  readonly mail: MailData;
  readonly marker: string;
  /** When it was prepared. */
  readonly date: Date;
  /** To whom it goes, as it was judged; absent in requests of earlier versions. */
  readonly envelope?: Envelope;
  /** The header and the key in it, where the provider dedupes by one. */
  readonly keyed?: { readonly header: string; readonly key: string };
}

/** What reading a mail's content may do. */
export interface ReadOptions {
  readonly spool?: Spool;
  /** False where nodemailer may not read them either. */
  readonly files?: boolean;
  readonly addresses?: boolean;
  /** By whose header the provider reads our key. */
  readonly provider?: ProviderKey | undefined;
}

/** @throws OncelyError `invalid_input` where the mail cannot be written down, or names what it may not read */
export function readCall(
  data: MailData,
  compile: Compile,
  { spool, files = true, addresses = true, provider }: ReadOptions = {},
): MailCall {
  const { auth, dkim, _dkim, normalizeHeaderKey, signal, disableFileAccess, disableUrlAccess, ...given } = data;
  refuseOtherCommand(given['ses']);
  refuseOurId(given);
  const { mail, pointers } = takePointers(given);
  refuseForbidden(pointers, files && disableFileAccess !== true, addresses && disableUrlAccess !== true);
  const text = encodeMail(mail);
  const recipients = recipientsOf(compile, mail);
  const { envelope } = recipients;
  const parameters = parametersOf(mail, recipients);
  const unstored = { auth, dkim, _dkim, normalizeHeaderKey, signal };
  const readsOnce = pointers.some(({ source }) => source.kind === 'stream' || source.kind === 'address');
  if (pointers.length === 0) {
    const complete = { mail: text, parameters, envelope, places: new Map(), spooled: [] };
    return { unstored, complete, read: async () => complete, readsOnce };
  }
  let begun: Promise<CompleteMail> | undefined;
  const reading = { compile, spool, provider, signal: signal instanceof AbortSignal ? signal : undefined };
  return { unstored, read: () => (begun ??= readAll(text, { parameters, envelope }, pointers, reading)), readsOnce };
}

async function readAll(
  text: string,
  { parameters, envelope }: Pick<CompleteMail, 'parameters' | 'envelope'>,
  pointers: readonly Pointer[],
  reading: Reading & { readonly provider: ProviderKey | undefined },
): Promise<CompleteMail> {
  const places = new Map<string, string | ArrayBuffer | ArrayBufferView>();
  const spooled: string[] = [];
  let mail = text;
  for (const pointer of pointers) {
    const content = await readPointer(pointer, reading);
    pointer.content = content;
    if (pointer.whole) {
      // What it says can be judged only now that it was read.
      refuseOurId({ raw: content });
      ownKeyOf({ raw: content }, reading.provider);
    }
    // Within a text JSON escapes its quotation marks, so only the place itself reads so.
    mail = mail.replace(JSON.stringify(pointer), () => encode(content));
    if (!(content instanceof OutsideContent)) continue;
    const { source } = pointer;
    const place = source.kind === 'bytes' ? source.bytes : content.path;
    if (place !== undefined) places.set(content.sha256, place);
    if (content.path !== undefined && source.kind !== 'file') spooled.push(content.path);
  }
  return { mail, parameters: filled(parameters) as Record<string, unknown>, envelope, places, spooled };
}

/** With what was read in the place of the pointers: of large contents the digest, as for bytes anywhere. */
function filled(value: unknown): unknown {
  if (value instanceof Pointer) {
    return value.content instanceof OutsideContent ? { $sha256: value.content.sha256 } : value.content;
  }
  if (Array.isArray(value)) return value.map(filled);
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item)])) : value;
}

/** The request to store and send, with all that nodemailer would otherwise make up anew for every send. */
export function prepareRequest(
  call: Pick<CompleteMail, 'mail' | 'envelope'>,
  keys: Keys,
  provider?: ProviderKey,
): string {
  const keyed = provider && { header: provider.header, key: keys.key };
  const { envelope } = call;
  const head = encode({ marker: keys.marker, date: new Date(), envelope, ...(keyed === undefined ? {} : { keyed }) });
  return `${head.slice(0, -1)},"mail":${call.mail}}`;
}

/** The same request under another key. */
export function rekeyRequest(request: string, keys: Keys): string {
  const { keyed, ...rest } = readRequest(request);
  return keyed === undefined ? request : encode({ ...rest, keyed: { ...keyed, key: keys.key } });
}

export function readRequest(request: string): MailRequest {
  return decode(request) as MailRequest;
}

/**
 * Sets what differs from send to send: Message-ID, Date, the boundaries of the parts and the ids of images; what the
 * caller chose stays.
 * `data` is nodemailer's copy, in which the transporter's default sender stands already.
 */
export function setFixedParts(data: Record<string, unknown>, { marker, date, keyed }: MailRequest): void {
  const messageId = messageIdOf(data, marker) ?? `<${marker}@localhost>`;
  data['messageId'] = messageId;
  data['raw'] = withMessageId(data['raw'], messageId);
  if (headerOf(data['headers'], 'date') === undefined) data['date'] ??= date;
  data['baseBoundary'] ??= marker.slice(-32);
  fixImageIds(data, marker);
  if (!keyed) return;
  data['headers'] = withHeader(data['headers'], keyed.header, keyed.key);
  // A ready-made message is sent as it is, without the headers beside it.
  data['raw'] = withRawHeader(data['raw'], keyed.header, keyed.key);
}

/** The Message-ID of a mail; `undefined` where it is ours and the sender is not known. */
export function messageIdOf(mail: MailData, marker: string): string | undefined {
  const own = mail['messageId'] ?? headerOf(mail['headers'], 'message-id') ?? messageIdIn(mail['raw']);
  // As nodemailer writes it: a look-up is asked for what is in the mail.
  const bare = typeof own === 'string' ? own.replaceAll(/[<>\s]/g, '') : '';
  if (bare !== '') return `<${bare}>`;
  const domain = domainOf(mail['from']) ?? domainOf(mail['sender']);
  return domain === undefined ? undefined : `<${marker}@${domain}>`;
}

/**
 * What the mail says. Names beside addresses are apart, as wording, and the order of addresses says nothing. Whoever
 * gets it by the envelope or a header alone stands in `to`, so that a policy for `to` does not overlook them.
 */
function parametersOf(mail: MailData, { named, envelope }: Recipients): Record<string, unknown> {
  const { attachments, envelope: given, ...rest } = mail;
  const parameters: Record<string, unknown> = { ...rest };
  const names: Record<string, unknown> = {};
  const shown = new Set([...named.to, ...named.cc, ...named.bcc].map(({ address }) => address));
  const unnamed = envelope.to.filter((address) => !shown.has(address)).map((address) => ({ address, name: '' }));
  for (const field of addressFields) {
    const addresses = field === 'to' ? [...named.to, ...unnamed] : named[field];
    delete parameters[field];
    if (addresses.length === 0) continue;
    parameters[field] = distinct(addresses.map(({ address }) => address));
    names[field] = distinct(addresses.map(({ address, name }) => `${address} ${name}`));
  }
  if (typeof given === 'object' && given !== null) {
    const { from: sender, to: _to, cc: _cc, bcc: _bcc, ...options } = given as MailData;
    const from = sender === undefined ? {} : { from: [envelope.from] };
    parameters['envelope'] = { ...options, ...from, to: envelope.to };
  }
  const files = attachmentsOf(attachments);
  return { ...parameters, $names: names, ...(files.length === 0 ? {} : { attachments: files }) };
}

/** In the place of whatever the caller wrote under this name: two keys would be none. */
function withHeader(headers: unknown, name: string, key: string): unknown {
  // On one line, as nodemailer would not write it: a provider that reads it by a pattern would see another key, or none.
  const value = { prepared: true, value: key };
  const others = (other: unknown): boolean => String(other).toLowerCase() !== name.toLowerCase();
  if (Array.isArray(headers)) {
    return [...headers.filter(({ key }: { key?: unknown }) => others(key)), { key: name, value }];
  }
  const kept = Object.entries((headers ?? {}) as MailData).filter(([key]) => others(key));
  return { ...Object.fromEntries(kept), [name]: value };
}

function encodeMail(mail: MailData): string {
  try {
    return encode(mail);
  } catch (cause) {
    throw new OncelyError('invalid_input', {
      message:
        'the mail cannot be written down as JSON, so it could not be resent. Nothing was sent and nothing was recorded.',
      fix: 'give plain objects, lists, texts and Buffers',
      cause,
    });
  }
}

/** By it a mail of somebody else's making would be taken for the effect that it is the marker of. */
function refuseOurId(mail: MailData): void {
  const own = mail['messageId'] ?? headerOf(mail['headers'], 'message-id') ?? messageIdIn(mail['raw']);
  if (typeof own !== 'string' || !/^\s*(?:<\s*)?oncely_[0-9a-f]{48}@/i.test(own)) return;
  throw new OncelyError('invalid_input', {
    message: 'messageId is one of Oncely’s, which names another mail. Nothing was sent and nothing was recorded.',
    fix: 'leave messageId out, or give one of your own; restOf(mail, info) takes it out of a mail that was sent',
  });
}

/** What SES is told past the mail: it would go to others, or say something else, than was judged. */
function refuseOtherCommand(ses: unknown): void {
  const name = refusedForSes.find((each) => (ses as MailData | undefined)?.[each] !== undefined);
  if (name === undefined) return;
  throw new OncelyError('invalid_input', {
    message: `ses.${name} would replace what is judged of this mail. Nothing was sent and nothing was recorded.`,
    fix: 'say it by from, to, cc, bcc, replyTo or envelope of the mail',
  });
}

export const refusedForSes = ['Destination', 'FromEmailAddress', 'ReplyToAddresses', 'Content'] as const;
