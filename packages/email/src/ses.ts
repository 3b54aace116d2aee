import { AsyncLocalStorage } from 'node:async_hooks';

import type { TransporterLike } from './transporter.ts';

type Handler = (given: unknown) => Promise<unknown>;

/** What is used of Amazon's `SESv2Client`, public in version 3 of its SDK. */
interface SesClientLike {
  readonly middlewareStack?: {
    add(middleware: (next: Handler) => Handler, where: { readonly step: string; readonly priority: string }): void;
  };
}

const ofAnEffect = new AsyncLocalStorage<true>();
const guarded = new WeakSet<object>();

/**
 * Amazon's SDK sends a command three times by default, whatever its answer was lost to. Within the function given back
 * it sends once, and fails as it first failed; elsewhere the client is as it was.
 */
export function sendingOnce({ transporter }: TransporterLike): <T>(send: () => T) => T {
  const { sesClient } = (transporter as { readonly ses?: { readonly sesClient?: SesClientLike } }).ses ?? {};
  if (sesClient?.middlewareStack && !guarded.has(sesClient)) {
    guarded.add(sesClient);
    // Inside of the retries: called for each of them, on a handler that is made anew for each command.
    sesClient.middlewareStack.add(guard, { step: 'finalizeRequest', priority: 'low' });
  }
  return (send) => ofAnEffect.run(true, send);
}

function guard(next: Handler): Handler {
  let first: { readonly failure: unknown } | undefined;
  return async (given) => {
    if (first && ofAnEffect.getStore() === true) throw first.failure;
    try {
      return await next(given);
    } catch (failure) {
      first = { failure };
      throw failure;
    }
  };
}

/** An error as Amazon's SDK makes it of an answer. */
interface ServiceError extends Error {
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/**
 * Whether SES itself refused the call, and for now only. A request id is of SES's own answer; what stands in between
 * gives none. `undefined`: it proves nothing.
 */
export function refusalOfSes(error: ServiceError): 'for_now' | 'as_it_is' | undefined {
  const { $fault, $metadata: { httpStatusCode: status = 0, requestId } = {}, name } = error;
  if ($fault !== 'client' || requestId === undefined || status < 400 || status > 499) return undefined;
  if (status === 408 || /timeout/i.test(name)) return undefined;
  return status === 429 || /throttl|toomanyrequests/i.test(name) ? 'for_now' : 'as_it_is';
}
