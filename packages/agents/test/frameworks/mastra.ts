import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { mastraTools } from '@oncely/agents/mastra';
import { MockLanguageModelV3 } from 'ai/test';

import type { Desk, Framework, Saved, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

function modelOf(name: string, script: Script): MockLanguageModelV3 {
  const left = [...script];
  return new MockLanguageModelV3({
    doGenerate: async () => {
      const calls = left.shift();
      return {
        content: calls?.map(({ id, input }) => ({
          type: 'tool-call' as const,
          toolCallId: id,
          toolName: name,
          input: JSON.stringify(input),
        })) ?? [{ type: 'text' as const, text: 'Done.' }],
        finishReason: { unified: calls ? ('tool-calls' as const) : ('stop' as const), raw: undefined },
        usage,
        warnings: [],
      };
    },
  });
}

type Tools = Readonly<Record<string, unknown>>;

function agentOf(tools: Tools, name: string, script: Script): Agent {
  return new Agent({
    id: 'desk',
    name: 'Desk',
    instructions: 'You refund.',
    model: modelOf(name, script) as never,
    tools: tools as never,
  });
}

function toolsOf({ tool, effects }: Desk): Tools {
  if (!effects) {
    return mastraTools((definition) => createTool({ ...definition, requireApproval: true } as never), [tool]);
  }
  return mastraTools((definition) => createTool(definition as never), [tool], {
    approvals: { effects, approver: () => ({ by: 'ann' }) },
  });
}

/** What Mastra's store holds of a suspended run; the store in memory has it in one map. */
interface Kept {
  readonly runId: string;
  readonly toolCallId: string;
  readonly snapshots: ReadonlyMap<string, unknown>;
}

interface Snapshots {
  readonly db: { readonly workflows: Map<string, unknown> };
}

function storeOf(snapshots: ReadonlyMap<string, unknown>): { store: InMemoryStore; held: Map<string, unknown> } {
  const store = new InMemoryStore();
  const held = (store.stores.workflows as unknown as Snapshots).db.workflows;
  for (const [key, snapshot] of snapshots) held.set(key, snapshot);
  return { store, held };
}

const saved: Saved = {
  begin: async (desk, script) => {
    const { store, held } = storeOf(new Map());
    const agent = agentOf(toolsOf(desk), desk.tool.name, script);
    new Mastra({ agents: { desk: agent }, storage: store, logger: false });
    const { runId, suspendPayload } = await agent.generate('Refund 5.00 usd of ch_1.', { maxSteps: 10 });
    const { toolCallId } = suspendPayload as { toolCallId: string };
    return { runId, toolCallId, snapshots: held };
  },
  resume: (desk, state, answer) => {
    const { runId, toolCallId, snapshots } = state as Kept;
    const { store } = storeOf(snapshots);
    const agent = agentOf(toolsOf(desk), desk.tool.name, []);
    new Mastra({ agents: { desk: agent }, storage: store, logger: false });
    if (!desk.effects) return agent.approveToolCallGenerate({ runId, toolCallId });
    return agent.resumeGenerate(answer ?? {}, { runId, toolCallId });
  },
};

export const mastra: Framework = {
  name: 'Mastra',
  packages: [versionOf('@mastra/core')],
  saved,
  run: (tool, script) => {
    const tools = mastraTools((definition) => createTool(definition as never), [tool]);
    return agentOf(tools, tool.name, script).generate('Refund 5.00 usd of ch_1.', { maxSteps: 10 });
  },
};
