import { OncelyError } from '@oncely/core';

/** What the SDK hands over as a body: text, bytes, or a form of its `form-data` package. */
interface FormLike {
  getHeaders(): Record<string, string>;
  getBoundary(): string;
  on(event: string, listener: (chunk: unknown) => void): unknown;
  resume(): unknown;
}

/** A body as it goes over the wire, and as text that the ledger can keep. */
export interface WireBody {
  readonly text: string;
  readonly encoding: 'text' | 'base64';
  /** Where the body brings its own. */
  readonly contentType?: string;
}

/**
 * Reads a body whole. A file that is given as a stream is read into memory: what may have to be sent again cannot be
 * read twice. One that flows `elsewhere` is listened to while somebody else sends it.
 */
export async function readBody(body: unknown, flows: 'here' | 'elsewhere' = 'here'): Promise<WireBody> {
  if (body === undefined || body === null) return { text: '', encoding: 'text' };
  if (typeof body === 'string') return { text: body, encoding: 'text' };
  if (body instanceof URLSearchParams) {
    return { text: body.toString(), encoding: 'text', contentType: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (body instanceof ArrayBuffer) return readBody(new Uint8Array(body));
  if (body instanceof Uint8Array) return { text: Buffer.from(body).toString('base64'), encoding: 'base64' };
  if (isForm(body)) {
    const bytes = await drain(body, flows);
    const contentType = body.getHeaders()['content-type'];
    return {
      text: bytes.toString('base64'),
      encoding: 'base64',
      ...(contentType === undefined ? {} : { contentType }),
    };
  }
  if (body instanceof Blob || body instanceof FormData || body instanceof ReadableStream) {
    const whole = new Response(body);
    const contentType = whole.headers.get('content-type') ?? undefined;
    const text = Buffer.from(await whole.arrayBuffer()).toString('base64');
    return { text, encoding: 'base64', ...(contentType === undefined ? {} : { contentType }) };
  }
  throw new OncelyError('invalid_input', {
    message: 'HubSpot: a body of this kind cannot be kept for a resend. Nothing was sent.',
    fix: 'give text, bytes, URLSearchParams or a form',
    next: 'fix-code',
  });
}

export function bytesOf({ text, encoding }: Pick<WireBody, 'text' | 'encoding'>): string | Uint8Array {
  return encoding === 'base64' ? Buffer.from(text, 'base64') : text;
}

function isForm(body: object | string | number | boolean | symbol | bigint): body is FormLike & object {
  return typeof body === 'object' && typeof (body as Partial<FormLike>).getBoundary === 'function';
}

function drain(form: FormLike, flows: 'here' | 'elsewhere'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    // A form of the package is an old stream, without an iterator.
    form.on('data', (chunk) => chunks.push(Buffer.from(chunk as Uint8Array | string as string)));
    form.on('error', reject);
    form.on('end', () => resolve(Buffer.concat(chunks)));
    if (flows === 'here') form.resume();
  });
}
