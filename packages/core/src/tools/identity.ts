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
    .map(([key, id]) => `${key}=${encodeURIComponent(String(id).normalize('NFC').trim())}`)
    .sort();
  const digested = Object.entries(values).map(([key, value]) => [key, normalised(value)] as const);
  const said = digested.filter(([, value]) => value !== null);
  if (said.length > 0) parts.push(`values=${short(Object.fromEntries(said))}`);
  const id = `${name}(${parts.join(',')})`;
  return id.length <= longest ? id : `${name}(all=${short(parts)})`;
}

/** A business value in its one form. */
export function normalised(value: IdentityValue): IdentityValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') {
    return value.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase().normalize('NFC');
  }
  if (typeof value !== 'object') return value;
  const items = value.map((item) => normalised(item)).map((item) => [canonicalJson(item ?? null), item] as const);
  return [...new Map(items)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function short(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 32);
}
