import type { Framework } from '../desk.ts';

/** The frameworks by name; each is loaded where it is needed, since a process of its own pays for each. */
const modules: Readonly<Record<string, () => Promise<Framework>>> = {
  'AI SDK': async () => (await import('./ai-sdk.ts')).aiSdk,
  'OpenAI Agents SDK': async () => (await import('./openai-agents.ts')).openAiAgents,
  'LangGraph with ToolNode': async () => (await import('./langgraph.ts')).langGraph,
  'MCP v2': async () => (await import('./mcp.ts')).mcp,
  'MCP v1': async () => (await import('./mcp.ts')).mcpV1,
  'openai, runTools': async () => (await import('./openai.ts')).openAi,
  'Anthropic, toolRunner': async () => (await import('./anthropic.ts')).anthropic,
  Mastra: async () => (await import('./mastra.ts')).mastra,
  'LlamaIndex.TS': async () => (await import('./llamaindex.ts')).llamaIndex,
  Genkit: async () => (await import('./genkit.ts')).genkit,
};

export const frameworkNames: readonly string[] = Object.keys(modules);

export async function frameworkNamed(name: string): Promise<Framework> {
  const load = modules[name];
  if (!load) throw new Error(`there is no framework ${name}`);
  return load();
}
