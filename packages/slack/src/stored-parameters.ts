import { markerField, readRequest } from './request.ts';

/** What a stored request asks for, for a person who is asked later than it was made. */
export function storedParameters(stored: string): Readonly<Record<string, unknown>> {
  const { body, encoding } = readRequest(stored);
  if (encoding === 'base64') return { $content: `${body.length} characters of base64` };
  const given = [...new URLSearchParams(body)].filter(([, value]) => !value.includes(`"${markerField}"`));
  return Object.fromEntries(given);
}
