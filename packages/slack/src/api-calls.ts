import type { Call, Calls } from '@oncely/core/adapter';

import { isWrite } from './methods.ts';
import { ticketField } from './request.ts';

type Arguments = Readonly<Record<string, unknown>>;
type ApiCall = (method: string, options?: Arguments) => Promise<unknown>;
/** An upload is several calls, which are each bound by themselves. */
type IsTicketed = (method: string) => boolean;
type BoundCall = (options?: Arguments) => Promise<unknown>;

/**
 * Makes each write of a client one call of `calls`. The SDK sends from a queue, which runs a call in the context of
 * another one, so the call's ticket is one of its parameters. What a test has put in place of a method stays, and so do
 * reads where nobody asks whose they are.
 */
export function bindApiCalls(client: object, calls: Calls, withReads: boolean): void {
  const isTicketed: IsTicketed = (method) => method !== 'files.uploadV2' && (withReads || isWrite(method));
  const inherited = Object.getPrototypeOf(client) as { readonly apiCall?: ApiCall };
  if (typeof inherited.apiCall === 'function' && !Object.hasOwn(client, 'apiCall')) {
    const apiCall: ApiCall = (method, ...given) => {
      // Asked for at each call, as a test may replace it.
      const original = (options: Arguments | undefined): Promise<unknown> =>
        (inherited.apiCall as ApiCall).call(
          client,
          method,
          ...(given.length === 0 && options === undefined ? [] : [options]),
        );
      return isTicketed(method) ? withTicket(calls, original, given[0]) : original(given[0]);
    };
    Object.defineProperty(client, 'apiCall', { value: apiCall, writable: true, configurable: true });
  }
  bindNamespaces(client, '', calls, isTicketed);
}

/** `client.chat.postMessage` and the like, which the SDK has bound to its own `apiCall` already. */
function bindNamespaces(holder: object, path: string, calls: Calls, isTicketed: IsTicketed): void {
  for (const [name, { value, enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
    if (enumerable !== true || typeof value !== 'object' || value === null) {
      if (typeof value !== 'function' || value.name !== 'bound apiCall' || !isTicketed(`${path}${name}`)) continue;
      const original = value as BoundCall;
      const method: BoundCall = (options) => withTicket(calls, original, options);
      Object.defineProperty(method, 'name', { value: original.name, configurable: true });
      (holder as Record<string, unknown>)[name] = method;
    } else if (Object.getPrototypeOf(value) === Object.prototype) {
      bindNamespaces(value as object, `${path}${name}.`, calls, isTicketed);
    }
  }
}

function withTicket(calls: Calls, send: BoundCall, options: Arguments | undefined): Promise<unknown> {
  // The SDK has an error of its own for what is no object.
  if (options !== undefined && (typeof options !== 'object' || options === null)) return send(options);
  return calls.ticketed((ticket) => send({ ...options, [ticketField]: ticket }));
}

/** The call that a request of the SDK is made for. */
export function callOf(init: RequestInit | undefined, calls: Calls): Call | undefined {
  const { body } = init ?? {};
  const ticket =
    typeof body === 'string'
      ? new URLSearchParams(body).get(ticketField)
      : body instanceof FormData
        ? body.get(ticketField)
        : null;
  return (typeof ticket === 'string' ? calls.of(ticket) : undefined) ?? calls.current();
}

/** A request as the SDK made it, without what we put into its parameters. */
export function withoutTicket(init: RequestInit | undefined): RequestInit | undefined {
  const { body } = init ?? {};
  if (typeof body === 'string') {
    const fields = new URLSearchParams(body);
    if (!fields.has(ticketField)) return init;
    fields.delete(ticketField);
    return { ...init, body: fields.toString() };
  }
  if (!(body instanceof FormData) || !body.has(ticketField)) return init;
  const fields = new FormData();
  for (const [name, value] of body) if (name !== ticketField) fields.append(name, value);
  return { ...init, body: fields };
}
