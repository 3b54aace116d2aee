import { AsyncLocalStorage } from 'node:async_hooks';

import type { HubSpotLike } from './vendor.ts';

/** What a call of the SDK was given for itself, beside what its client has. */
export interface CallOptions {
  /** The call brought credentials of its own. */
  readonly ownCredentials: boolean;
}

interface SdkOptions {
  readonly middleware?: unknown;
  readonly middlewareMergeStrategy?: string;
  readonly authMethods?: unknown;
}

/**
 * The client as it is, with two holes closed: `apiRequest`, which knows no middleware, and options of a single call, by
 * which a middleware of the call's own would replace ours.
 */
export function guarded<Client extends HubSpotLike>(
  client: Client,
  apiRequest: HubSpotLike['apiRequest'],
  calls: AsyncLocalStorage<CallOptions>,
): Client {
  const seen = new WeakMap<object, object>();
  const wrap = <T extends object>(target: T, depth: number): T => {
    const before = seen.get(target);
    if (before) return before as T;
    const methods = new Map<unknown, unknown>();
    const proxy = new Proxy(target, {
      get(from, name) {
        if (depth === 0 && name === 'apiRequest') return apiRequest;
        const value = Reflect.get(from, name, from) as unknown;
        if (typeof value === 'function' && name !== 'constructor') {
          const known = methods.get(value);
          if (known !== undefined) return known;
          const method = methodOf(from, name, value as Method, calls);
          methods.set(value, method);
          return method;
        }
        // Only what leads to methods: configuration and other data stay what they are.
        return isPart(value) && name !== 'config' ? wrap(value, depth + 1) : value;
      },
    });
    seen.set(target, proxy);
    return proxy;
  };
  return wrap(client, 0);
}

type Method = (...given: unknown[]) => unknown;

/**
 * A method, as it is. One of an API is given options, for two reasons: a middleware of the call's own would by default
 * replace ours, and version 13 applies a client's middleware only where a call has options.
 */
function methodOf(from: object, name: string | symbol, method: Method, calls: AsyncLocalStorage<CallOptions>): Method {
  const place = optionsOf(from, name);
  if (place === undefined) return (...given) => method.apply(from, given);
  return (...given) => {
    const own = (given[place] ?? {}) as SdkOptions;
    const strategy = own.middlewareMergeStrategy ?? 'replace';
    const options: SdkOptions = {
      ...own,
      middleware: own.middleware ?? [],
      middlewareMergeStrategy: strategy === 'replace' ? 'append' : strategy,
    };
    const all = Array.from({ length: Math.max(given.length, place + 1) }, (_, index) => given[index]);
    all[place] = options;
    return calls.run({ ownCredentials: own.authMethods !== undefined }, () => method.apply(from, all));
  };
}

/** Where a method takes its options: last. A decorated method does not say so, the one of its class does. */
function optionsOf(from: object, name: string | symbol): number | undefined {
  if (typeof name !== 'string' || !(name.endsWith('WithHttpInfo') || `${name}WithHttpInfo` in from)) return undefined;
  const declared = Reflect.get(Object.getPrototypeOf(from) as object, name) as Method | undefined;
  return declared === undefined || declared.length === 0 ? undefined : declared.length - 1;
}

/** Parts of the SDK are instances of its own classes. */
function isPart(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}
