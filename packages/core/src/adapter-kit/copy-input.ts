import { deepest, isPlainObject, toJson } from '../fingerprint.ts';

/**
 * A copy of a caller's input, to be taken where a write is called: what is fingerprinted, approved and sent is then one
 * thing, whatever the caller does with its object meanwhile. Every getter is read once. Plain objects and lists are
 * copied all the way down, a Date, a URL and bytes as what they are; `undefined` fields are left out.
 *
 * @throws OncelyError `invalid_input` naming the path of anything else, as a fingerprint would.
 */
export function copyInput<T>(input: T, path = 'input'): T {
  return copied(input, path, []) as T;
}

function copied(value: unknown, path: string, ancestors: readonly object[]): unknown {
  if (typeof value !== 'object' || value === null) return toJson(value, path);
  if (ancestors.includes(value) || ancestors.length >= deepest) return toJson(value, path, ancestors);
  const within = [...ancestors, value];
  if (Array.isArray(value)) {
    return Array.from(value, (item: unknown, index) => {
      const at = `${path}[${index}]`;
      // Refused there, by its place in the list.
      if (item === undefined) return toJson([...Array.from({ length: index }, () => null), item], path);
      return copied(item, at, within);
    });
  }
  if (value instanceof Date) return new Date(toJson(value, path) as string);
  if (value instanceof URL) return new URL(value.href);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) return copyOfBytes(value);
  if (!isPlainObject(value)) return toJson(value, path);
  const copy = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const inner = copied(item, `${path}.${name}`, within);
    Object.defineProperty(copy, name, { value: inner, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

function copyOfBytes(view: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  const bytes = new Uint8Array(byteLength);
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength));
  if (Buffer.isBuffer(view)) return Buffer.from(bytes.buffer);
  const { constructor } = view as unknown as { constructor: new (buffer: ArrayBuffer) => ArrayBufferView };
  return new constructor(bytes.buffer);
}
