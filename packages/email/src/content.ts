import { OncelyError } from '@oncely/core';

import { bytesOf, isBytes, isStream } from './encoding.ts';
import type { MailData } from './transporter.ts';

interface Attachment {
  readonly content?: unknown;
  readonly encoding?: unknown;
}

/**
 * Refuses content that is not in the mail but only pointed to: the ledger could neither compare nor resend it, and
 * what lies behind a path may be another text by then.
 * @throws OncelyError `invalid_input` naming the field and the fix
 */
export function refusePointers(mail: MailData): void {
  for (const field of ['text', 'html', 'watchHtml', 'amp', 'icalEvent', 'raw']) refusePointer(mail[field], field);
  for (const field of ['attachments', 'alternatives']) {
    for (const [index, entry] of listOf(mail[field]).entries()) refusePointer(entry, `${field}[${index}]`);
  }
}

/** Attachments with their content as bytes, however it was written: base64 and a Buffer of it are the same. */
export function attachmentsOf(value: unknown): unknown[] {
  return listOf(value).map((entry) => {
    if (typeof entry !== 'object' || entry === null) return entry;
    const { encoding, ...attachment } = entry as Attachment;
    if (typeof attachment.content !== 'string') return entry;
    const known = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
    return { ...attachment, content: Buffer.from(attachment.content, known) };
  });
}

/** The Message-ID that a ready-made message brings along. */
export function messageIdIn(raw: unknown): string | undefined {
  return /^message-id:\s*(<[^<>\s]+>)/im.exec(headOf(raw) ?? '')?.[1];
}

/** A ready-made message with this Message-ID, without which nobody could find it, where it brings none along. */
export function withMessageId(raw: unknown, messageId: string): unknown {
  const head = headOf(raw);
  if (head === undefined || head === '' || /^message-id:/im.test(head)) return raw;
  const header = `Message-ID: <${messageId.replace(/[<>\s]/g, '')}>\r\n`;
  return isBytes(raw) ? Buffer.concat([Buffer.from(header), bytesOf(raw)]) : header + (raw as string);
}

function headOf(raw: unknown): string | undefined {
  const text = isBytes(raw) ? bytesOf(raw).toString('latin1') : raw;
  return typeof text === 'string' ? text.split(/\r?\n\r?\n/, 1)[0] : undefined;
}

function refusePointer(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null || isBytes(value)) return;
  if (isStream(value))
    throw pointer(field, 'a stream', "content: await buffer(stream)  // from 'node:stream/consumers'");
  const { path, href, content, raw } = value as Record<string, unknown>;
  if (isPlace(path)) throw pointer(`${field}.path`, 'a file', 'content: await readFile(path)');
  if (isPlace(href))
    throw pointer(`${field}.href`, 'an address', 'content: Buffer.from(await (await fetch(href)).arrayBuffer())');
  refusePointer(content, `${field}.content`);
  refusePointer(raw, `${field}.raw`);
}

/** A data: URL is the content itself. */
function isPlace(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && /^data:/i.test(value));
}

function pointer(field: string, what: string, fix: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `${field} is ${what} that is read only while the mail is sent, so a repeat could not be compared and could carry something else. Nothing was sent and nothing was recorded.`,
    fix: `read it into a Buffer first: { filename: '...', ${fix} }`,
  });
}

function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}
