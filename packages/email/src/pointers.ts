import { OncelyError } from '@oncely/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import type { Compile } from './composer.ts';
import { abortedBy, endingWith } from './aborting.ts';
import { bytesOf, isBytes, isStream } from './encoding.ts';
import { fetched, withoutLogin, type Addressed } from './fetched.ts';
import { OutsideContent } from './outside-content.ts';
import { digestOfFile } from './outside.ts';
import type { Spool } from './spool.ts';
import type { MailData } from './transporter.ts';

type Source =
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'address' } & Addressed)
  | { readonly kind: 'stream'; readonly stream: Readable }
  | { readonly kind: 'bytes'; readonly bytes: ArrayBuffer | ArrayBufferView };

/** A content that is still to be read, in its place in the mail. */
export class Pointer {
  readonly index: number;
  readonly field: string;
  readonly source: Source;
  /** A ready-made message, which is needed as a whole, as our Message-ID belongs into its head. */
  readonly whole: boolean;
  content: OutsideContent | Buffer | undefined;

  constructor(index: number, field: string, source: Source) {
    this.index = index;
    this.field = field;
    this.source = source;
    this.whole = field === 'raw';
  }

  toJSON(): unknown {
    return { '$oncely:pointer': this.index };
  }
}

/** By what and until when contents are read. */
export interface Reading {
  readonly compile: Compile;
  readonly spool?: Spool | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Larger ones are named by their digest, so that the ledger, and this process, do not hold them once more. */
const largestInside = 64 * 1024;

/** The mail with every content that it only points to, or that is large, as a `Pointer`. */
export function takePointers(mail: MailData): { readonly mail: MailData; readonly pointers: readonly Pointer[] } {
  const pointers: Pointer[] = [];
  const point = (field: string, source: Source): Pointer => {
    const pointer = new Pointer(pointers.length, field, source);
    pointers.push(pointer);
    return pointer;
  };
  const single = (value: unknown, field: string): unknown => {
    const source = sourceOf(value);
    return source ? point(field, source) : value;
  };
  const entry = (value: unknown, field: string): unknown => {
    if (isStream(value)) return point(field, sourceOf(value) as Source);
    if (typeof value !== 'object' || value === null || isBytes(value)) return value;
    const { path, href, httpHeaders, tls, ...rest } = value as Record<string, unknown>;
    const source = sourceOf(value);
    if (source) {
      const content = point(`${field}.${isPlace(path) ? 'path' : 'href'}`, source);
      return { ...rest, ...namedAs(field, rest, String(path ?? href)), content };
    }
    const known = { ...rest, ...definedOf({ path, href, httpHeaders, tls }) };
    for (const part of ['content', 'raw'] as const) {
      const inner = rest[part];
      const large = part === 'content' && isBytes(inner) && inner.byteLength > largestInside;
      const own: Source | undefined = large ? { kind: 'bytes', bytes: inner } : sourceOf(inner);
      if (own) known[part] = point(`${field}.${part}`, own);
    }
    return known;
  };
  const taken: Record<string, unknown> = { ...mail };
  for (const field of ['text', 'html', 'watchHtml', 'amp', 'raw']) {
    if (mail[field] !== undefined) taken[field] = single(mail[field], field);
  }
  if (mail['icalEvent'] !== undefined) taken['icalEvent'] = entry(mail['icalEvent'], 'icalEvent');
  for (const field of ['attachments', 'alternatives']) {
    const list = mail[field];
    if (Array.isArray(list)) taken[field] = list.map((each, index) => entry(each, `${field}[${index}]`));
    else if (list !== undefined && list !== null) taken[field] = entry(list, `${field}[0]`);
  }
  return { mail: taken, pointers };
}

/** The name that nodemailer takes from the place of a content: an attachment's, and no other's where its type is said. */
function namedAs(field: string, { filename, contentType }: Record<string, unknown>, place: string): object {
  if (field === 'icalEvent' || (field.startsWith('alternatives') && contentType)) return {};
  const name = filename ?? place.split(/[/\\]/).pop()?.split('?', 1)[0];
  return name === undefined || name === '' ? {} : { filename: name };
}

/**
 * Reads one, keeping no more of it in memory than a chunk.
 * @throws OncelyError `invalid_input` where it cannot be read, or could not be read a second time and there is no spool
 */
export async function readPointer(
  { field, source, whole }: Pointer,
  { spool, compile, signal }: Reading,
): Promise<OutsideContent | Buffer> {
  try {
    signal?.throwIfAborted();
    switch (source.kind) {
      case 'file': {
        if (whole) return await buffer(openFile(source.path));
        const { sha256, size } = await digestOfFile(source.path);
        return new OutsideContent(sha256, size, source.path);
      }
      case 'bytes': {
        const bytes = bytesOf(source.bytes);
        if (spool) return await spool.keep(Readable.from([bytes]));
        return new OutsideContent(createHash('sha256').update(bytes).digest('hex'), bytes.length);
      }
      case 'address': {
        if (whole) return await buffer(fetched(compile, source, signal));
        if (!spool)
          throw readOnce(field, 'an address', 'content: Buffer.from(await (await fetch(href)).arrayBuffer())');
        return await spool.keep(fetched(compile, source, signal));
      }
      case 'stream':
        if (whole) return await buffer(readStream(source.stream, signal));
        if (!spool) throw readOnce(field, 'a stream', "content: await buffer(stream)  // from 'node:stream/consumers'");
        return await spool.keep(readStream(source.stream, signal));
    }
  } catch (cause) {
    if (cause instanceof OncelyError) throw cause;
    if (signal?.aborted === true) throw abortedBy(signal);
    throw new OncelyError('invalid_input', {
      message: `${field} could not be read: ${withoutLogin((cause as Error).message)}. Nothing was sent and nothing was recorded.`,
      cause,
    });
  }
}

/** @throws OncelyError where nodemailer's own options forbid it */
export function refuseForbidden(pointers: readonly Pointer[], files: boolean, addresses: boolean): void {
  for (const { field, source } of pointers) {
    const forbidden = (source.kind === 'file' && !files) || (source.kind === 'address' && !addresses);
    if (!forbidden) continue;
    const option = source.kind === 'file' ? 'disableFileAccess' : 'disableUrlAccess';
    throw new OncelyError('invalid_input', {
      message: `${field} is forbidden by ${option}. Nothing was sent and nothing was recorded.`,
    });
  }
}

function openFile(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path);
}

