import type { WireResponse } from './adapter.ts';
import { within, type Clock } from './clock.ts';
import type { Stored } from './record.ts';

/** Encrypts what the ledger keeps of requests and results; both may throw, and may be a key service. */
export interface Codec {
  seal(plain: string): string | Promise<string>;
  open(sealed: string): string | Promise<string>;
}

/** How long a key service may take for one text. */
const codecPatienceMs = 5_000;

/** A codec that fails where it would hang, so that nobody waits for a key service for ever. */
export function patientCodec(codec: Codec, clock: Clock): Codec {
  const soon = (work: () => string | Promise<string>): Promise<string> =>
    within(clock, codecPatienceMs, Promise.resolve().then(work), () => {
      throw new Error(`the codec did not answer within ${codecPatienceMs} ms`);
    });
  return { seal: (plain) => soon(() => codec.seal(plain)), open: (sealed) => soon(() => codec.open(sealed)) };
}

/** Largest request or result that is kept, in characters; above it the effect is done all the same. */
const maxStored = 256 * 1024;

/** A request to be kept; where the codec fails nothing may be sent yet, so the failure is thrown. */
export async function storeRequest(request: string, codec: Codec | undefined): Promise<Stored> {
  if (request.length > maxStored) return { kind: 'omitted', reason: 'too_large' };
  return codec ? { kind: 'sealed', body: await codec.seal(request) } : { kind: 'plain', body: request };
}

/** A result to be kept. The effect has happened, so whatever fails here must not stop the settling. */
export async function storeResult(
  response: WireResponse | undefined,
  remember: 'all' | 'refetch' | 'never',
  codec: Codec | undefined,
): Promise<Stored> {
  if (!response) return { kind: 'omitted', reason: 'unknown' };
  if (remember === 'never' || (remember === 'refetch' && !codec)) return { kind: 'omitted', reason: 'secret' };
  const body = JSON.stringify(response);
  if (body.length > maxStored) return { kind: 'omitted', reason: 'too_large' };
  if (!codec) return { kind: 'plain', body };
  try {
    return { kind: 'sealed', body: await codec.seal(body) };
  } catch {
    return { kind: 'omitted', reason: 'codec_failed' };
  }
}

/** The kept text, or `undefined` where it was left out or cannot be opened. */
export async function openStored(stored: Stored | undefined, codec: Codec | undefined): Promise<string | undefined> {
  switch (stored?.kind) {
    case 'plain':
      return stored.body;
    case 'sealed':
      return codec?.open(stored.body);
    case 'omitted':
    case undefined:
      return undefined;
  }
}
