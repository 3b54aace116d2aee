import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { mastraTools } from '@oncely/agents/mastra';
import { MockLanguageModelV3 } from 'ai/test';

import type { Framework, Script } from '../desk.ts';
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

export const mastra: Framework = {
  name: 'Mastra',
  packages: [versionOf('@mastra/core')],
  run: (tool, script) => {
    const agent = new Agent({
      id: 'desk',
      name: 'Desk',
      instructions: 'You refund.',
      model: modelOf(tool.name, script) as never,
      tools: mastraTools((definition) => createTool(definition as never), [tool]) as never,
    });
    return agent.generate('Refund 5.00 usd of ch_1.', { maxSteps: 10 });
  },
};
