import { copyInput } from '../adapter-kit/copy-input.ts';
import { isPlainObject } from '../fingerprint.ts';

/** Whether a value is an object with named fields, and no instance of anything. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && isPlainObject(value);
}

/**
 * A value without its nulls. Strict modes make a model write null for what it leaves out, and frameworks differ in
 * which of the two they hand on, so both must be one input. What a schema made of the input and is no plain JSON, such
 * as a Date, is kept as it is.
 */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNulls(inner)]));
}

/**
 * A call's input, out of reach of whoever made it: the framework may fill its object anew while this call waits. Every
 * getter is read once. An instance that nobody can copy is handed on for the schema to judge.
 */
export function ownCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ownCopy);
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [ownCopy(key), ownCopy(inner)]));
  if (value instanceof Set) return new Set([...value].map(ownCopy));
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof URL || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return copyInput(value);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, ownCopy(inner)]));
}
