/** A decoded form value: `a[b]=1` is `{ a: { b: '1' } }`, `a[0]=1` and `a[]=1` are `{ a: ['1'] }`. */
export type FormValue = string | readonly FormValue[] | FormRecord;
export interface FormRecord {
  readonly [key: string]: FormValue;
}

type Tree = Map<string, Tree | string>;

/** Decodes Stripe's bracketed form encoding. Never throws: what makes no sense is kept under its literal name. */
export function decodeForm(pairs: Iterable<readonly [string, string]>): FormRecord {
  const root: Tree = new Map();
  for (const [name, value] of pairs) {
    const path = splitName(name);
    let tree = root;
    path.forEach((part, depth) => {
      const key = part === '' ? String(tree.size) : part;
      if (depth === path.length - 1) {
        tree.set(key, value);
        return;
      }
      const known = tree.get(key);
      const next: Tree = known instanceof Map ? known : new Map();
      tree.set(key, next);
      tree = next;
    });
  }
  return toRecord(root, true);
}

/** Decodes a JSON body into the same shape: all that is neither list nor object is text, nothing is an empty one. */
export function decodeJson(body: string): FormRecord {
  const textOf = (value: unknown): FormValue => {
    if (Array.isArray(value)) return value.map(textOf);
    if (typeof value !== 'object' || value === null)
      return value === null ? '' : String(value as string | number | boolean);
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, textOf(field)]));
  };
  return textOf(JSON.parse(body)) as FormRecord;
}

/** Decodes a multipart body: a field is its text, a file `{ name, type, data }`. */
export function decodeMultipart(body: string, boundary: string): FormRecord {
  const fields: [string, FormValue][] = [];
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    const data = rest.join('\r\n\r\n').replace(/\r\n$/, '');
    const name = /name="([^"]*)"/.exec(head)?.[1] ?? '';
    const file = /filename="([^"]*)"/.exec(head)?.[1];
    const type = /Content-Type: *(\S+)/i.exec(head)?.[1] ?? '';
    fields.push([name, file === undefined ? data : { name: file, type, data }]);
  }
  return Object.fromEntries(fields);
}

/** The same text for the same parameters in whatever order they were sent. */
export function canonicalForm(value: FormValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalForm).join(',')}]`;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalForm(field)}`).join(',')}}`;
}

export function isList(value: FormValue): value is readonly FormValue[] {
  return Array.isArray(value);
}

function splitName(name: string): string[] {
  const matched = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!matched) return [name];
  const [, head = '', brackets = ''] = matched;
  return [head, ...[...brackets.matchAll(/\[([^[\]]*)\]/g)].map(([, key = '']) => key)];
}

function toRecord(tree: Tree, top = false): FormRecord {
  // Metadata is a map whatever its keys look like: `metadata[0]` is the key "0".
  return Object.fromEntries(
    [...tree].map(([key, value]) => [
      key,
      top && key === 'metadata' && value instanceof Map ? toRecord(value) : toValue(value),
    ]),
  );
}

function toValue(value: Tree | string): FormValue {
  if (typeof value === 'string') return value;
  const isSequence = [...value.keys()].every((key, index) => key === String(index));
  return isSequence ? [...value.values()].map(toValue) : toRecord(value);
}
