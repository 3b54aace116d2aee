import { invalid } from './hubspot-failure.ts';

/** One part of a multipart form: a text, or a file with its bytes. */
export type FormPart = string | { readonly name: string; readonly type: string; readonly bytes: Buffer };

/** Parses `multipart/form-data`; refuses what is none. */
export async function readForm(bytes: Buffer, contentType: string): Promise<ReadonlyMap<string, FormPart>> {
  const parts = new Map<string, FormPart>();
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
    for (const [name, value] of form) {
      if (typeof value === 'string') parts.set(name, value);
      else parts.set(name, { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
    }
  } catch {
    throw invalid('The multipart form cannot be parsed');
  }
  return parts;
}
