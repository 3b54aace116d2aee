/**
 * A copy of JSON with another value at a path. What holds it must be there.
 * @throws Error naming the part of the path that is not
 */
export function withValue(json: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof json !== 'object' || json === null) throw new Error(`there is nothing to hold "${name}"`);
  const known = Object.hasOwn(json, name);
  if (Array.isArray(json)) {
    if (!known || !/^\d+$/.test(name)) throw new Error(`there is no item "${name}"`);
    return json.map((item: unknown, at) => (at === Number(name) ? withValue(item, rest, value) : item));
  }
  if (!known && rest.length > 0) throw new Error(`there is nothing to hold "${rest[0] ?? ''}"`);
  const before = known ? (json as Record<string, unknown>)[name] : undefined;
  // A key named __proto__ is a key like any other.
  return Object.fromEntries([
    ...Object.entries(json).map(([each, item]): [string, unknown] => [
      each,
      each === name ? withValue(before, rest, value) : item,
    ]),
    ...(known ? [] : [[name, value] as [string, unknown]]),
  ]);
}
