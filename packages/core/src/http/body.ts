import { createHash } from 'node:crypto';

import { OncelyError } from '../errors.ts';

/** A field or a file of a `multipart/form-data` body. */
export interface HttpPart {
  readonly name: string;
  readonly value: string | Uint8Array;
  readonly filename?: string;
  /** Its media type. Default for bytes: `application/octet-stream`. */
  readonly type?: string;
}

type FormValue = string | number | boolean;

/** What a request gives as its body. */
export interface HttpBody {
  /**
   * Sent as JSON; a `URLSearchParams` as a form, a `FormData` of texts as multipart, bytes as they are, and a text as it
   * is where a content type that is not JSON stands in the headers.
   */
  readonly body?: unknown;
  /** Sent as `application/x-www-form-urlencoded`; a list is its name several times. */
  readonly form?: Readonly<Record<string, FormValue | readonly FormValue[] | undefined>>;
  /** Sent as `multipart/form-data`. */
  readonly multipart?: readonly HttpPart[];
}

/** A body as the ledger keeps it: JSON in which a text stays readable. */
export type StoredBody =
  | { readonly kind: 'text'; readonly text: string; readonly type: string }
  | { readonly kind: 'bytes'; readonly base64: string; readonly type: string }
  | { readonly kind: 'multipart'; readonly parts: readonly StoredPart[] };

interface StoredPart {
  readonly name: string;
  readonly text?: string;
  readonly base64?: string;
  readonly filename?: string;
  readonly type?: string;
}

/** What goes over the wire. */
export interface EncodedBody {
  readonly bytes: string | Uint8Array;
  readonly type?: string;
}

/**
 * A body in the form that is kept: JSON as it is, or what it was made. `type` is the content type that the request names.
 *
 * @throws OncelyError `invalid_input` naming what cannot be kept, such as a stream.
 */
export function storedBody(
  { body, form, multipart }: HttpBody,
  type: string | undefined,
  of: string,
): { readonly body?: unknown; readonly content?: StoredBody } {
  const given = [body, form, multipart].filter((each) => each !== undefined).length;
  if (given > 1) throw refused(of, 'has more than one of body, form and multipart', 'give one of them');
  if (form !== undefined) return { content: formBody(new URLSearchParams(pairsOf(form, of)), type) };
  if (multipart !== undefined)
    return { content: { kind: 'multipart', parts: multipart.map((part) => keptPart(part, of)) } };
  if (body === undefined) return {};
  if (body instanceof URLSearchParams) return { content: formBody(body, type) };
  if (body instanceof FormData) {
    const parts = [...body].map(([name, value]) => keptPart({ name, value: value as string }, of));
    return { content: { kind: 'multipart', parts } };
  }
  const bytes = bytesOf(body);
  if (bytes) {
    const base64 = Buffer.from(bytes).toString('base64');
    return { content: { kind: 'bytes', base64, type: type ?? 'application/octet-stream' } };
  }
  if (typeof body === 'string' && type !== undefined && !isJson(type)) {
    return { content: { kind: 'text', text: body, type } };
  }
  return { body: JSON.parse(jsonBody(body, of)) as unknown };
}

/** The bytes of a kept body, the same each time. */
export function encodedBody(body: unknown, content: StoredBody | undefined): EncodedBody {
  if (content === undefined) {
    return body === undefined ? { bytes: '' } : { bytes: JSON.stringify(body), type: 'application/json' };
  }
  switch (content.kind) {
    case 'text':
      return { bytes: content.text, type: content.type };
    case 'bytes':
      return { bytes: Buffer.from(content.base64, 'base64'), type: content.type };
    case 'multipart':
      return multipartBytes(content.parts);
  }
}

/** JSON as it is sent; what JSON would empty or lose without a word is refused. */
function jsonBody(body: unknown, of: string): string {
  const text = JSON.stringify(body, function (this: unknown, name: string, value: unknown) {
    const raw = (this as Record<string, unknown>)[name];
    const problem = lossOf(raw, value);
    if (problem === undefined) return value;
    throw refused(of, `has a body whose ${name === '' ? 'whole' : `field ${name}`} ${problem}`, 'give plain data');
  });
  if ((text as string | undefined) === undefined) throw refused(of, 'has a body that is no data', 'give plain data');
  return text;
}

