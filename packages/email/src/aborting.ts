import type { Readable } from 'node:stream';

/** As nodemailer's own, which older versions do not have. */
export function abortedBy(signal: AbortSignal | undefined): Error {
  const error = new Error('Message sending aborted', { cause: signal?.reason });
  return Object.assign(error, { name: 'AbortError', code: 'EABORT' });
}

/** The chunks of a stream, which is closed with the caller's abort, however silent it is. */
export async function* endingWith(
  stream: Readable,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array | string> {
  const close = (): void => void stream.destroy(abortedBy(signal));
  signal?.addEventListener('abort', close, { once: true });
  if (signal?.aborted === true) close();
  try {
    yield* stream as AsyncIterable<Uint8Array | string>;
  } finally {
    signal?.removeEventListener('abort', close);
  }
}
