import type { WireResponse } from './adapter.ts';
import { within, type Clock } from './clock.ts';
import type { Keeping } from './keeping.ts';
import type { Stored } from './record.ts';

/** Where a sealed text belongs, so that it can be bound to it: moved to another record or use, it must not open. */
export interface SealedPlace {
  readonly slot: string;
  readonly kind: 'request' | 'result' | 'value' | 'preview';
}

/** Encrypts what the ledger keeps of requests and results; both may throw, and may be a key service. */
export interface Codec {
  seal(plain: string, place: SealedPlace): string | Promise<string>;
  open(sealed: string, place: SealedPlace): string | Promise<string>;
  /** Whether `seal` would use a newer key than this text was sealed with; asked by `oncely.reseal()`. */
  outdated?(sealed: string): boolean;
}

/** How long a key service may take for one text. */
const codecPatienceMs = 5_000;

/** A codec that fails where it would hang, so that nobody waits for a key service for ever. */
export function patientCodec(codec: Codec, clock: Clock): Codec {
  const soon = (work: () => string | Promise<string>): Promise<string> =>
    within(clock, codecPatienceMs, Promise.resolve().then(work), () => {
      throw new Error(`the codec did not answer within ${codecPatienceMs} ms`);
    });
  return {
    seal: (plain, place) => soon(() => codec.seal(plain, place)),
    open: (sealed, place) => soon(() => codec.open(sealed, place)),
    ...(codec.outdated === undefined ? {} : { outdated: (sealed) => codec.outdated?.(sealed) === true }),
  };
}

/** Largest request or result that is kept, in characters; above it the effect is done all the same. */
const maxStored = 256 * 1024;

/** A request to be kept; where the codec fails nothing may be sent yet, so the failure is thrown. */
export async function storeRequest(
  request: string,
  codec: Codec | undefined,
  slot: string,
  keeping: Keeping,
): Promise<Stored> {
  if (!keeping.request) return { kind: 'omitted', reason: 'policy' };
  if (request.length > maxStored) return { kind: 'omitted', reason: 'too_large' };
  if (!codec) return { kind: 'plain', body: request };
  return { kind: 'sealed', body: await codec.seal(request, { slot, kind: 'request' }) };
}

/** A stored request with by which names in it the vendor knows the effect. */
export function named(request: Stored, naming: string | undefined): Stored {
  return naming === undefined || request.kind === 'omitted' ? request : { ...request, naming };
}

/** What a person is to see of an input; what is too large to be kept is said to be. */
export async function storePreview(shown: string, codec: Codec | undefined, slot: string): Promise<Stored> {
  if (shown.length > maxStored) return { kind: 'omitted', reason: 'too_large' };
  return codec
    ? { kind: 'sealed', body: await codec.seal(shown, { slot, kind: 'preview' }) }
    : { kind: 'plain', body: shown };
}

/** A result to be kept. The effect has happened, so whatever fails here must not stop the settling. */
export async function storeResult(
  response: WireResponse | undefined,
  remember: 'all' | 'refetch' | 'never',
  codec: Codec | undefined,
  slot: string,
  keep: Keeping['result'],
): Promise<Stored> {
  if (!response) return { kind: 'omitted', reason: 'unknown' };
  if (remember === 'never' || (remember === 'refetch' && !codec)) return { kind: 'omitted', reason: 'secret' };
  const kept = keep(response);
  if (!kept) return { kind: 'omitted', reason: 'policy' };
  const body = JSON.stringify(kept.response);
  const part = kept.projection === undefined ? {} : { projection: kept.projection };
  if (body.length > maxStored) return { kind: 'omitted', reason: 'too_large' };
  if (!codec) return { kind: 'plain', body, ...part };
  try {
    return { kind: 'sealed', body: await codec.seal(body, { slot, kind: 'result' }), ...part };
  } catch {
    return { kind: 'omitted', reason: 'codec_failed' };
  }
}

/** The kept text, or `undefined` where it was left out or cannot be opened. */
export async function openStored(
  stored: Stored | undefined,
  codec: Codec | undefined,
  place: SealedPlace,
): Promise<string | undefined> {
  switch (stored?.kind) {
    case 'plain':
      return stored.body;
    case 'sealed':
      return codec?.open(stored.body, place);
    case 'omitted':
    case undefined:
      return undefined;
  }
}
