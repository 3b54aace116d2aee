import { isPlainObject } from '../fingerprint.ts';

// An input is kept beside its request, so that the request can be made anew under another key. JSON alone would give a
// Date back as a text; inputs of earlier versions have no tags, and are read as they are.
const tag = '$oncely';

const views = {
  Buffer,
  DataView,
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** An input as JSON, from which `untagged` makes it again. It must be a copy that `copyInput` made. */
export function tagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(tagged);
  if (value instanceof Date) return { [tag]: 'Date', value: value.toISOString() };
  if (value instanceof URL) return { [tag]: 'URL', value: value.href };
  if (value instanceof ArrayBuffer) return { [tag]: 'ArrayBuffer', value: Buffer.from(value).toString('base64') };
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    const text = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
    return { [tag]: Buffer.isBuffer(value) ? 'Buffer' : value.constructor.name, value: text };
  }
  const fields = mapped(value, tagged);
  return Object.hasOwn(value, tag) ? { [tag]: 'fields', value: fields } : fields;
}

/** The input that `tagged` made JSON of. */
export function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untagged);
  const { [tag]: kind, value: held } = value as { readonly [tag]?: unknown; readonly value?: unknown };
  if (typeof kind !== 'string') return mapped(value, untagged);
  if (kind === 'fields') return mapped(held as object, untagged);
  if (kind === 'Date') return new Date(held as string);
  if (kind === 'URL') return new URL(held as string);
  const bytes = new Uint8Array(Buffer.from(String(held), 'base64')).buffer;
  if (kind === 'ArrayBuffer') return bytes;
  if (kind === 'Buffer') return Buffer.from(bytes);
  return Object.hasOwn(views, kind) ? new views[kind as 'DataView'](bytes) : mapped(value, untagged);
}

function mapped(value: object, each: (inner: unknown) => unknown): object {
  const copy = {};
  if (!isPlainObject(value)) return value;
  for (const [name, item] of Object.entries(value)) {
    Object.defineProperty(copy, name, { value: each(item), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
