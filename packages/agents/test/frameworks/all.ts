import type { Framework } from '../desk.ts';
import { aiSdk } from './ai-sdk.ts';
import { anthropic } from './anthropic.ts';
import { genkit } from './genkit.ts';
import { langGraph } from './langgraph.ts';
import { mastra } from './mastra.ts';
import { mcp, mcpV1 } from './mcp.ts';
import { openAiAgents } from './openai-agents.ts';
import { openAi } from './openai.ts';

export const frameworks: readonly Framework[] = [
  aiSdk,
  openAiAgents,
  langGraph,
  mcp,
  mcpV1,
  openAi,
  anthropic,
  mastra,
  genkit,
];
