import type { Desk, Ticket } from './desk.ts';

type Agent = (ticket: Ticket, desk: Desk) => Promise<string>;

/** Each framework is loaded only where it is asked for. */
const agents: Readonly<Record<string, () => Promise<{ readonly agent: Agent }>>> = {
  'ai-sdk': () => import('./ai-sdk.ts'),
  'openai-agents': () => import('./openai-agents.ts'),
  langgraph: () => import('./langgraph.ts'),
  'langgraph-node': () => import('./langgraph-node.ts'),
  mcp: () => import('./mcp.ts'),
  openai: () => import('./openai.ts'),
  anthropic: () => import('./anthropic.ts'),
  mastra: () => import('./mastra.ts'),
  genkit: () => import('./genkit.ts'),
  llamaindex: () => import('./llamaindex.ts'),
};

export const agentNames: readonly string[] = Object.keys(agents);

export async function agentNamed(name: string): Promise<Agent> {
  const load = agents[name];
  if (!load) throw new Error(`no agent ${name}: ${agentNames.join(', ')}`);
  return (await load()).agent;
}
