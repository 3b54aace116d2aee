import { decideApproval } from '@oncely/agents/approvals';
import { answerOpenAiAgents, openAiAgentsTools } from '@oncely/agents/openai-agents';
import { Agent, Runner, RunState, Usage, tool as openAiTool, type Model, type ModelResponse } from '@openai/agents';

import type { Desk, Framework, Saved, Script } from '../desk.ts';
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

function agentOf({ tool, effects }: Desk, script: Script): Agent {
  const tools = effects
    ? openAiAgentsTools((definition) => openAiTool(definition as never), [tool], { approvals: 'native' })
    : openAiAgentsTools((definition) => openAiTool({ ...definition, needsApproval: true } as never), [tool]);
  return new Agent({ name: 'Desk', model: modelOf(tool.name, script), tools });
}

/** The text of a `RunState`. */
const saved: Saved = {
  begin: async (desk, script) => {
    const result = await new Runner({ tracingDisabled: true }).run(agentOf(desk, script), 'Refund 5.00 usd of ch_1.');
    return result.state.toString();
  },
  resume: async (desk, text, answer) => {
    const agent = agentOf(desk, []);
    const state = await RunState.fromString(agent, String(text));
    if (desk.effects) {
      if (answer) await decideApproval(desk.effects, answer, { by: 'ann' });
      await answerOpenAiAgents(desk.effects, [desk.tool], state);
    } else {
      for (const interruption of state.getInterruptions()) state.approve(interruption);
    }
    return new Runner({ tracingDisabled: true }).run(agent, state);
  },
};

export const openAiAgents: Framework = {
  name: 'OpenAI Agents SDK',
  packages: [versionOf('@openai/agents')],
  saved,
  run: (tool, script) => {
    const agent = new Agent({
      name: 'Desk',
      model: modelOf(tool.name, script),
      tools: openAiAgentsTools((definition) => openAiTool(definition as never), [tool]),
    });
    return new Runner({ tracingDisabled: true }).run(agent, 'Refund 5.00 usd of ch_1.');
  },
};
