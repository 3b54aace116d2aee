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
          const method = methodOf(from, value as Method, calls);
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

function methodOf(from: object, method: Method, calls: AsyncLocalStorage<CallOptions>): Method {
  return (...given) => {
    const last = given.at(-1) as SdkOptions | undefined;
    if (!isOptions(last)) return method.apply(from, given);
    const options =
      last.middleware !== undefined && (last.middlewareMergeStrategy ?? 'replace') === 'replace'
        ? { ...last, middlewareMergeStrategy: 'append' }
        : last;
    return calls.run({ ownCredentials: last.authMethods !== undefined }, () =>
      method.apply(from, [...given.slice(0, -1), options]),
    );
  };
}

/** Parts of the SDK are instances of its own classes. */
function isPart(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}

function isOptions(value: unknown): value is SdkOptions {
  if (typeof value !== 'object' || value === null) return false;
  return ['middleware', 'authMethods', 'httpApi', 'baseServer'].some((name) => name in value);
}
