import { scopeHere, type ToolResult } from '@oncely/core/tools';

/** A call as the framework asks about it and then makes it. */
interface AskedCall {
  readonly tool: string;
  readonly toolCallId: string;
  readonly input: unknown;
}

/** For frameworks that ask whether a call needs approval before they make it. */
export interface AskedFirst {
  /** Makes the call as far as it may go; `true` where a person has to decide. */
  readonly waits: (call: AskedCall, run: () => Promise<ToolResult>) => Promise<boolean>;
  /** What the call came to when it was asked about, or makes it now. */
  readonly take: (call: AskedCall, run: () => Promise<ToolResult>) => Promise<ToolResult>;
}

const most = 1_000;

/**
 * Only the ledger knows whether a call waits for a person, and it knows by the call being made: so it is made when the
 * framework asks, and what it came to is handed over when the framework makes it.
 */
export function askedFirst(): AskedFirst {
  const ended = new Map<string, Promise<ToolResult>>();
  const keyOf = (call: AskedCall): string => {
    const { tenant, businessId, workflowId } = scopeHere() ?? {};
    return JSON.stringify([tenant, businessId, workflowId, call.tool, call.toolCallId, call.input]);
  };
  return {
    waits: async (call, run) => {
      const key = keyOf(call);
      const running = run();
      const [oldest] = ended.keys();
      if (ended.size >= most && oldest !== undefined) ended.delete(oldest);
      ended.set(key, running);
      try {
        const { status } = await running;
        if (status !== 'pending_approval') return false;
      } catch {
        // What the program got wrong is thrown where the framework makes the call, which every framework is used to.
        return false;
      }
      ended.delete(key);
      return true;
    },
    take: (call, run) => {
      const key = keyOf(call);
      const made = ended.get(key);
      ended.delete(key);
      return made ?? run();
    },
  };
}