function lossOf(raw: unknown, value: unknown): string | undefined {
  if (typeof value === 'bigint') return 'is a BigInt; give a number, or a string';
  if (typeof value === 'number' && !Number.isFinite(value)) return `is ${String(value)}, which JSON cannot say`;
  if (typeof raw !== 'object' || raw === null) return undefined;
  if (bytesOf(raw)) return "holds bytes; give text: Buffer.from(bytes).toString('base64')";
  if (raw instanceof Map || raw instanceof Set || raw instanceof WeakMap) return `is a ${raw.constructor.name}`;
  if (raw instanceof Blob || raw instanceof FormData || raw instanceof URLSearchParams) {
    // A URLSearchParams or FormData is a body of its own, and no part of one.
    return `is a ${raw.constructor.name}; read a file into bytes first, and give it as body or in multipart`;
  }
  const { pipe, getReader, then } = raw as { pipe?: unknown; getReader?: unknown; then?: unknown };
  const iterates = Symbol.asyncIterator in raw;
  if (typeof pipe === 'function' || typeof getReader === 'function' || iterates) {
    return 'is a stream, which can be read only once; read it into bytes first';
  }
  return typeof then === 'function' ? 'is a promise; await it first' : undefined;
}

function formBody(form: URLSearchParams, type: string | undefined): StoredBody {
  return { kind: 'text', text: form.toString(), type: type ?? 'application/x-www-form-urlencoded' };
}

function pairsOf(form: NonNullable<HttpBody['form']>, of: string): [string, string][] {
  return Object.entries(form).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? (value as readonly unknown[]) : value === undefined ? [] : [value];
    return values.map((each): [string, string] => {
      if (typeof each === 'string' || typeof each === 'boolean' || Number.isFinite(each)) return [name, String(each)];
      throw refused(of, `has a form whose field ${name} is no text, number or boolean`, 'give texts');
    });
  });
}

function keptPart({ name, value, filename, type }: HttpPart, of: string): StoredPart {
  if (typeof name !== 'string') throw refused(of, 'has a part without a name', 'give each part a name');
  // oxlint-disable-next-line no-control-regex -- a header of its own could be smuggled in behind it
  if (type !== undefined && /[\u0000-\u001f\u007f]/.test(type))
    throw refused(of, `names a type of ${name} that is none`);
  const about = { name, ...(filename === undefined ? {} : { filename }), ...(type === undefined ? {} : { type }) };
  if (typeof value === 'string') return { ...about, text: value };
  const bytes = bytesOf(value);
  if (bytes) return { ...about, base64: Buffer.from(bytes).toString('base64') };
  throw refused(
    of,
    `has a part ${name} that is neither text nor bytes`,
    `multipart: [{ name: '${name}', filename, value: new Uint8Array(await file.arrayBuffer()) }]`,
  );
}

function multipartBytes(parts: readonly StoredPart[]): EncodedBody {
  // The same bytes at each sending, and nothing that the parts hold.
  const boundary = `oncely-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;
  const chunks: Buffer[] = [];
  for (const { name, text, base64, filename, type } of parts) {
    const file = filename === undefined ? '' : `; filename="${quoted(filename)}"`;
    const said = type ?? (base64 === undefined ? undefined : 'application/octet-stream');
    const media = said === undefined ? '' : `Content-Type: ${said}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${file}\r\n${media}\r\n`;
    chunks.push(Buffer.from(head), base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'));
    chunks.push(Buffer.from('\r\n'));
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return { bytes: Buffer.concat(chunks), type: `multipart/form-data; boundary=${boundary}` };
}

/** As browsers escape it (https://html.spec.whatwg.org/#multipart-form-data). */
function quoted(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function isJson(type: string): boolean {
  const media = type.split(';')[0]?.trim().toLowerCase() ?? '';
  return media === 'application/json' || media.endsWith('+json');
}

function refused(of: string, problem: string, fix?: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `the request of ${of} ${problem}. Nothing was sent.`,
    ...(fix === undefined ? {} : { fix }),
  });
}
