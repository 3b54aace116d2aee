import { OncelyError } from '../errors.ts';
import { canonicalJson, sha256 } from '../fingerprint.ts';

export type IdentityValue = string | number | boolean | null | undefined | readonly IdentityValue[];

/** What makes a tool's effect this one and no other within its scope. */
export interface Identity {
  /** Ids as the vendor writes them, resolved; readable in the effect's id, and compared to the letter. */
  readonly ids?: Readonly<Record<string, string | number>>;
  /**
   * The caller's business values: an address, a purpose. Compared without regard to case, white space, Unicode form or
   * the order of a list; only a digest of them is in the effect's id. Never a text that a model wrote.
   */
  readonly values?: Readonly<Record<string, IdentityValue>>;
}

const longest = 240;

/** The id of a tool's effect: `stripe_refund(payment=pi_1)`. The same for every wording and every call id. */
export function effectIdOf(name: string, { ids = {}, values = {} }: Identity): string {
  const parts = Object.entries(ids)
    .map(([key, id]) => `${key}=${encodeURIComponent(idText(name, key, id))}`)
    .sort();
  const digested = Object.entries(values).map(([key, value]) => [key, normalised(value)] as const);
  const said = digested.filter(([, value]) => value !== null);
  if (said.length > 0) parts.push(`values=${short(Object.fromEntries(said))}`);
  const id = `${name}(${parts.join(',')})`;
  return id.length <= longest ? id : `${name}(all=${short(parts)})`;
}

/** An id as a text. What is none would be the same for all: `[object Object]`, `undefined`. */
function idText(name: string, key: string, id: unknown): string {
  const text = typeof id === 'string' ? id.normalize('NFC').trim() : Number.isFinite(id) ? String(id) : undefined;
  if (text === '') {
    throw new OncelyError('invalid_input', {
      message: `${key} of ${name} is empty, which names nothing. Nothing was sent.`,
    });
  }
  if (text !== undefined && !/^\[object \w+\]$/.test(text)) return text;
  throw new OncelyError('invalid_config', {
    message: `the identity of the tool ${name} has an id "${key}" that is no text or number. Nothing was sent.`,
    fix: `identity: (input) => ({ ids: { ${key}: input.${key}.id } })  // of a Date: .toISOString()`,
  });
}

/** A business value in its one form. */
export function normalised(value: IdentityValue): IdentityValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') {
    return value.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase().normalize('NFC');
  }
  if (typeof value !== 'object') return value;
  // Types may be wrong about what a schema made of an input.
  if ((value as unknown) instanceof Date || (value as unknown) instanceof URL) return canonicalJson(value);
  if (!Array.isArray(value)) {
    throw new OncelyError('invalid_config', {
      message: "the identity of a tool has a value that is an object, whose form is nobody's. Nothing was sent.",
      fix: 'give its fields as values of their own',
    });
  }
  const items = value.map((item) => normalised(item)).map((item) => [canonicalJson(item ?? null), item] as const);
  return [...new Map(items)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function short(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 32);
}
