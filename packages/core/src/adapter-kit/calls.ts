import { AsyncLocalStorage } from 'node:async_hooks';

import { takeCall, type Call } from '../whose-call.ts';

/**
 * The calls of one client's methods. An SDK may hold a call back (limiter, queue, pool) and make its request in the
 * asynchronous context of another one, so whose it is travels with the call: by its ticket, or by what closes over it.
 */
export interface Calls {
  /** Runs a method as one call: whose it is, is taken now. `ticket` is text that leads from the request back to it. */
  run<T>(method: (call: Call, ticket: string) => T): T;
  /** The call of a ticket, until its method has ended. */
  of(ticket: string): Call | undefined;
  /** The call that runs here by the asynchronous context, where nothing carries its ticket. */
  current(): Call | undefined;
}

interface Running {
  readonly of: object;
  readonly call: Call;
}

const running = new AsyncLocalStorage<Running>();

export function createCalls(): Calls {
  const byTicket = new Map<string, Call>();
  const self = {};
  let next = 0;
  return {
    run: (method) => {
      const call = takeCall();
      const ticket = String((next += 1));
      byTicket.set(ticket, call);
      const end = (): void => {
        byTicket.delete(ticket);
      };
      let result: ReturnType<typeof method>;
      try {
        result = running.run({ of: self, call }, () => method(call, ticket));
      } catch (error) {
        end();
        throw error;
      }
      // What is lazy begins only when it is asked for, so it is not asked here.
      if (result instanceof Promise) result.then(end, end);
      else end();
      return result;
    },
    of: (ticket) => byTicket.get(ticket),
    current: () => {
      const here = running.getStore();
      return here?.of === self ? here.call : undefined;
    },
  };
}
