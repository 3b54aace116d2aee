import { readRequest } from './request.ts';

/** What a stored request asks for, for a person who is asked later than it was made. */
export function storedParameters(stored: string): Readonly<Record<string, unknown>> {
  const { path, base, text, encoding } = readRequest(stored);
  const place = { $path: path, ...(base === undefined ? {} : { $base: base }) };
  if (encoding === 'base64') return { $content: `${text.length} characters of base64`, ...place };
  if (text === '') return place;
  const body = JSON.parse(text) as unknown;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { $body: body, ...place };
  const { properties, ...rest } = body as Readonly<Record<string, unknown>>;
  const isNamed = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  const named = isNamed
    ? Object.fromEntries(Object.entries(properties).map(([name, value]) => [`properties.${name}`, value]))
    : properties === undefined
      ? {}
      : { properties };
  return { ...rest, ...named, ...place };
}
