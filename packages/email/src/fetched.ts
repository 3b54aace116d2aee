import { endingWith } from './aborting.ts';
import type { Compile } from './composer.ts';

/** Content at an address, with what nodemailer takes along for it. */
export interface Addressed {
  readonly href: string;
  readonly httpHeaders?: unknown;
  readonly tls?: unknown;
}

/**
 * The content at an address, whole or with an error, as nodemailer itself fetches it: its logins in the address, TLS
 * options, redirects, encodings, limits and time-outs. It is asked to write it into a message as base64, which is read
 * back chunk by chunk, since its fetching is not public by itself.
 */
export async function* fetched(
  compile: Compile,
  { href, httpHeaders, tls }: Addressed,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const message = compile({
    attachments: [
      {
        filename: 'content.bin',
        contentType: 'application/octet-stream',
        contentTransferEncoding: 'base64',
        href,
        // Copied, since a redirect takes credentials out of them.
        ...(httpHeaders === undefined ? {} : { httpHeaders: { ...(httpHeaders as object) } }),
        ...(tls === undefined ? {} : { tls }),
      },
    ],
  });
  let head: string | undefined = '';
  let rest = '';
  for await (const chunk of endingWith(message.createReadStream(), signal)) {
    let text = Buffer.from(chunk as Buffer).toString('latin1');
    if (head !== undefined) {
      head += text;
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      text = head.slice(end + 4);
      head = undefined;
    }
    const known = rest + text.replaceAll(/[\r\n]/g, '');
    const whole = known.length - (known.length % 4);
    rest = known.slice(whole);
    if (whole > 0) yield Buffer.from(known.slice(0, whole), 'base64');
  }
}

/** A message of an error without the login of an address in it. */
export function withoutLogin(text: string): string {
  return text.replaceAll(/:\/\/[^/@\s]{1,1000}@/g, '://');
}
