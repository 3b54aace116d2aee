import { OncelyError } from '@oncely/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

import { bytesOf } from './encoding.ts';
import { OutsideContent } from './outside-content.ts';
import type { MailData } from './transporter.ts';

/** Where this process has contents, by digest: the file that it read, or the caller's own bytes, not a copy of them. */
export type Places = ReadonlyMap<string, string | ArrayBuffer | ArrayBufferView>;

/** The digest and size of a file, which is never in memory as a whole. */
export async function digestOfFile(path: string): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

/**
 * The mail with its outside contents as streams, each opened only when it is read. Before a byte of the mail is sent
 * they are compared with what the mail was recorded with, and once more while they are read.
 *
 * @throws OncelyError `invalid_input` where one is gone or has changed; then nothing was sent
 */
export async function withOutside(mail: MailData, places: Places): Promise<MailData> {
  const opened = new Map<OutsideContent, () => Readable>();
  for (const content of outsideIn(mail)) opened.set(content, await locate(content, places));
  return opened.size === 0 ? mail : (map(mail, opened) as MailData);
}

function outsideIn(value: unknown): OutsideContent[] {
  if (value instanceof OutsideContent) return [value];
  if (Array.isArray(value)) return value.flatMap(outsideIn);
  return isPlain(value) ? Object.values(value).flatMap(outsideIn) : [];
}

function map(value: unknown, opened: ReadonlyMap<OutsideContent, () => Readable>): unknown {
  if (value instanceof OutsideContent) return opened.get(value)?.();
  if (Array.isArray(value)) return value.map((item) => map(item, opened));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item, opened)]));
}

async function locate(content: OutsideContent, places: Places): Promise<() => Readable> {
  const known = places.get(content.sha256);
  if (known !== undefined && typeof known !== 'string') {
    const bytes = bytesOf(known);
    if (createHash('sha256').update(bytes).digest('hex') !== content.sha256)
      throw changed('the bytes of an attachment');
    // As a stream too, so that nodemailer encodes it alike wherever it is resent from.
    return () => Readable.from([bytes], { objectMode: false });
  }
  const path = known ?? content.path;
  if (path === undefined) throw gone('was in the memory of the process that first sent this mail');
  const found = await digestOfFile(path).catch((cause: unknown) => {
    throw gone(`cannot be read again at ${path}`, cause);
  });
  if (found.sha256 !== content.sha256) throw changed(path);
  return () => Readable.from(verified(path, content.sha256), { objectMode: false });
}

/** Fails in the end, before the message does, where the file was changed since it was compared. */
async function* verified(path: string, sha256: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw changed(path);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype;
}

function gone(what: string, cause?: unknown): OncelyError {
  return new OncelyError('invalid_input', {
    message: `the content of an attachment ${what}. Nothing was sent.`,
    fix: 'call sendMail again with the same content, or let it be kept: oncelyEmail(build, { spool: folder })',
    cause,
  });
}

function changed(what: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `${what} is not what this mail was recorded with. Nothing was sent.`,
    fix: 'put the content of before back, or send the new one as another effect',
  });
}
