/** The end of the data and where the next command begins, or `undefined` while the dot is still to come. */
export function splitAtDot(received: Buffer): { readonly data: Buffer; readonly rest: Buffer } | undefined {
  // An empty message is a dot on the first line.
  if (received.subarray(0, 3).toString('latin1') === '.\r\n')
    return { data: Buffer.alloc(0), rest: received.subarray(3) };
  const end = received.indexOf('\r\n.\r\n', 0, 'latin1');
  return end < 0 ? undefined : { data: received.subarray(0, end + 2), rest: received.subarray(end + 5) };
}

/** Takes away the dot that the client doubled at the beginning of a line (RFC 5321, 4.5.2). */
export function unstuff(data: Buffer): string {
  return Buffer.from(data.toString('latin1').replace(/(^|\r\n)\./g, '$1'), 'latin1').toString('utf8');
}

/** The first header of this name, unfolded and with its encoded words decoded; empty when there is none. */
export function headerOf(raw: string, name: string): string {
  const head = raw.split('\r\n\r\n', 1)[0] ?? '';
  const prefix = `${name.toLowerCase()}:`;
  const line = head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .find((candidate) => candidate.toLowerCase().startsWith(prefix));
  return line === undefined ? '' : decodeWords(line.slice(prefix.length).trim());
}

function decodeWords(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, kind: string, encoded: string) =>
      kind.toLowerCase() === 'b' ? Buffer.from(encoded, 'base64').toString('utf8') : decodeQuoted(encoded),
    );
}

function decodeQuoted(encoded: string): string {
  const bytes = encoded
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
