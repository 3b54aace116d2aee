import canonicalize from 'canonicalize';
import { createHash, createHmac, type KeyObject } from 'node:crypto';

import { OncelyError } from './errors.ts';

/**
 * Keyed digests of one write's operation, account and decoded parameters. The key stays in the ledger (or is the
 * caller's own), so a digest that leaves it cannot be guessed back to an amount or an address.
 */
export interface Fingerprint {
  /** Version of the algorithm; digests of different versions are never compared. */
  readonly version: 1;
  /** Over everything. */
  readonly full: string;
  /** Over everything but the operation's wording paths. */
  readonly material: string;
  /** One short digest per top-level parameter, so that a mismatch can name what changed without its value. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface FingerprintInput {
  readonly operation: string;
  readonly account: string;
  readonly parameters: unknown;
  /** Top-level parameters that are wording, not substance: `text`, `subject`. */
  readonly wording?: readonly string[];
}

/**
 * Digests a write: HMAC-SHA-256 of RFC 8785 canonical JSON. Key order never matters, `undefined` is absent, `null` is
 * not, a Date is its ISO text, a URL its href, bytes their SHA-256. Anything else that JSON cannot say is refused.
 *
 * @throws OncelyError `invalid_input` naming the path.
 */
export function fingerprint(input: FingerprintInput, key: KeyObject | Uint8Array): Fingerprint {
  const parameters = toJson(input.parameters, 'parameters');
  const digest = (json: unknown): string =>
    createHmac('sha256', key)
      .update(canonicalize(json) ?? '')
      .digest('base64url');
  const head = { operation: input.operation, account: input.account };
  const fields: Record<string, string> = {};
  const material: Record<string, unknown> = emptyObject();
  if (isObject(parameters)) {
    for (const [name, value] of Object.entries(parameters)) {
      define(fields, name, digest([input.operation, name, value]).slice(0, 16));
      if (!input.wording?.includes(name)) define(material, name, value);
    }
  }
  const full = digest({ ...head, parameters });
  const sameAsFull = !isObject(parameters) || Object.keys(material).length === Object.keys(parameters).length;
  return { version: 1, full, material: sameAsFull ? full : digest({ ...head, parameters: material }), fields };
}

/** What differs of two inputs: nothing, the wording only, or what matters. */
export function compare(before: Fingerprint, after: Fingerprint): 'same' | 'wording' | 'material' {
  if (before.full === after.full) return 'same';
  return before.material === after.material ? 'wording' : 'material';
}

/** Which top-level parameters differ between two fingerprints, by name only. */
export function changedFields(before: Fingerprint, after: Fingerprint): string[] {
  const names = new Set([...Object.keys(before.fields), ...Object.keys(after.fields)]);
  return [...names].filter((name) => before.fields[name] !== after.fields[name]).sort();
}

/** RFC 8785 text of a JSON value. @throws OncelyError `invalid_input` naming the path of what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(toJson(value, 'value'));
  if (text === undefined) throw invalid('value', 'is undefined, which JSON cannot say');
  return text;
}

/** SHA-256 of a text or of bytes, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** How many objects and lists may hold one another: no vendor takes more, and a stack ends. */
export const deepest = 500;

/**
 * Brings a value to plain JSON, strictly; the returned copy shares nothing with the input. Bytes become their digest,
 * which is enough to compare them; where the value is to be given again they are refused.
 */
export function toJson(
  value: unknown,
  path: string,
  ancestors: readonly object[] = [],
  bytes: 'digest' | 'refuse' = 'digest',
): unknown {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw invalid(path, 'holds a lone surrogate; give well-formed text');
      return value;
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path, `is ${String(value)}, which JSON cannot say`);
      return value;
    case 'bigint':
      throw invalid(path, 'is a BigInt; give a number, or a string if it can be larger than 2^53');
    case 'function':
    case 'symbol':
      throw invalid(path, `is a ${typeof value}, which cannot be remembered; give data`);
    case 'object':
      return value === null ? null : objectToJson(value, path, ancestors, bytes);
  }
}

function objectToJson(value: object, path: string, ancestors: readonly object[], bytes: 'digest' | 'refuse'): unknown {
  if (ancestors.includes(value)) throw invalid(path, 'refers back to itself (a cycle)');
  if (ancestors.length >= deepest) throw invalid(`${path.slice(0, 99)}...`, `lies more than ${deepest} levels deep`);
  const within = [...ancestors, value];
  if (Array.isArray(value)) {
    return Array.from(value, (item: unknown, index) => {
      if (item === undefined) throw invalid(`${path}[${index}]`, 'is undefined; use null for a gap in a list');
      return toJson(item, `${path}[${index}]`, within, bytes);
    });
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw invalid(path, 'is an invalid Date');
    return value.toISOString();
  }
  if (value instanceof URL) return value.href;
  if (bytes === 'refuse' && (value instanceof ArrayBuffer || ArrayBuffer.isView(value))) {
    throw invalid(path, "holds bytes, which JSON cannot say; give text: Buffer.from(bytes).toString('base64')");
  }
  if (value instanceof ArrayBuffer) return { $sha256: sha256(new Uint8Array(value)) };
  if (ArrayBuffer.isView(value)) {
    return { $sha256: sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  }
  if (!isPlainObject(value)) throw invalid(path, refusalOf(value));
  const copy = emptyObject();
  for (const [name, item] of Object.entries(value)) {
    if (!name.isWellFormed()) throw invalid(path, 'has a key with a lone surrogate; give well-formed text');
    const json = toJson(item, `${path}.${name}`, within, bytes);
    if (json !== undefined) define(copy, name, json);
  }
  return copy;
}

/** Whether an object is fields and no instance of anything, whichever realm it comes from. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty');
}

function refusalOf(value: object): string {
  if (typeof (value as { pipe?: unknown }).pipe === 'function' || value instanceof ReadableStream) {
    return 'is a stream, which can be read only once; read it into a Buffer first';
  }
  const name = (value.constructor as { name?: string } | undefined)?.name ?? 'object';
  return `is an instance of ${name}; give a plain object, array, string, number, boolean or null`;
}

function invalid(path: string, problem: string): OncelyError {
  return new OncelyError('invalid_input', {
    message: `${path} ${problem}. Nothing was sent and nothing was recorded.`,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Without a prototype, so that a key named __proto__ is a key like any other.
function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