/** A stream that was read before would be an empty attachment. */
function readStream(stream: Readable, signal: AbortSignal | undefined): AsyncIterable<Uint8Array | string> {
  if (stream.errored) throw stream.errored;
  if (stream.destroyed || stream.readableEnded) throw new Error('this stream was read to its end, or closed, before');
  // Streams of the old kind can only be piped.
  return endingWith(Symbol.asyncIterator in stream ? stream : new Readable().wrap(stream), signal);
}

function sourceOf(value: unknown): Source | undefined {
  if (typeof value !== 'object' || value === null || isBytes(value)) return undefined;
  if (isStream(value)) return streamed(value as Readable);
  const { path, href, httpHeaders, tls } = value as Record<string, unknown>;
  const place = isPlace(path) ? path : isPlace(href) ? href : undefined;
  if (place === undefined) return undefined;
  const text = place instanceof URL ? place.href : (place as string);
  if (/^https?:/i.test(text)) return { kind: 'address', href: text, httpHeaders, tls };
  // Another process that reads it again may work in another folder.
  return { kind: 'file', path: /^file:/i.test(text) ? fileURLToPath(text) : resolve(text) };
}

function streamed(stream: Readable): Source {
  // It may fail before anybody reads it, which ends a process where nobody listens; reading it tells.
  stream.on('error', () => {});
  return { kind: 'stream', stream };
}

/** A data: URL is the content itself. */
function isPlace(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(typeof value === 'string' && /^data:/i.test(value));
}

function definedOf(entries: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function readOnce(field: string, what: string, fix: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `${field} is ${what} that can be read only once, so a resend could not be the same mail. Nothing was sent and nothing was recorded.`,
    fix: `read it into a Buffer first: { filename: '...', ${fix} }, or give a folder to keep it in: oncelyEmail(build, { spool: '/var/spool/agent' })`,
  });
}
