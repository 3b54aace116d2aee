import { headOf } from './content.ts';

/** Headers come as an object or as a list of `{ key, value }`. */
export function headerOf(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const entries = Array.isArray(headers)
    ? headers.map(({ key, value }: { key?: unknown; value?: unknown }) => [String(key), value] as const)
    : Object.entries(headers);
  return entries.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** The value of a header of a ready-made message; `undefined` where it has none, or cannot be looked into. */
export function headerIn(raw: unknown, name: string): string | undefined {
  for (const line of (headOf(raw) ?? '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    // Readers of mail take blanks before the colon too.
    if (colon > 0 && line.slice(0, colon).trimEnd().toLowerCase() === name.toLowerCase()) {
      return line.slice(colon + 1).trim();
    }
  }
  return undefined;
}
