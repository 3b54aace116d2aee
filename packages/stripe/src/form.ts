/** Form bodies as Stripe's SDK writes them: `metadata[order]=1`, `items[0][price]=p`. */

/** Decodes a form body into nested objects; list indexes stay object keys, which is enough to compare by. */
export function decodeForm(body: string): Record<string, unknown> {
  const result = emptyObject();
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.split(/\]\[|\[|\]/).filter((part, index) => index === 0 || part !== '');
    let target = result;
    for (const part of path.slice(0, -1)) {
      const inner = target[part];
      const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : emptyObject();
      target[part] = next;
      target = next;
    }
    target[path.at(-1) ?? name] = value;
  }
  return result;
}

/** The body with one more field. */
export function appendField(body: string, name: string, value: string): string {
  const field = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return body === '' ? field : `${body}&${field}`;
}

function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
