import type { Tool, ToolResult } from '@oncely/core/tools';
import { stripeToolNames, stripeTools, type StripeToolName } from '@oncely/stripe/tools';

import { startWorld, type Process, type World } from '../world.ts';

type Policy = Omit<Parameters<typeof stripeTools>[1], 'allow'>;

/** An agent's desk over a fake: tools by name, called within a scope that is opened anew each time, as by a new run. */
export interface Desk {
  readonly world: World;
  readonly tools: ReadonlyMap<string, Tool>;
  /** Another process on the same ledger and vendor. */
  readonly process: Process;
  call(name: StripeToolName, input: object, context?: Parameters<Tool['execute']>[1]): Promise<ToolResult>;
  inScope<T>(fn: () => Promise<T>): Promise<T>;
}

const refundDesk = { businessId: 'invoice_98342', workflowId: 'refund-desk' } as const;

export function deskOver(world: World, policy: Policy = {}): Desk {
  const process = world.process();
  const list = stripeTools(process.stripe, { ...policy, allow: stripeToolNames });
  const tools = new Map(list.map((tool) => [tool.name, tool]));
  const inScope = <T>(fn: () => Promise<T>): Promise<T> => process.oncely.scope(refundDesk, fn);
  return {
    world,
    tools,
    process,
    inScope,
    call: (name, input, context) => inScope(() => tools.get(name)?.execute(input, context) as Promise<ToolResult>),
  };
}

export async function openDesk(policy?: Policy): Promise<Desk> {
  return deskOver(await startWorld(), policy);
}
