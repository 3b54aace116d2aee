import { createHash, verify } from 'node:crypto';

/**
 * Whether a message's DKIM signature holds (RFC 6376, relaxed/relaxed with RSA and SHA-256, which nodemailer signs by),
 * whatever the servers on its way put before it.
 */
export function dkimHolds(message: string, publicKey: string): boolean {
  const raw = message.replaceAll(/\r?\n/g, '\r\n');
  const split = raw.indexOf('\r\n\r\n');
  const headers = raw.slice(0, split).split(/\r\n(?![ \t])/);
  const body = raw.slice(split + 4);
  const signature = headers.find((header) => /^dkim-signature:/i.test(header));
  if (signature === undefined) return false;
  const tags = Object.fromEntries(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map((part) => [part.split('=', 1)[0]?.trim(), part.slice(part.indexOf('=') + 1).replaceAll(/\s+/g, '')]),
  ) as Record<string, string>;
  if (createHash('sha256').update(relaxedBody(body)).digest('base64') !== tags['bh']) return false;
  const left = [...headers];
  const signed = (tags['h'] ?? '').split(':').flatMap((name) => {
    // From the bottom up, each header once.
    const index = left.findLastIndex((header) => header.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return index < 0 ? [] : [relaxedHeader(left.splice(index, 1)[0] as string)];
  });
  const unsigned = relaxedHeader(signature.replace(/([;\s]b=)[^;]*/, '$1'));
  return verify(
    'sha256',
    Buffer.from([...signed, unsigned].join('\r\n')),
    publicKey,
    Buffer.from(tags['b'] ?? '', 'base64'),
  );
}

function relaxedHeader(header: string): string {
  const [name = ''] = header.split(':', 1);
  const value = header
    .slice(name.length + 1)
    .replaceAll(/\r\n/g, '')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
  return `${name.toLowerCase().trim()}:${value}`;
}

function relaxedBody(body: string): string {
  const lines = body.replaceAll(/[ \t]+(?=\r\n)/g, '').replaceAll(/[ \t]+/g, ' ');
  const trimmed = lines.replace(/(\r\n)+$/, '');
  return trimmed === '' ? '' : `${trimmed}\r\n`;
}
