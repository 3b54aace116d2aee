import { openAiAgentsTools } from '@oncely/agents/openai-agents';
import { Agent, Runner, Usage, tool as openAiTool, type Model, type ModelResponse } from '@openai/agents';

import type { Framework, Script } from '../desk.ts';
import { versionOf } from './versions.ts';

function modelOf(name: string, script: Script): Model {
  const left = [...script];
  return {
    getResponse: async (): Promise<ModelResponse> => {
      const calls = left.shift();
      return {
        usage: new Usage(),
        output: calls?.map(({ id, input }) => ({
          type: 'function_call' as const,
          callId: id,
          name,
          arguments: JSON.stringify(input),
          status: 'completed' as const,
        })) ?? [
          {
            type: 'message' as const,
            role: 'assistant' as const,
            status: 'completed' as const,
            content: [{ type: 'output_text' as const, text: 'Done.' }],
          },
        ],
      };
    },
    getStreamedResponse: () => {
      throw new Error('not in these tests');
    },
  };
}

export const openAiAgents: Framework = {
  name: 'OpenAI Agents SDK',
  packages: [versionOf('@openai/agents')],
  run: (tool, script) => {
    const agent = new Agent({
      name: 'Desk',
      model: modelOf(tool.name, script),
      tools: openAiAgentsTools((definition) => openAiTool(definition as never), [tool]),
    });
    return new Runner({ tracingDisabled: true }).run(agent, 'Refund 5.00 usd of ch_1.');
  },
};
