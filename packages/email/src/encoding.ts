import { OutsideContent } from './outside-content.ts';

/** JSON that also says bytes, times and errors, for what the ledger keeps of a mail and of its result. */

const bytesTag = '$oncely:bytes';
const timeTag = '$oncely:time';
const errorTag = '$oncely:error';
const outsideTag = '$oncely:outside';

/** What a nodemailer error says beside its message; anything else on it (sockets, certificates) is left out. */
const errorFields = [
  'code',
  'responseCode',
  'response',
  'command',
  'permanent',
  'recipient',
  'rejected',
  'rejectedErrors',
] as const;

/** Streams and functions are left out. @throws TypeError where a value refers back to itself */
export function encode(value: unknown): string {
  return JSON.stringify(value ?? null, function (this: Record<string, unknown>, name, json: unknown) {
    // Not `json`, on which toJSON of Buffer and Date has been called already.
    const original = this[name];
    if (isBytes(original)) return { [bytesTag]: bytesOf(original).toString('base64') };
    if (original instanceof Date && !Number.isNaN(original.getTime())) return { [timeTag]: original.getTime() };
    if (original instanceof OutsideContent) {
      const { sha256, size, path } = original;
      return { [outsideTag]: { sha256, size, path } };
    }
    if (original instanceof Error) return { [errorTag]: errorParts(original) };
    return isStream(original) ? undefined : json;
  });
}

export function decode(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const [entry, another] = Object.entries(value);
    if (!entry || another) return value;
    switch (entry[0]) {
      case bytesTag:
        return Buffer.from(String(entry[1]), 'base64');
      case timeTag:
        return new Date(Number(entry[1]));
      case outsideTag: {
        const { sha256, size, path } = entry[1] as OutsideContent;
        return new OutsideContent(sha256, size, path);
      }
      case errorTag:
        return errorFrom(entry[1] as Record<string, unknown>);
      default:
        return value;
    }
  });
}

export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

export function bytesOf(value: ArrayBuffer | ArrayBufferView): Buffer {
  return value instanceof ArrayBuffer
    ? Buffer.from(value)
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

export function isStream(value: unknown): boolean {
  return typeof (value as { pipe?: unknown } | null | undefined)?.pipe === 'function';
}

function errorParts(error: Error): Record<string, unknown> {
  const given = error as unknown as Record<string, unknown>;
  const fields = errorFields.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]);
  return { name: error.name, message: error.message, ...(Object.fromEntries(fields) as Record<string, unknown>) };
}

function errorFrom({ name, message, ...fields }: Record<string, unknown>): Error {
  const error = Object.assign(new Error(String(message)), fields);
  // As on nodemailer's own: enumerable only where it is not the ordinary one.
  return name === 'Error' ? error : Object.assign(error, { name });
}
