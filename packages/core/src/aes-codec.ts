import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { OncelyError } from './errors.ts';
import type { Codec, SealedPlace } from './payload.ts';

export interface AesCodecOptions {
  /** Keys of 32 random bytes by name. Those that are not current still open what they sealed. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** The name of the key that seals. */
  readonly current: string;
}

export interface EnvelopeCodecOptions {
  /** The name of the key service's key that wraps now; it stands in each text. */
  readonly keyId: string;
  /** Has a data key of 32 bytes wrapped by the key service. */
  wrap(dataKey: Uint8Array, keyId: string): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, keyId: string): Promise<Uint8Array>;
  /** How long a data key is used, to seal and to open, before the key service is asked again, in ms. Default 300,000. */
  readonly dataKeyForMs?: number;
  /** How many texts one data key seals. Default 1,000. */
  readonly textsPerDataKey?: number;
  /** How many unwrapped data keys are held in memory. Default 100. */
  readonly dataKeysHeld?: number;
  /** For tests: milliseconds that never go back. */
  readonly now?: () => number;
}

const plainName = /^[A-Za-z0-9_-]{1,64}$/;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts what the ledger keeps by AES-256-GCM, with a random nonce for each text. A text is bound to the record and
 * the use it was sealed for, and opens nowhere else. The text is `a1.<key's name>.<nonce, ciphertext, tag>`. One key may
 * seal 2^32 texts (NIST SP 800-38D, 8.3); put another in its place long before.
 *
 * @throws OncelyError `invalid_config`, also when a text cannot be opened; it never tells a key or what was sealed.
 * @example
 * createOncely({ ledger, codec: aesCodec({ keys: { k2: newKey, k1: oldKey }, current: 'k2' }) });
 */
export function aesCodec({ keys, current }: AesCodecOptions): Codec {
  const ring = new Map(Object.entries(keys).map(([name, key]) => [name, Uint8Array.from(key)]));
  for (const [name, key] of ring) {
    if (!plainName.test(name)) throw misused('aesCodec', `the name of a key must match ${plainName.source}`);
    if (key.length !== 32) throw misused('aesCodec', `the key "${name}" must be 32 bytes, and is ${key.length}`);
  }
  const currentKey = ring.get(current);
  if (!currentKey) throw misused('aesCodec', `there is no key "${current}", which was named as the current one`);
  return {
    seal: (plain, place) => `a1.${current}.${encrypt(plain, currentKey, placeText('a1', current, place))}`,
    open: (sealed, place) => {
      const [format, name = '', text = ''] = sealed.split('.');
      if (format !== 'a1') throw unopened('it was not sealed by aesCodec');
      const key = ring.get(name);
      if (!key) throw unopened(`it was sealed with the key "${plainName.test(name) ? name : '?'}", which is not given`);
      return decrypt(text, key, placeText('a1', name, place));
    },
    outdated: (sealed) => !sealed.startsWith(`a1.${current}.`),
  };
}

/**
 * As `aesCodec`, with data keys that an external key service wraps: the service sees no text, and is asked once for
 * many. The text is `e1.<the service's key>.<wrapped data key>.<nonce, ciphertext, tag>`.
 *
 * @throws OncelyError `invalid_config`; what the service throws is passed on.
 * @example
 * envelopeCodec({ keyId: 'orders', wrap: (key) => kms.encrypt(key), unwrap: (wrapped) => kms.decrypt(wrapped) });
 */
export function envelopeCodec(options: EnvelopeCodecOptions): Codec {
  const { keyId, dataKeyForMs = 300_000, textsPerDataKey = 1_000, dataKeysHeld = 100 } = options;
  const now = options.now ?? (() => performance.now());
  if (!plainName.test(keyId)) throw misused('envelopeCodec', `keyId must match ${plainName.source}`);
  let sealing: { readonly made: Promise<DataKey>; readonly until: number; left: number } | undefined;
  const opened = new Map<string, { readonly key: Promise<Uint8Array>; readonly until: number }>();

  const make = async (): Promise<DataKey> => {
    const key = Uint8Array.from(randomBytes(32));
    const wrapped = await options.wrap(Uint8Array.from(key), keyId);
    return { key, wrapped: Buffer.from(wrapped).toString('base64url') };
  };

  const sealingKey = async (): Promise<DataKey> => {
    if (!sealing || sealing.left === 0 || now() >= sealing.until) {
      sealing = { made: make(), until: now() + dataKeyForMs, left: textsPerDataKey };
    }
    const mine = sealing;
    mine.left -= 1;
    try {
      return await mine.made;
    } catch (error) {
      // The next text asks the service anew.
      if (sealing === mine) sealing = undefined;
      throw error;
    }
  };

  const openingKey = async (name: string, wrapped: string): Promise<Uint8Array> => {
    const id = `${name}.${wrapped}`;
    const held = opened.get(id);
    opened.delete(id);
    const fresh =
      held && now() < held.until
        ? held
        : { key: options.unwrap(Buffer.from(wrapped, 'base64url'), name), until: now() + dataKeyForMs };
    // Back in as the one that was used last; the one that was not for longest goes.
    opened.set(id, fresh);
    if (opened.size > dataKeysHeld) opened.delete(opened.keys().next().value ?? '');
    try {
      return await fresh.key;
    } catch (error) {
      if (opened.get(id) === fresh) opened.delete(id);
      throw error;
    }
  };

  return {
    seal: async (plain, place) => {
      const { key, wrapped } = await sealingKey();
      return `e1.${keyId}.${wrapped}.${encrypt(plain, key, placeText('e1', keyId, place))}`;
    },
    open: async (sealed, place) => {
      const [format, name = '', wrapped = '', text = ''] = sealed.split('.');
      if (format !== 'e1' || !plainName.test(name)) throw unopened('it was not sealed by envelopeCodec');
      return decrypt(text, await openingKey(name, wrapped), placeText('e1', name, place));
    },
    outdated: (sealed) => !sealed.startsWith(`e1.${keyId}.`),
  };
}

interface DataKey {
  readonly key: Uint8Array;
  readonly wrapped: string;
}

function placeText(format: string, keyId: string, { slot, kind }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([format, keyId, kind, slot]));
}

function encrypt(plain: string, key: Uint8Array, place: Uint8Array): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(place);
  const text = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return text.toString('base64url');
}

function decrypt(text: string, key: Uint8Array, place: Uint8Array): string {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < nonceBytes + tagBytes) throw unopened('it is cut short');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(place);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
  } catch {
    // Not kept as a cause: which of these it is cannot be told from the tag.
    throw unopened(
      'the key of that name is another one, or the text was changed, cut short or moved from another record',
    );
  }
}

function misused(who: string, problem: string): OncelyError {
  return new OncelyError('invalid_config', { message: `${who}: ${problem}.` });
}

function unopened(why: string): OncelyError {
  return new OncelyError('invalid_config', {
    message: `a text that the ledger keeps cannot be opened: ${why}.`,
    fix: 'give the codec the keys that sealed it',
  });
}
