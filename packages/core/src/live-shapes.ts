// What a function may return that goes on living: told by its shape alone, as to read a getter of such an object may
// begin what is to be read later.

/** A plain object or an array that may hold what lives, such as `{ stream, response }`. */
export function isHolder(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null || Array.isArray(value);
  return plain && !(Symbol.asyncIterator in value);
}

/** An object that is, or gives, something to be read later: a streamed run of an agent, a stream with methods of its own. */
export function isLiveObject(value: object): boolean {
  if (value instanceof Blob || value instanceof Error || ArrayBuffer.isView(value)) return false;
  if (value instanceof ReadableStream || Symbol.asyncIterator in value) return true;
  for (const [name, property] of propertiesOf(value)) {
    const member: unknown = property.value;
    if (
      typeof name === 'string' &&
      /stream|iterator/i.test(name) &&
      (property.get !== undefined || typeof member === 'function')
    )
      return true;
    if (
      typeof member === 'object' &&
      member !== null &&
      (member instanceof ReadableStream || Symbol.asyncIterator in member)
    )
      return true;
  }
  return false;
}

/** An object's members and those of its classes, without those that every object has. */
export function propertiesOf(value: object): Map<string | symbol, PropertyDescriptor> {
  const found = new Map<string | symbol, PropertyDescriptor>();
  for (
    let at: object | null = value;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const name of Reflect.ownKeys(at)) {
      const property = Object.getOwnPropertyDescriptor(at, name);
      if (property && name !== 'constructor' && !found.has(name)) found.set(name, property);
    }
  }
  return found;
}
