import { AsyncLocalStorage } from 'node:async_hooks';

import { currentFrames, type Frames } from '../scope.ts';
import { takeCall, type Call } from '../whose-call.ts';

/**
 * The calls of one client's methods. An SDK may hold a call back (limiter, queue, pool) and make its request in the
 * asynchronous context of another one, so whose it is travels with the call: by what closes over it, or by a ticket.
 */
export interface Calls {
  /** Runs a method as one call: whose it is, is taken now. It gives what the method gives. */
  run<T>(method: (call: Call) => T): T;
  /** The same, with a text that leads from the request back to the call until the method has ended. */
  ticketed<T>(method: (ticket: string) => PromiseLike<T>): Promise<T>;
  /** The call of a ticket. */
  of(ticket: string): Call | undefined;
  /** The call that runs here by the asynchronous context, for an SDK that holds nothing back. */
  current(): Call | undefined;
}

interface Running {
  readonly by: object;
  readonly call: Call;
}

const running = new AsyncLocalStorage<Running>();

export function createCalls(): Calls {
  const byTicket = new Map<string, Call>();
  const self = {};
  let next = 0;
  const runAs = <T>(call: Call, method: () => T): T => running.run({ by: self, call }, method);
  return {
    run: (method) => {
      // What the SDK calls of its own client is a part of the call that it makes, however its own promises led it there.
      const here = running.getStore();
      if (here?.by === self && isOf(here.call, currentFrames())) return method(here.call);
      const call = takeCall();
      return runAs(call, () => method(call));
    },
    ticketed: async (method) => {
      const call = takeCall();
      const ticket = String((next += 1));
      byTicket.set(ticket, call);
      try {
        return await runAs(call, () => method(ticket));
      } finally {
        byTicket.delete(ticket);
      }
    },
    of: (ticket) => byTicket.get(ticket),
    current: () => {
      const here = running.getStore();
      return here?.by === self ? here.call : undefined;
    },
  };
}

function isOf({ frames }: Call, now: Frames | undefined): boolean {
  return frames?.scope === now?.scope && frames?.effect === now?.effect;
}
