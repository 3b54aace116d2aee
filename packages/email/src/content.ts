import { bytesOf, isBytes } from './encoding.ts';
import type { MailData } from './transporter.ts';

interface Attachment {
  readonly content?: unknown;
  readonly encoding?: unknown;
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

/** The Message-ID that a ready-made message brings along, without brackets. */
export function messageIdIn(raw: unknown): string | undefined {
  return /^message-id[ \t]*:\s*<?([^<>\s]+)/im.exec(headOf(raw) ?? '')?.[1];
}

/** A ready-made message with this Message-ID, without which nobody could find it, where it brings none along. */
export function withMessageId(raw: unknown, messageId: string): unknown {
  const head = headOf(raw);
  if (head === undefined || head === '' || /^message-id[ \t]*:/im.test(head)) return raw;
  return withRawHeader(raw, 'Message-ID', `<${messageId.replace(/[<>\s]/g, '')}>`);
}

/** A ready-made message with one more header in front; anything else as it is. */
export function withRawHeader(raw: unknown, name: string, value: string): unknown {
  const head = headOf(raw);
  if (head === undefined || head === '') return raw;
  const header = `${name}: ${value}\r\n`;
  return isBytes(raw) ? Buffer.concat([Buffer.from(header), bytesOf(raw)]) : header + (raw as string);
}

/**
 * The mail without a Message-ID of its own, so that it gets one of ours; a ready-made message that is only pointed to
 * keeps what is in it.
 */
export function withoutMessageId<Mail extends object>(mail: Mail): Mail {
  const { messageId: _messageId, ...rest } = mail as MailData;
  const { headers, raw } = rest;
  const isIt = (name: unknown): boolean => String(name).toLowerCase() === 'message-id';
  const fields = Array.isArray(headers)
    ? headers.filter((each: { readonly key?: unknown } | null) => !isIt(each?.key))
    : headers && Object.fromEntries(Object.entries(headers).filter(([name]) => !isIt(name)));
  return { ...rest, ...(headers ? { headers: fields } : {}), ...(raw ? { raw: bareRaw(raw) } : {}) } as Mail;
}

function bareRaw(raw: unknown): unknown {
  const head = headOf(raw);
  if (head === undefined) return raw;
  const bare = head.replaceAll(/^message-id[ \t]*:.*(\r?\n[ \t].*)*(\r?\n|$)/gim, '');
  return isBytes(raw)
    ? Buffer.concat([Buffer.from(bare, 'latin1'), bytesOf(raw).subarray(head.length)])
    : bare + (raw as string).slice(head.length);
}

export function headOf(raw: unknown): string | undefined {
  const text = isBytes(raw) ? bytesOf(raw).toString('latin1') : raw;
  return typeof text === 'string' ? text.split(/\r?\n\r?\n/, 1)[0] : undefined;
}

function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/**
 * The images that nodemailer's `attachDataUrls` took out of the HTML, under ids that are the same for every send of the
 * mail in the place of its random ones.
 */
export function fixImageIds(data: Record<string, unknown>, marker: string): void {
  const { attachments, html } = data;
  if (!Array.isArray(attachments) || typeof html !== 'string') return;
  let fixed = html;
  data['attachments'] = attachments.map((entry: unknown, index) => {
    const { cid, path } = (entry ?? {}) as { readonly cid?: unknown; readonly path?: unknown };
    const isMade = typeof cid === 'string' && /^[0-9a-f]{20}@localhost$/.test(cid);
    if (!isMade || typeof path !== 'string' || !/^data:/i.test(path)) return entry;
    const own = `${marker}.${index + 1}@localhost`;
    fixed = fixed.replaceAll(`cid:${cid}`, `cid:${own}`);
    return { ...(entry as object), cid: own };
  });
  data['html'] = fixed;
}
