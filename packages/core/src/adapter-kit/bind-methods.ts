import type { Calls } from './calls.ts';

type Method = (this: object, ...given: unknown[]) => unknown;

/** By whom the methods of a part are called. */
const callsOf = new WeakMap<object, Calls>();
/** The prototype that stands before another one: one for a class, however many clients there are. */
const boundPrototypes = new WeakMap<object, object>();

const bound = new WeakSet<object>();

const deepest = 6;

/**
 * Makes each method of a client's parts (its resources, and those in its namespaces) one call of `calls`. The parts stay
 * the objects that the SDK made: only a prototype is put before theirs, so `instanceof`, private fields, a spy that a
 * test sets and restores, and methods that are taken off, do what they did.
 */
export function bindMethods(client: object, calls: Calls): void {
  const seen = new Set<object>([client]);
  const visit = (part: object, depth: number): void => {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(part))) {
      if (name.startsWith('_') || typeof value !== 'object' || value === null || seen.has(value)) continue;
      seen.add(value);
      if (isClassInstance(value)) bindOne(value, calls);
      else if (Object.getPrototypeOf(value) !== Object.prototype) continue;
      if (depth < deepest) visit(value, depth + 1);
    }
  };
  bindOne(client, calls);
  visit(client, 0);
}

function bindOne(part: object, calls: Calls): void {
  callsOf.set(part, calls);
  const prototype = Object.getPrototypeOf(part) as object;
  if (bound.has(prototype)) return;
  Object.setPrototypeOf(part, boundPrototypeOf(prototype));
}

function boundPrototypeOf(prototype: object): object {
  const before = boundPrototypes.get(prototype);
  if (before) return before;
  const made = Object.create(prototype) as object;
  for (const [name, { value, enumerable }] of methodsOf(prototype)) {
    // Asked for at each call: what stands there may be replaced, by a spy for instance.
    const method = function (this: object, ...given: unknown[]): unknown {
      const original = Reflect.get(prototype, name, this) as Method;
      const calls = typeof this === 'object' && this !== null ? callsOf.get(this) : undefined;
      return calls ? calls.run(() => original.apply(this, given)) : original.apply(this, given);
    };
    Object.defineProperty(method, 'name', { value: name, configurable: true });
    Object.defineProperty(method, 'length', { value: value.length, configurable: true });
    Object.defineProperty(made, name, {
      value: method,
      enumerable: enumerable === true,
      writable: true,
      configurable: true,
    });
  }
  boundPrototypes.set(prototype, made);
  bound.add(made);
  return made;
}

/** The public methods of a class and of those that it extends. */
function methodsOf(prototype: object): Map<string, { readonly value: Method; readonly enumerable?: boolean }> {
  const found = new Map<string, { readonly value: Method; readonly enumerable?: boolean }>();
  for (
    let at: object | null = prototype;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      const { value, enumerable } = descriptor as { value?: unknown; enumerable?: boolean };
      if (name === 'constructor' || name.startsWith('_') || typeof value !== 'function' || found.has(name)) continue;
      found.set(name, { value: value as Method, ...(enumerable === undefined ? {} : { enumerable }) });
    }
  }
  return found;
}

function isClassInstance(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype !== null &&
    prototype !== Object.prototype &&
    Object.isExtensible(value) &&
    !ArrayBuffer.isView(value) &&
    !isBuiltIn(value)
  );
}

function isBuiltIn(value: object): boolean {
  return (
    Array.isArray(value) ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof WeakMap ||
    value instanceof Promise ||
    value instanceof Date ||
    value instanceof RegExp ||
    value instanceof Error ||
    value instanceof EventTarget
  );
}
